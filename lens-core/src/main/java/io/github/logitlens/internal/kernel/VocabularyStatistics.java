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
/// * `ownCross` are `Σ e^(z−m) (z−z_r)`, weighted by the row itself, against a row `r` of its group,
/// * `top` holds the greatest logits, `bottom` the least ones, with their signs changed.
///
/// Owned by one thread at a time.
public final class VocabularyStatistics {

    final int points;
    final float[] max;
    final float[] sum;
    final float[] weighted;
    final float[] cross;
    final CrossSums[] ownCross;
    final RankedLogits top;
    final RankedLogits bottom;
    /// Ids whose rank is counted, `[groups][≥ ranked]`, and their logits, `[rows][ranked]`.
    private final int[][] targets;
    private final int ranked;
    private final float[][] targetLogits;
    private final int[] greater;

    /// Statistics of `rows` rows in groups.
    ///
    /// @param targetLogits `[targets][rows]`, the logits of the reduction's targets; *not modified*
    public VocabularyStatistics(int rows, Reduction reduction, float[][] targetLogits) {
        this(rows, reduction, targetLogits, noLimits(rows), noLimits(rows));
    }

    /// The same where only logits that exceed some limit can be among the greatest or the least of the whole vocabulary.
    ///
    /// @param topLimits    `[rows]`; owned from here on
    /// @param bottomLimits `[rows]`, of logits with their signs changed; owned from here on
    public VocabularyStatistics(
            int rows, Reduction reduction, float[][] targetLogits, float[] topLimits, float[] bottomLimits) {
        points = reduction.points();
        max = new float[rows];
        sum = new float[rows * Lanes.COUNT];
        weighted = new float[rows * Lanes.COUNT];
        cross = new float[rows * Lanes.COUNT];
        ownCross = Arrays.stream(reduction.references()).map(reference -> new CrossSums(reference, rows))
                .toArray(CrossSums[]::new);
        top = new RankedLogits(rows, reduction.top(), topLimits);
        bottom = new RankedLogits(rows, reduction.bottom(), bottomLimits);
        targets = reduction.targets();
        ranked = reduction.ranked();
        this.targetLogits = targetLogits;
        greater = new int[rows * ranked];
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
    }

    /// Limits that every logit but `−∞` exceeds, `[rows]`.
    public static float[] noLimits(int rows) {
        float[] limits = new float[rows];
        Arrays.fill(limits, Float.NEGATIVE_INFINITY);
        return limits;
    }

    int ranked() {
        return ranked;
    }

    /// The id of a row's target `t`, −1 for none.
    int target(int row, int t) {
        return targets[row / points][t];
    }

    float targetLogit(int row, int t) {
        return targetLogits[t][row];
    }

    void addBefore(int row, int t, int count) {
        greater[row * ranked + t] += count;
    }

    /// Counts the logits of one tile row that rank before a target: greater ones, equal ones of lower id, any before NaN.
    ///
    /// @param logits tile row at `offset`, *not modified*
    void countBefore(int row, int t, float[] logits, int offset, int columns, int firstColumn) {
        int before = Math.max(0, Math.min(columns, target(row, t) - firstColumn));
        addBefore(row, t, countBefore(targetLogits[t][row], before, logits, offset, columns));
    }

    /// Counts the logits that rank before a target.
    ///
    /// @param before how many of them have lower ids
    /// @param logits `[columns]` at `offset`, *not modified*
    public static int countBefore(float target, int before, float[] logits, int offset, int columns) {
        int count = 0;
        boolean number = !Float.isNaN(target);
        for (int n = 0; n < columns; n++) {
            float logit = logits[offset + n];
            boolean ranksBefore = number
                    ? logit > target || logit == target && n < before
                    : !Float.isNaN(logit) || n < before;
            count += ranksBefore ? 1 : 0;
        }
        return count;
    }

    /// The greatest logit of a row.
    public float max(int row) {
        return max[row];
    }

    /// `Σ e^(z−m)` of a row.
    public double sum(int row) {
        return Lanes.total(sum, row);
    }

    /// `Σ (z−m) e^(z−m)` of a row.
    public double weighted(int row) {
        return Lanes.total(weighted, row);
    }

    /// `Σ e^(z_L−m_L) (z_L−z)` of a row against its group's last row.
    public double cross(int row) {
        return Lanes.total(cross, row);
    }

    /// `Σ e^(z−m) (z−z_r)` of a row against the row that the reduction's reference of that number names.
    public double ownCross(int reference, int row) {
        return Lanes.total(ownCross[reference].sums(), row);
    }

    /// The greatest logits.
    public RankedLogits top() {
        return top;
    }

    /// The least logits, with their signs changed.
    public RankedLogits bottom() {
        return bottom;
    }

    /// How many tokens of the stretch rank before target `t` in a row.
    public int before(int row, int t) {
        return greater[row * ranked + t];
    }
}
