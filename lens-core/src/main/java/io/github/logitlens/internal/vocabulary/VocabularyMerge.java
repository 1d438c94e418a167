package io.github.logitlens.internal.vocabulary;

import io.github.logitlens.internal.kernel.RankedLogits;
import io.github.logitlens.internal.kernel.Reduction;
import io.github.logitlens.internal.kernel.VocabularyDistances;
import io.github.logitlens.internal.kernel.VocabularyStatistics;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// What the stretches of a pass over the vocabulary found, merged in their order into readings.
final class VocabularyMerge {

    private final VocabularyQuery query;
    private final Reduction reduction;
    private final int points;
    private final VocabularyStatistics[] statistics;
    private final float[][] targetLogits;
    private final IntFunction<float[]> logits;
    private final VocabularyReadings readings;
    private final int firstRow;
    private final Merged[] merged;

    /// @param statistics   of the stretches, in order
    /// @param targetLogits `[targets][rows]`
    /// @param logits       all logits of a row, for rows that have too few comparable ones
    /// @param firstRow     which row of `readings` the pass's row 0 is
    VocabularyMerge(VocabularyQuery query, Reduction reduction, VocabularyStatistics[] statistics, float[][] targetLogits,
            int rows, IntFunction<float[]> logits, VocabularyReadings readings, int firstRow) {
        this.query = query;
        this.reduction = reduction;
        this.statistics = statistics;
        this.targetLogits = targetLogits;
        this.logits = logits;
        this.readings = readings;
        this.firstRow = firstRow;
        points = query.points;
        merged = new Merged[rows];
    }

    /// Merges the rows of one position; any thread, once for each.
    void position(int position) {
        int last = position * points + points - 1;
        merged[last] = new Merged(statistics, last);
        for (int point = 0; point < points; point++) {
            int row = position * points + point;
            if (row != last) {
                merged[row] = new Merged(statistics, row);
            }
            statistics(row, last);
            ranked(VocabularyStatistics::top, row, readings.topK(), 1, readings::setTop);
            ranked(VocabularyStatistics::bottom, row, readings.bottomK(), -1, readings::setBottom);
            targets(row);
        }
    }

    private int out(int row) {
        return firstRow + row;
    }

    private void statistics(int row, int last) {
        Merged own = merged[row];
        Merged end = merged[last];
        double cross = 0;
        for (VocabularyStatistics part : statistics) {
            cross += part.cross(row) * StrictMath.exp(part.max(last) - end.max);
        }
        double kl = row == last ? 0 : divergence(cross / end.sum - (end.logSumExp() - own.logSumExp()));
        readings.setStatistics(out(row), own.logSumExp(), own.entropy(), kl);
        int set = 0;
        if (query.klFromFinal) {
            readings.setKlFromFinal(out(row), row == last ? 0 : ownDivergence(set, row, last));
            set++;
        }
        if (query.previous.length > 0) {
            int point = row % points;
            int previous = query.previous[point];
            readings.setChange(
                    out(row), previous < 0 ? Double.NaN : ownDivergence(set, row, row - point + previous));
        }
    }

    /// `KL(row ‖ reference)` of the sums that the row's own weights made.
    private double ownDivergence(int set, int row, int reference) {
        Merged own = merged[row];
        double cross = 0;
        for (VocabularyStatistics part : statistics) {
            cross += part.ownCross(set, row) * StrictMath.exp(part.max(row) - own.max);
        }
        return divergence(cross / own.sum - (own.logSumExp() - merged[reference].logSumExp()));
    }

    /// No divergence is negative, but a difference of rounded numbers can be; NaN stays NaN.
    private static double divergence(double rounded) {
        return Math.max(0, rounded);
    }

    private void targets(int row) {
        int tracked = query.tracked.length;
        for (int t = 0; t < tracked; t++) {
            readings.setTracked(out(row), t, targetLogits[t][row], rank(row, t));
        }
        if (query.next.length > 0) {
            readings.setNextLogit(out(row), targetLogits[tracked][row]);
        }
        if (query.nextRanks) {
            boolean follows = reduction.targets()[row / points][tracked] >= 0;
            readings.setNextRank(out(row), follows ? rank(row, tracked) : 0);
        }
    }

    private int rank(int row, int t) {
        int rank = 1;
        for (VocabularyStatistics part : statistics) {
            rank += part.before(row, t);
        }
        return rank;
    }

    /// Merges the greatest logits, or with a sign of −1 the least ones, which are kept with their signs changed.
    private void ranked(
            Function<VocabularyStatistics, RankedLogits> side, int row, int k, int sign, RankSink sink) {
        int[] taken = new int[statistics.length];
        for (int rank = 0; rank < k; rank++) {
            RankedLogits best = null;
            int from = -1;
            for (int s = 0; s < statistics.length; s++) {
                RankedLogits part = side.apply(statistics[s]);
                if (taken[s] < part.count(row)
                        && (from < 0 || part.logit(row, taken[s]) > best.logit(row, taken[from]))) {
                    best = part;
                    from = s;
                }
            }
            if (from < 0) {
                fillRanked(row, rank, k, sign, sink);
                return;
            }
            sink.set(out(row), rank, best.id(row, taken[from]), sign * best.logit(row, taken[from]));
            taken[from]++;
        }
    }

    /// Logits that pass no threshold come last, by id: infinite ones of the far end, then NaN.
    private void fillRanked(int row, int rank, int k, int sign, RankSink sink) {
        float[] logits = this.logits.apply(row);
        int next = rank;
        for (int pass = 0; pass < 2; pass++) {
            for (int id = 0; id < logits.length && next < k; id++) {
                if (pass == 0 ? sign * logits[id] == Float.NEGATIVE_INFINITY : Float.isNaN(logits[id])) {
                    sink.set(out(row), next++, id, logits[id]);
                }
            }
        }
    }

    /// Makes the distances of a stretch, which are none yet, from what the rows' probabilities need.
    Supplier<VocabularyDistances> distances() {
        float[] max = new float[merged.length];
        float[] inverse = new float[merged.length];
        float[] logSum = new float[merged.length];
        for (int row = 0; row < merged.length; row++) {
            max[row] = (float) merged[row].max;
            inverse[row] = (float) (1 / merged[row].sum);
            logSum[row] = (float) StrictMath.log(merged[row].sum);
        }
        return () -> new VocabularyDistances(points, max, inverse, logSum);
    }

    /// Merges one row's distances from the last of its group.
    void distances(VocabularyDistances[] distances, int row) {
        double jensenShannon = 0;
        double variation = 0;
        for (VocabularyDistances part : distances) {
            jensenShannon += part.jensenShannon(row);
            variation += part.variation(row);
        }
        readings.setDistances(out(row), Math.min(StrictMath.log(2), jensenShannon / 2), Math.min(1, variation / 2));
    }

    /// Where a merged top or bottom goes.
    @FunctionalInterface
    private interface RankSink {

        void set(int row, int rank, int id, float logit);
    }

    /// One row's sums over the whole vocabulary, merged in the order of the stretches.
    private static final class Merged {

        private double max = Double.NEGATIVE_INFINITY;
        private double sum;
        private double weighted;

        Merged(VocabularyStatistics[] statistics, int row) {
            for (VocabularyStatistics part : statistics) {
                max = Math.max(max, part.max(row));
            }
            for (VocabularyStatistics part : statistics) {
                double shift = part.max(row) - max;
                double factor = StrictMath.exp(shift);
                sum += factor * part.sum(row);
                weighted += factor * (part.weighted(row) + shift * part.sum(row));
            }
        }

        double logSumExp() {
            return max + StrictMath.log(sum);
        }

        double entropy() {
            return StrictMath.log(sum) - weighted / sum;
        }
    }
}
