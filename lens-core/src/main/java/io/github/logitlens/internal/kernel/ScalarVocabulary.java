package io.github.logitlens.internal.kernel;

/// The operations on logits in plain Java.
final class ScalarVocabulary implements VocabularyOperations {

    @Override
    public void reduce(
            float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions) {
        int points = stats.points;
        for (int position = 0; position < positions; position++) {
            int group = position * points;
            for (int point = points - 1; point >= 0; point--) {
                int row = firstRow + group + point;
                int offset = (group + point) * Kernels.PANEL;
                enter(logits, offset, columns, firstColumn, stats, row, point == points - 1);
                enterBottom(logits, offset, columns, firstColumn, stats.bottom, row);
                accumulate(logits, offset, columns, stats, row);
                for (int t = 0; t < stats.ranked(); t++) {
                    if (stats.target(row, t) >= 0) {
                        stats.countBefore(row, t, logits, offset, columns, firstColumn);
                    }
                }
            }
            cross(logits, group, columns, stats, firstRow);
            for (CrossSums cross : stats.ownCross) {
                ownCross(logits, group, columns, stats, cross, firstRow);
            }
        }
    }

    /// Moves a row's sums to a new maximum, and with the final row's maximum the cross sums of its group.
    static void raiseMax(VocabularyStatistics stats, int row, float max, boolean last) {
        float old = stats.max[row];
        if (max == old) {
            return;
        }
        stats.max[row] = max;
        boolean first = old == Float.NEGATIVE_INFINITY;
        float factor = first ? 0f : Exp.exp(old - max);
        float shift = first ? 0f : old - max;
        int lanes = row * Lanes.COUNT;
        for (int lane = lanes; lane < lanes + Lanes.COUNT; lane++) {
            stats.weighted[lane] = Fma.fma(shift, stats.sum[lane], stats.weighted[lane]) * factor;
            stats.sum[lane] *= factor;
        }
        for (CrossSums cross : stats.ownCross) {
            for (int lane = lanes; lane < lanes + Lanes.COUNT; lane++) {
                cross.sums()[lane] *= factor;
            }
        }
        if (last) {
            int group = (row - stats.points + 1) * Lanes.COUNT;
            for (int lane = group; lane < lanes + Lanes.COUNT; lane++) {
                stats.cross[lane] *= factor;
            }
        }
    }

    /// Enters a tile row's logits into the top-k, and moves the sums if one of them is a new maximum. NaN never is.
    private static void enter(
            float[] logits, int offset, int columns, int firstColumn, VocabularyStatistics stats, int row, boolean last) {
        float max = stats.max[row];
        float threshold = stats.top.threshold(row);
        for (int n = 0; n < columns; n++) {
            float logit = logits[offset + n];
            if (logit > threshold) {
                stats.top.enter(row, logit, firstColumn + n);
                threshold = stats.top.threshold(row);
            }
            max = logit > max ? logit : max;
        }
        raiseMax(stats, row, max, last);
    }

    /// Enters a tile row's logits, with their signs changed, into the bottom.
    private static void enterBottom(
            float[] logits, int offset, int columns, int firstColumn, RankedLogits bottom, int row) {
        if (bottom.k == 0) {
            return;
        }
        for (int n = 0; n < columns; n++) {
            float opposite = -logits[offset + n];
            if (opposite > bottom.threshold(row)) {
                bottom.enter(row, opposite, firstColumn + n);
            }
        }
    }

    private static void accumulate(float[] logits, int offset, int columns, VocabularyStatistics stats, int row) {
        float max = stats.max[row];
        int lanes = row * Lanes.COUNT;
        for (int n = 0; n < columns; n++) {
            int lane = lanes + n % Lanes.COUNT;
            float z = logits[offset + n] - max;
            float e = Exp.exp(z);
            stats.sum[lane] += e;
            stats.weighted[lane] = Fma.fma(z, e, stats.weighted[lane]);
        }
    }

    /// Adds one position's tile rows to their cross sums against the last of them.
    private static void cross(float[] logits, int group, int columns, VocabularyStatistics stats, int firstRow) {
        int points = stats.points;
        int last = (group + points - 1) * Kernels.PANEL;
        float max = stats.max[firstRow + group + points - 1];
        for (int n = 0; n < columns; n++) {
            float z = logits[last + n];
            float e = Exp.exp(z - max);
            for (int point = 0; point < points - 1; point++) {
                int lane = (firstRow + group + point) * Lanes.COUNT + n % Lanes.COUNT;
                stats.cross[lane] = Fma.fma(e, z - logits[(group + point) * Kernels.PANEL + n], stats.cross[lane]);
            }
        }
    }

    /// Adds one position's tile rows to their own cross sums, each against its reference.
    private static void ownCross(
            float[] logits, int group, int columns, VocabularyStatistics stats, CrossSums cross, int firstRow) {
        for (int point = 0; point < stats.points; point++) {
            int reference = cross.reference()[point];
            if (reference < 0) {
                continue;
            }
            int row = firstRow + group + point;
            float max = stats.max[row];
            for (int n = 0; n < columns; n++) {
                float logit = logits[(group + point) * Kernels.PANEL + n];
                float difference = logit - logits[(group + reference) * Kernels.PANEL + n];
                int lane = row * Lanes.COUNT + n % Lanes.COUNT;
                cross.sums()[lane] = Fma.fma(Exp.exp(logit - max), difference, cross.sums()[lane]);
            }
        }
    }

    @Override
    public void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions) {
        int points = distances.points;
        for (int position = 0; position < positions; position++) {
            int group = position * points;
            int last = group + points - 1;
            for (int n = 0; n < columns; n++) {
                float y = logits[last * Kernels.PANEL + n] - distances.max[firstRow + last];
                float q = Exp.exp(y) * distances.inverse[firstRow + last];
                for (int tileRow = group; tileRow < last; tileRow++) {
                    int row = firstRow + tileRow;
                    float z = logits[tileRow * Kernels.PANEL + n] - distances.max[row];
                    float p = Exp.exp(z) * distances.inverse[row];
                    float apart = (z - y) - (distances.logSum[row] - distances.logSum[firstRow + last]);
                    int lane = row * Lanes.COUNT + n % Lanes.COUNT;
                    distances.jensenShannon[lane] += JensenShannon.twice(p, q, apart);
                    distances.variation[lane] += Math.abs(p - q);
                }
            }
        }
    }
}
