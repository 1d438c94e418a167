package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.internal.view.Figures;

/// What the cells of a sweep's pictures show: how far a change moves the metric, for a patch as a share of the way from the
/// corrupted run's value to the clean one's, for an ablation as it is. 0 is the middle of the colours, the largest one their ends.
record SweepScale(boolean isAblation, double unit, double largest) {

    static SweepScale of(Sweep sweep) {
        double unit = sweep.isAblation() ? 1 : sweep.cleanValue() - sweep.corruptedValue().orElseThrow();
        double largest = sweep.grids().stream().flatMap(grid -> grid.cells().stream())
                .mapToDouble(cell -> Math.abs(cell.effect() / unit)).filter(Double::isFinite).max().orElse(0);
        return new SweepScale(sweep.isAblation(), unit, largest);
    }

    /// The number in a cell.
    double change(SweepCell cell) {
        return cell.effect() / unit + 0.0;
    }

    String figure(double value) {
        return Double.isNaN(value) ? "none" : Figures.signed(value);
    }

    /// A cell's place on the diverging map, 0 to 1, or NaN.
    double place(SweepCell cell) {
        double change = change(cell);
        return Double.isNaN(change) ? Double.NaN : largest == 0 ? 0.5 : Math.clamp(0.5 + change / largest / 2, 0, 1);
    }

    /// What the numbers are called.
    String title() {
        return isAblation ? "Change of the metric" : "Change of the normalised metric";
    }

    /// What they mean.
    String meaning() {
        return isAblation ? "The metric without the component, less what it is with it."
                : "0 is no change, +1 all the way from the corrupted run's value to the clean one's, -1 all the way back.";
    }
}
