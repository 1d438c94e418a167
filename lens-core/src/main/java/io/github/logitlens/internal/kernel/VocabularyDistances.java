package io.github.logitlens.internal.kernel;

/// Running distances of rows of probabilities from the last row of their group, over one stretch of the vocabulary.
///
/// The rows' normalisers are known: a probability is `e^(z−m) · inverse`, with `inverse = 1/Σ e^(z−m)`. Sums are kept in
/// sixteen lanes; a last row has none.
///
/// * `jensenShannon` is `Σ (p ln(p/m) + q ln(q/m))`, twice the divergence,
/// * `variation` is `Σ |p−q|`, twice the total variation.
///
/// Owned by one thread at a time.
public final class VocabularyDistances {

    final int points;
    final float[] max;
    final float[] inverse;
    final float[] logSum;
    final float[] jensenShannon;
    final float[] variation;

    /// Distances of rows in groups of `points`.
    ///
    /// @param max     the rows' greatest logits; *not modified*
    /// @param inverse `1/Σ e^(z−m)` of each row; *not modified*
    /// @param logSum  `ln Σ e^(z−m)` of each row; *not modified*
    public VocabularyDistances(int points, float[] max, float[] inverse, float[] logSum) {
        this.points = points;
        this.max = max;
        this.inverse = inverse;
        this.logSum = logSum;
        jensenShannon = new float[max.length * Lanes.COUNT];
        variation = new float[max.length * Lanes.COUNT];
    }

    /// `Σ (p ln(p/m) + q ln(q/m))` of a row.
    public double jensenShannon(int row) {
        return Lanes.total(jensenShannon, row);
    }

    /// `Σ |p−q|` of a row.
    public double variation(int row) {
        return Lanes.total(variation, row);
    }
}
