package io.github.logitlens.internal.kernel;

import java.util.Arrays;

/// Running statistics of rows of logits over one stretch of the vocabulary, in vocabulary order.
///
/// Logits that are NaN make the sums NaN; they are never a maximum nor among the top.
///
/// Rows come in groups of `points`, one group per position; the last row of a group is the position's final residual,
/// against which the others are compared. Sums are kept in sixteen lanes, shifted by the running maximum `m` of their row:
/// GPT-2's logits sit near −70, where unshifted sums cancel in float32.
///
/// * `sum` is `Σ e^(z−m)`,
/// * `weighted` is `Σ (z−m) e^(z−m)`,
/// * `cross` is `Σ e^(z_L−m_L) (z_L−z)`, weighted by the group's last row `L`,
/// * `top` holds the `k` greatest logits, descending, equal ones by ascending id.
///
/// Owned by one thread at a time.
public final class VocabularyStatistics {

    final int points;
    final int k;
    final float[] max;
    final float[] sum;
    final float[] weighted;
    final float[] cross;
    final float[] topLogits;
    final int[] topIds;
    final int[] topCount;
    /// Target logits per row whose rank is wanted, `[rows][targets]`, with the targets' ids.
    private final int[] targets;
    private final float[] targetLogits;
    private final int[] greater;

    /// Statistics of `rows` rows in groups of `points`.
    ///
    /// @param targets      ids whose rank is counted; *not modified*
    /// @param targetLogits `[rows][targets.length]`, their logits; *not modified*
    public VocabularyStatistics(int rows, int points, int k, int[] targets, float[] targetLogits) {
        this.points = points;
        this.k = k;
        max = new float[rows];
        sum = new float[rows * Lanes.COUNT];
        weighted = new float[rows * Lanes.COUNT];
        cross = new float[rows * Lanes.COUNT];
        topLogits = new float[rows * k];
        topIds = new int[rows * k];
        topCount = new int[rows];
        this.targets = targets;
        this.targetLogits = targetLogits;
        greater = new int[rows * targets.length];
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
    }

    /// The k-th greatest logit so far of a row: a later logit enters the top-k only if it is greater.
    float threshold(int row) {
        return topCount[row] < k ? Float.NEGATIVE_INFINITY : topLogits[row * k + k - 1];
    }

    /// Enters a logit greater than [#threshold] into a row's top-k, after equal ones.
    void enter(int row, float logit, int id) {
        int first = row * k;
        int at = first + Math.min(topCount[row], k - 1);
        while (at > first && topLogits[at - 1] < logit) {
            topLogits[at] = topLogits[at - 1];
            topIds[at] = topIds[at - 1];
            at--;
        }
        topLogits[at] = logit;
        topIds[at] = id;
        if (topCount[row] < k) {
            topCount[row]++;
        }
    }

    int targetCount() {
        return targets.length;
    }

    /// Counts the logits of one tile row that rank before each target: greater ones, equal ones of lower id, any before NaN.
    ///
    /// @param logits tile row at `offset`, *not modified*
    void countGreater(int row, float[] logits, int offset, int columns, int firstColumn) {
        for (int t = 0; t < targets.length; t++) {
            float target = targetLogits[row * targets.length + t];
            int count = 0;
            int before = Math.max(0, Math.min(columns, targets[t] - firstColumn));
            boolean number = !Float.isNaN(target);
            for (int n = 0; n < columns; n++) {
                float logit = logits[offset + n];
                boolean ranksBefore = number
                        ? logit > target || logit == target && n < before
                        : !Float.isNaN(logit) || n < before;
                count += ranksBefore ? 1 : 0;
            }
            greater[row * targets.length + t] += count;
        }
    }

    /// The greatest logit of a row.
    public float max(int row) {
        return max[row];
    }

    /// `Σ e^(z−m)` of a row.
    public double sum(int row) {
        return total(sum, row);
    }

    /// `Σ (z−m) e^(z−m)` of a row.
    public double weighted(int row) {
        return total(weighted, row);
    }

    /// `Σ e^(z_L−m_L) (z_L−z)` of a row against its group's last row.
    public double cross(int row) {
        return total(cross, row);
    }

    /// How many of the top-k a row has: fewer than k when the stretch holds fewer comparable logits.
    public int topCount(int row) {
        return topCount[row];
    }

    /// The id of a row's `rank`-th greatest logit, from 0.
    public int topId(int row, int rank) {
        return topIds[row * k + rank];
    }

    /// A row's `rank`-th greatest logit, from 0.
    public float topLogit(int row, int rank) {
        return topLogits[row * k + rank];
    }

    /// How many tokens of the stretch rank before target `t` in a row.
    public int before(int row, int t) {
        return greater[row * targets.length + t];
    }

    private static double total(float[] lanes, int row) {
        double total = 0;
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            total += lanes[row * Lanes.COUNT + lane];
        }
        return total;
    }
}
