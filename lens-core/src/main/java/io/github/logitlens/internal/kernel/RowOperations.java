package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;

/// What is done to rows, apart from their products.
///
/// A sum over a row (LayerNorm, softmax) runs in [Lanes#COUNT] virtual lanes, element `i` in lane `i % 16`, and ends in the tree of
/// [Lanes#sum]; exponentials are [Exp]'s polynomial, operation by operation.
public interface RowOperations {

    /// Factors that leave the rows of a block as they are: `[6]`, *not modified*.
    float[] ONES = {1, 1, 1, 1, 1, 1};

    /// `out = (x − μ)/√(σ² + ε) · gain + bias`, σ² biased.
    ///
    /// @param x    `[n]` at `xOffset`, *not modified*
    /// @param gain `[n]`
    /// @param bias `[n]`
    /// @param out  `[n]` at `outOffset`, *written*; may be `x`
    /// @return `√(σ² + ε)`
    float layerNorm(float[] x, int xOffset, int n, float[] gain, float[] bias, double epsilon, float[] out, int outOffset);

    /// `row = softmax(row)` in place.
    ///
    /// @param row `[n]` at `offset`, *written*
    default void softmax(float[] row, int offset, int n) {
        scale(row, offset, n, exponentials(row, offset, n));
    }

    /// `row = e^(row − max)` in place: the softmax but for a factor.
    ///
    /// @param row `[n]` at `offset`, *written*
    /// @return the factor, `1 / Σ e^(row − max)`
    float exponentials(float[] row, int offset, int n);

    /// Lays six rows out as a row block, each times a factor of its own: `block[k][r] = rows[r][k] · factors[r]`.
    ///
    /// @param rows    `[6]` rows of `count` values, `stride` apart, from `offset`; *not modified*
    /// @param factors `[6]`, *not modified*
    /// @param block   `[count][6]` at `blockOffset`, *written*
    default void interleave(float[] rows, int offset, int stride, int count, float[] factors, float[] block, int blockOffset) {
        for (int k = 0; k < count; k++) {
            int from = offset + k;
            int to = blockOffset + k * Kernels.BLOCK;
            block[to] = rows[from] * factors[0];
            block[to + 1] = rows[from + stride] * factors[1];
            block[to + 2] = rows[from + 2 * stride] * factors[2];
            block[to + 3] = rows[from + 3 * stride] * factors[3];
            block[to + 4] = rows[from + 4 * stride] * factors[4];
            block[to + 5] = rows[from + 5 * stride] * factors[5];
        }
    }

    /// `x = f(x)` in place.
    ///
    /// @param x `[n]` at `offset`, *written*
    void activate(ActivationFunction f, float[] x, int offset, int n);

    /// `x = x · factor` in place.
    ///
    /// @param x `[n]` at `offset`, *written*
    void scale(float[] x, int offset, int n, float factor);

    /// `x += y`.
    ///
    /// @param x `[n]` at `xOffset`, *written*
    /// @param y `[n]` at `yOffset`, *not modified*
    void add(float[] x, int xOffset, float[] y, int yOffset, int n);
}
