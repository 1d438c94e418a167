package io.github.logitlens.model;

/// What [Unembedding#read] found for each residual: the top of the vocabulary and statistics over all of it.
///
/// Rows are (position, point) pairs, `row = position · points + point`. Immutable.
public final class VocabularyReadings {

    private final int points;
    private final int topK;
    private final int[] topIds;
    private final float[] topLogits;
    private final double[] logSumExp;
    private final double[] entropy;
    private final double[] klToFinal;
    private final int tracked;
    private final float[] trackedLogits;
    private final int[] trackedRanks;

    VocabularyReadings(int rows, int points, int topK, int tracked) {
        this.points = points;
        this.topK = topK;
        this.tracked = tracked;
        topIds = new int[Math.multiplyExact(rows, topK)];
        topLogits = new float[rows * topK];
        logSumExp = new double[rows];
        entropy = new double[rows];
        klToFinal = new double[rows];
        trackedLogits = new float[rows * tracked];
        trackedRanks = new int[rows * tracked];
    }

    void setTop(int row, int rank, int id, float logit) {
        topIds[row * topK + rank] = id;
        topLogits[row * topK + rank] = logit;
    }

    void setStatistics(int row, double logSumExp, double entropy, double klToFinal) {
        this.logSumExp[row] = logSumExp;
        this.entropy[row] = entropy;
        this.klToFinal[row] = klToFinal;
    }

    void setTracked(int row, int t, float logit, int rank) {
        trackedLogits[row * tracked + t] = logit;
        trackedRanks[row * tracked + t] = rank;
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
    /// @return in nats; exactly 0 at the last point
    public double klToFinal(int position, int point) {
        return klToFinal[row(position, point)];
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
