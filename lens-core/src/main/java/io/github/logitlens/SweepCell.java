package io.github.logitlens;

/// One changed run of a sweep.
///
/// @param site       what was changed
/// @param edit       the change in its written form, such as `patch:L4.resid_pre@5` or `zero:L7H3`
/// @param row        its row in the grid
/// @param column     its column in the grid
/// @param value      the metric of the changed run
/// @param normalized 0 for the corrupted run's value and 1 for the clean one's; in an ablation, whose prompt is not corrupted, the
///                   value as a share of the unchanged one's
/// @param effect     the value less that of the run that was changed
public record SweepCell(SweepSite site, String edit, int row, int column, double value, double normalized, double effect) {
}
