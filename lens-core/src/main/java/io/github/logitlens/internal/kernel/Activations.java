package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;

/// MLP activation functions, one value at a time. The vector kernels repeat the common ones in the same operations and
/// call these for the rest.
final class Activations {

    /// `2 √(2/π)`: tanh GELU is `x · sigmoid(2u)` with `u = √(2/π) (x + 0.044715 x³)`.
    static final float GELU_LINEAR = (float) (2 * 0.7978845608028654);
    static final float GELU_CUBIC = (float) (2 * 0.7978845608028654 * 0.044715);
    static final float QUICK_GELU = 1.702f;

    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final double SQRT_HALF = 0.7071067811865476;

    private Activations() {
    }

    static float apply(ActivationFunction f, float x) {
        return switch (f) {
            case GELU_NEW -> timesSigmoid(x, x * Fma.fma(x * x, GELU_CUBIC, GELU_LINEAR));
            case SILU -> timesSigmoid(x, x);
            case QUICK_GELU -> timesSigmoid(x, x * QUICK_GELU);
            case RELU -> Math.max(x, 0f);
            case GELU -> (float) (0.5 * x * (1 + erf(x * SQRT_HALF)));
            case TANH -> (float) StrictMath.tanh(x);
        };
    }

    private static float timesSigmoid(float x, float z) {
        return x / (1f + Exp.exp(-z));
    }

    /// `erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!`, all terms of one sign.
    private static double erf(double x) {
        if (!(Math.abs(x) < 6)) {
            return x != x ? x : Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return TWO_OVER_SQRT_PI * StrictMath.exp(-x * x) * sum;
    }
}
