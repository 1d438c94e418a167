package io.github.logitlens.internal.vocabulary;

import io.github.logitlens.internal.kernel.VocabularyStatistics;
import java.util.Arrays;

/// What [Unembedder#read] found for each residual: the top of the vocabulary and statistics over all of it.
///
/// Rows are (position, point) pairs, `row = position · points + point`. Immutable.
public final class VocabularyReadings {

    private final int points;
    private final int topK;
    private final int[] topIds;
    private final float[] topLogits;
    private final int bottomK;
    private final int[] bottomIds;
    private final float[] bottomLogits;
    private final double[] logSumExp;
    private final double[] entropy;
    private final double[] klToFinal;
    private final double[] klFromFinal;
    private final double[] change;
    private final double[] jensenShannon;
    private final double[] totalVariation;
    private final int tracked;
    private final float[] trackedLogits;
    private final int[] trackedRanks;
    private final float[] nextLogits;
    private final int[] nextRanks;
    private final int keptPoints;
    private final float[][] logits;

    VocabularyReadings(int rows, VocabularyQuery query, int topK, int bottomK) {
        points = query.points;
        this.topK = topK;
        this.bottomK = bottomK;
        tracked = query.tracked.length;
        topIds = new int[Math.multiplyExact(rows, topK)];
        topLogits = new float[rows * topK];
        bottomIds = new int[Math.multiplyExact(rows, bottomK)];
        bottomLogits = new float[rows * bottomK];
        logSumExp = new double[rows];
        entropy = new double[rows];
        klToFinal = new double[rows];
        klFromFinal = new double[query.klFromFinal ? rows : 0];
        change = new double[query.previous.length > 0 ? rows : 0];
        jensenShannon = new double[query.distances ? rows : 0];
        totalVariation = new double[query.distances ? rows : 0];
        trackedLogits = new float[rows * tracked];
        trackedRanks = new int[rows * tracked];
        nextLogits = new float[query.next.length > 0 ? rows : 0];
        nextRanks = new int[query.nextRanks ? rows : 0];
        keptPoints = query.keptPoints;
        logits = new float[rows / points * keptPoints][];
    }

    /// A copy of some positions.
    ///
    /// @param nextLogits of all positions, as are `nextRanks`
    /// @param keptPoints how many points' logits it keeps: as many as `all` does, or none
    private VocabularyReadings(VocabularyReadings all, int from, int to, float[] nextLogits, int[] nextRanks, int keptPoints) {
        points = all.points;
        topK = all.topK;
        bottomK = all.bottomK;
        tracked = all.tracked;
        int first = from * points;
        int end = to * points;
        topIds = Arrays.copyOfRange(all.topIds, first * topK, end * topK);
        topLogits = Arrays.copyOfRange(all.topLogits, first * topK, end * topK);
        bottomIds = Arrays.copyOfRange(all.bottomIds, first * bottomK, end * bottomK);
        bottomLogits = Arrays.copyOfRange(all.bottomLogits, first * bottomK, end * bottomK);
        logSumExp = Arrays.copyOfRange(all.logSumExp, first, end);
        entropy = Arrays.copyOfRange(all.entropy, first, end);
        klToFinal = Arrays.copyOfRange(all.klToFinal, first, end);
        klFromFinal = rows(all.klFromFinal, first, end);
        change = rows(all.change, first, end);
        jensenShannon = rows(all.jensenShannon, first, end);
        totalVariation = rows(all.totalVariation, first, end);
        trackedLogits = Arrays.copyOfRange(all.trackedLogits, first * tracked, end * tracked);
        trackedRanks = Arrays.copyOfRange(all.trackedRanks, first * tracked, end * tracked);
        this.nextLogits = nextLogits.length == 0 ? nextLogits : Arrays.copyOfRange(nextLogits, first, end);
        this.nextRanks = nextRanks.length == 0 ? nextRanks : Arrays.copyOfRange(nextRanks, first, end);
        this.keptPoints = keptPoints;
        logits = Arrays.copyOfRange(all.logits, from * keptPoints, to * keptPoints);
    }

    private static double[] rows(double[] values, int first, int end) {
        return values.length == 0 ? values : Arrays.copyOfRange(values, first, end);
    }

    /// The readings of some positions, by themselves.
    ///
    /// @param from index of the first position
    /// @param to   index after the last
    /// @return a copy
    public VocabularyReadings positions(int from, int to) {
        return new VocabularyReadings(this, from, to, nextLogits, nextRanks, keptPoints);
    }

    /// These readings once it is known which token follows: what [VocabularyQuery#next] would have read. All logits have to be
    /// kept ([VocabularyQuery#keepLogits]); the copy keeps none.
    ///
    /// @param id    the token that follows the only position
    /// @param ranks whether its rank is counted too
    /// @return a copy
    public VocabularyReadings followedBy(int id, boolean ranks) {
        float[] next = new float[logits.length];
        int[] rank = new int[ranks ? logits.length : 0];
        for (int row = 0; row < next.length; row++) {
            next[row] = logits[row][id];
            if (ranks) {
                rank[row] = 1 + VocabularyStatistics.countBefore(next[row], id, logits[row], 0, logits[row].length);
            }
        }
        return new VocabularyReadings(this, 0, 1, next, rank, 0);
    }

    /// These readings without the logits that were kept.
    ///
    /// @return a copy
    public VocabularyReadings withoutLogits() {
        return new VocabularyReadings(this, 0, logSumExp.length / points, nextLogits, nextRanks, 0);
    }

    /// All logits of a row, if [VocabularyQuery#keepLogits] asked for them.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return `[vocabSize]`, *not to be modified*
    public float[] logits(int position, int point) {
        return logits[keptRow(position, point)];
    }

    private int keptRow(int position, int point) {
        return position * keptPoints + point - (points - keptPoints);
    }

    void setLogits(int position, int point, float[] values) {
        logits[keptRow(position, point)] = values;
    }

    void setTop(int row, int rank, int id, float logit) {
        topIds[row * topK + rank] = id;
        topLogits[row * topK + rank] = logit;
    }

    void setBottom(int row, int rank, int id, float logit) {
        bottomIds[row * bottomK + rank] = id;
        bottomLogits[row * bottomK + rank] = logit;
    }

    void setStatistics(int row, double logSumExp, double entropy, double klToFinal) {
        this.logSumExp[row] = logSumExp;
        this.entropy[row] = entropy;
        this.klToFinal[row] = klToFinal;
    }

    void setKlFromFinal(int row, double kl) {
        klFromFinal[row] = kl;
    }

    void setChange(int row, double kl) {
        change[row] = kl;
    }

    void setDistances(int row, double jensenShannon, double totalVariation) {
        this.jensenShannon[row] = jensenShannon;
        this.totalVariation[row] = totalVariation;
    }

    void setTracked(int row, int t, float logit, int rank) {
        trackedLogits[row * tracked + t] = logit;
        trackedRanks[row * tracked + t] = rank;
    }

    void setNextLogit(int row, float logit) {
        nextLogits[row] = logit;
    }

    void setNextRank(int row, int rank) {
        nextRanks[row] = rank;
    }

    private int row(int position, int point) {
        return position * points + point;
    }

    /// How many tokens each row's top holds.
    ///
    /// @return the k asked for, or the whole vocabulary if that is smaller
    public int topK() {
        return topK;
    }

    /// A token of the top.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @param rank     0 for the greatest logit
    /// @return its id
    public int topId(int position, int point, int rank) {
        return topIds[row(position, point) * topK + rank];
    }

    /// A logit of the top.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @param rank     0 for the greatest logit
    /// @return float32 exactly as computed
    public float topLogit(int position, int point, int rank) {
        return topLogits[row(position, point) * topK + rank];
    }

    /// How many tokens each row's bottom holds.
    ///
    /// @return the k asked for, or the whole vocabulary if that is smaller
    public int bottomK() {
        return bottomK;
    }

    /// A token of the bottom.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @param rank     0 for the least logit
    /// @return its id
    public int bottomId(int position, int point, int rank) {
        return bottomIds[row(position, point) * bottomK + rank];
    }

    /// A logit of the bottom.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @param rank     0 for the least logit
    /// @return float32 exactly as computed
    public float bottomLogit(int position, int point, int rank) {
        return bottomLogits[row(position, point) * bottomK + rank];
    }

    /// `ln Σ exp(logit)` over the vocabulary.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return in nats: `ln p = logit − logSumExp`
    public double logSumExp(int position, int point) {
        return logSumExp[row(position, point)];
    }

    /// `−Σ p ln p` over the vocabulary.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return in nats
    public double entropy(int position, int point) {
        return entropy[row(position, point)];
    }

    /// `KL(last point ‖ point)` at one position.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return in nats, at least 0: rounding below it shows as 0; exactly 0 at the last point
    public double klToFinal(int position, int point) {
        return klToFinal[row(position, point)];
    }

    /// `KL(point ‖ last point)` at one position, if [VocabularyQuery#klFromFinal] asked for it.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return in nats, at least 0: rounding below it shows as 0; exactly 0 at the last point
    public double klFromFinal(int position, int point) {
        return klFromFinal[row(position, point)];
    }

    /// `KL(point ‖ previous point)` at one position, if [VocabularyQuery#change] asked for it.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return in nats, at least 0: rounding below it shows as 0; NaN where there is no previous point
    public double change(int position, int point) {
        return change[row(position, point)];
    }

    /// The Jensen–Shannon divergence between point and last point, if [VocabularyQuery#distances] asked for it.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return in nats, 0 to ln 2: rounding above it shows as ln 2; exactly 0 at the last point
    public double jensenShannon(int position, int point) {
        return jensenShannon[row(position, point)];
    }

    /// `½ Σ |p − q|` between point and last point, if [VocabularyQuery#distances] asked for it.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return 0 to 1: rounding above it shows as 1; exactly 0 at the last point
    public double totalVariation(int position, int point) {
        return totalVariation[row(position, point)];
    }

    /// Whether the token that follows each position was read.
    ///
    /// @return whether [#nextLogit] has something to say
    public boolean readsNext() {
        return nextLogits.length > 0;
    }

    /// The logit of the token that follows, if [VocabularyQuery#next] asked for it.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return float32 exactly as computed; NaN where none follows
    public float nextLogit(int position, int point) {
        return nextLogits[row(position, point)];
    }

    /// The rank of the token that follows, if [VocabularyQuery#next] asked for it.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @return 1 if no token ranks before it; 0 where none follows
    public int nextRank(int position, int point) {
        return nextRanks[row(position, point)];
    }

    /// A tracked token's logit.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @param t        index among the tracked tokens
    /// @return float32 exactly as computed
    public float trackedLogit(int position, int point, int t) {
        return trackedLogits[row(position, point) * tracked + t];
    }

    /// A tracked token's rank.
    ///
    /// @param position index of the position, from 0
    /// @param point    index of the point, from 0
    /// @param t        index among the tracked tokens
    /// @return 1 if no token ranks before it
    public int trackedRank(int position, int point, int t) {
        return trackedRanks[row(position, point) * tracked + t];
    }
}
