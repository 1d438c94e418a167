package io.github.logitlens.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Whole tile rows of logits taken into [VocabularyStatistics], in vectors.
final class VectorStatistics {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int PANEL = Kernels.PANEL;

    private VectorStatistics() {
    }

    /// See [Kernels#reduce]; of 64 real columns.
    static void reduce(float[] logits, int firstColumn, VocabularyStatistics stats, int firstRow, int positions) {
        int points = stats.points;
        float[] weights = new float[PANEL];
        for (int position = 0; position < positions; position++) {
            int group = position * points;
            for (int point = points - 1; point >= 0; point--) {
                int row = firstRow + group + point;
                int offset = (group + point) * PANEL;
                float limit = Math.min(stats.max[row], stats.top.threshold(row));
                if (passes(logits, offset, limit)) {
                    enter(logits, offset, limit, firstColumn, stats, row, point == points - 1);
                }
                if (stats.bottom.k > 0) {
                    enterBottom(logits, offset, firstColumn, stats.bottom, row);
                }
                for (int t = 0; t < stats.ranked(); t++) {
                    countBefore(logits, offset, firstColumn, stats, row, t);
                }
            }
            accumulateLast(logits, group + points - 1, stats, firstRow, weights);
            accumulateOthers(logits, group, stats, firstRow, weights);
            for (CrossSums cross : stats.ownCross) {
                ownCross(logits, group, stats, cross, firstRow);
            }
        }
    }

    /// Whether any logit of a whole tile row is above a limit. The masks are joined as numbers: joined as masks they took
    /// nearly half of the whole reduction.
    private static boolean passes(float[] logits, int offset, float limit) {
        FloatVector limits = FloatVector.broadcast(SPECIES, limit);
        long above = 0;
        for (int n = 0; n < PANEL; n += LANES) {
            above |= FloatVector.fromArray(SPECIES, logits, offset + n)
                    .compare(VectorOperators.GT, limits).toLong();
        }
        return above != 0;
    }

    /// Enters a whole tile row's logits into the top-k, and moves the sums if one of them is a new maximum.
    ///
    /// @param limit what all of those exceed
    private static void enter(float[] logits, int offset, float limit, int firstColumn, VocabularyStatistics stats, int row,
            boolean last) {
        float max = stats.max[row];
        for (int n = 0; n < PANEL; n += LANES) {
            long passing = FloatVector.fromArray(SPECIES, logits, offset + n)
                    .compare(VectorOperators.GT, limit).toLong();
            while (passing != 0) {
                int column = n + Long.numberOfTrailingZeros(passing);
                passing &= passing - 1;
                float logit = logits[offset + column];
                if (logit > stats.top.threshold(row)) {
                    stats.top.enter(row, logit, firstColumn + column);
                }
                max = logit > max ? logit : max;
            }
        }
        ScalarVocabulary.raiseMax(stats, row, max, last);
    }

    /// Counts a whole tile row's logits that rank before a target. Where all its ids are on one side of the target's, equal
    /// logits all rank the same way.
    private static void countBefore(
            float[] logits, int offset, int firstColumn, VocabularyStatistics stats, int row, int t) {
        int id = stats.target(row, t);
        float target = stats.targetLogit(row, t);
        if (id < 0) {
            return;
        }
        if (Float.isNaN(target) || id >= firstColumn && id < firstColumn + PANEL) {
            stats.countBefore(row, t, logits, offset, PANEL, firstColumn);
        } else {
            stats.addBefore(row, t, id < firstColumn ? above(logits, offset, target) : notBelow(logits, offset, target));
        }
    }

    private static int above(float[] logits, int offset, float limit) {
        int count = 0;
        for (int n = 0; n < PANEL; n += LANES) {
            count += FloatVector.fromArray(SPECIES, logits, offset + n).compare(VectorOperators.GT, limit).trueCount();
        }
        return count;
    }

    private static int notBelow(float[] logits, int offset, float limit) {
        int count = 0;
        for (int n = 0; n < PANEL; n += LANES) {
            count += FloatVector.fromArray(SPECIES, logits, offset + n).compare(VectorOperators.GE, limit).trueCount();
        }
        return count;
    }

    /// Enters a whole tile row's logits, with their signs changed, into the bottom.
    private static void enterBottom(float[] logits, int offset, int firstColumn, RankedLogits bottom, int row) {
        for (int n = 0; n < PANEL; n += LANES) {
            long passing = FloatVector.fromArray(SPECIES, logits, offset + n)
                    .compare(VectorOperators.LT, -bottom.threshold(row)).toLong();
            while (passing != 0) {
                int column = n + Long.numberOfTrailingZeros(passing);
                passing &= passing - 1;
                float opposite = -logits[offset + column];
                if (opposite > bottom.threshold(row)) {
                    bottom.enter(row, opposite, firstColumn + column);
                }
            }
        }
    }

    /// Adds a group's last tile row to its sums, and keeps its exponentials as the group's `weights`.
    private static void accumulateLast(
            float[] logits, int tileRow, VocabularyStatistics stats, int firstRow, float[] weights) {
        int row = firstRow + tileRow;
        float max = stats.max[row];
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            int lane = row * Lanes.COUNT + strip;
            FloatVector sum = FloatVector.fromArray(SPECIES, stats.sum, lane);
            FloatVector weighted = FloatVector.fromArray(SPECIES, stats.weighted, lane);
            for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                FloatVector z = FloatVector.fromArray(SPECIES, logits, tileRow * PANEL + n).sub(max);
                FloatVector e = VectorExp.expBounded(z);
                e.intoArray(weights, n);
                sum = sum.add(e);
                weighted = z.fma(e, weighted);
            }
            sum.intoArray(stats.sum, lane);
            weighted.intoArray(stats.weighted, lane);
        }
    }

    /// Adds a group's other tile rows to their sums, and to their cross sums against its last.
    private static void accumulateOthers(
            float[] logits, int group, VocabularyStatistics stats, int firstRow, float[] weights) {
        int last = group + stats.points - 1;
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            for (int tileRow = group; tileRow < last; tileRow++) {
                int lane = (firstRow + tileRow) * Lanes.COUNT + strip;
                float max = stats.max[firstRow + tileRow];
                FloatVector sum = FloatVector.fromArray(SPECIES, stats.sum, lane);
                FloatVector weighted = FloatVector.fromArray(SPECIES, stats.weighted, lane);
                FloatVector cross = FloatVector.fromArray(SPECIES, stats.cross, lane);
                for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                    FloatVector logit = FloatVector.fromArray(SPECIES, logits, tileRow * PANEL + n);
                    FloatVector z = logit.sub(max);
                    FloatVector e = VectorExp.expBounded(z);
                    sum = sum.add(e);
                    weighted = z.fma(e, weighted);
                    FloatVector difference = FloatVector.fromArray(SPECIES, logits, last * PANEL + n).sub(logit);
                    cross = FloatVector.fromArray(SPECIES, weights, n).fma(difference, cross);
                }
                sum.intoArray(stats.sum, lane);
                weighted.intoArray(stats.weighted, lane);
                cross.intoArray(stats.cross, lane);
            }
        }
    }

    /// Adds a group's tile rows to their own cross sums, each against its reference.
    private static void ownCross(
            float[] logits, int group, VocabularyStatistics stats, CrossSums cross, int firstRow) {
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            for (int point = 0; point < stats.points; point++) {
                int reference = cross.reference()[point];
                if (reference < 0) {
                    continue;
                }
                int row = firstRow + group + point;
                int lane = row * Lanes.COUNT + strip;
                float max = stats.max[row];
                FloatVector sum = FloatVector.fromArray(SPECIES, cross.sums(), lane);
                for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                    FloatVector logit = FloatVector.fromArray(SPECIES, logits, (group + point) * PANEL + n);
                    FloatVector other = FloatVector.fromArray(SPECIES, logits, (group + reference) * PANEL + n);
                    sum = VectorExp.expBounded(logit.sub(max)).fma(logit.sub(other), sum);
                }
                sum.intoArray(cross.sums(), lane);
            }
        }
    }
}
