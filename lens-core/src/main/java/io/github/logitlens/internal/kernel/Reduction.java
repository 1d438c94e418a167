package io.github.logitlens.internal.kernel;

/// What a pass over the vocabulary reads of each row besides its normaliser, its entropy and its divergence from the last
/// row of its group.
///
/// @param points     rows of one group, at least 1
/// @param top        greatest logits kept, at least 1
/// @param bottom     least logits kept
/// @param targets    `[groups][targetsPerGroup]`, ids whose logits are known before the pass; −1 for none; *not modified*
/// @param ranked     how many of each group's targets are ranked, the first ones
/// @param references for each set of cross sums and each point the point it is compared with, −1 for none; *not modified*
public record Reduction(int points, int top, int bottom, int[][] targets, int ranked, int[][] references) {

    /// Only the top.
    ///
    /// @param points rows of one group
    /// @param top    greatest logits kept
    public static Reduction top(int points, int top) {
        return new Reduction(points, top, 0, new int[0][], 0, new int[0][]);
    }

    /// The same of another number of greatest and least logits, for a stretch that holds no more.
    public Reduction within(int columns) {
        return new Reduction(points, Math.min(top, columns), Math.min(bottom, columns), targets, ranked, references);
    }
}
