package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.ActivationFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationsTest {

    /// The definitions, in float64; erf by integrating its derivative, an independent way.
    private static double exact(ActivationFunction f, double x) {
        return switch (f) {
            case GELU_NEW -> 0.5 * x * (1 + StrictMath.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
            case RELU -> Math.max(x, 0);
            case SILU -> x / (1 + StrictMath.exp(-x));
            case TANH -> StrictMath.tanh(x);
            case QUICK_GELU -> x / (1 + StrictMath.exp(-1.702 * x));
        };
    }

    /// Simpson's rule over 2000 steps.
    private static double erf(double x) {
        int steps = 2000;
        double h = x / steps;
        double sum = 1 + StrictMath.exp(-x * x);
        for (int i = 1; i < steps; i++) {
            sum += (i % 2 == 1 ? 4 : 2) * StrictMath.exp(-(i * h) * (i * h));
        }
        return 2 / Math.sqrt(Math.PI) * sum * h / 3;
    }

    /// How far the argument of the exponential is from 0: rounded three times, it is off by `3u` of itself, and so is the
    /// exponential.
    private static double exponent(ActivationFunction f, double x) {
        return switch (f) {
            case GELU_NEW -> 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
            case SILU -> x;
            case QUICK_GELU -> 1.702 * x;
            case GELU, RELU, TANH -> 0;
        };
    }

    @ParameterizedTest
    @EnumSource
    void isCloseToItsDefinition(ActivationFunction f) {
        double worst = 0;
        for (float x = -12; x <= 12; x += 0.0371f) {
            double exact = exact(f, x);
            double ofReference = (f == ActivationFunction.GELU ? 0x1p-33 : 0x1p-50) * Math.abs(x);
            double budget = (4 + 3 * Math.abs(exponent(f, x))) * 0x1p-24 * Math.abs(exact) + ofReference;
            double part = Math.abs(Activations.apply(f, x) - exact) / budget;
            worst = Math.max(worst, part);
            float at = x;
            assertTrue(part <= 1, () -> f + " of " + at + ": expected " + exact + ", got " + Activations.apply(f, at));
        }
        System.out.printf("ActivationsTest: %s uses %.2f of its budget%n", f, worst);
    }

    @ParameterizedTest
    @EnumSource
    void farOutItIsTheLimit(ActivationFunction f) {
        assertEquals(f == ActivationFunction.TANH ? 1 : 1000, Activations.apply(f, 1000));
        assertEquals(f == ActivationFunction.TANH ? -1 : 0, Activations.apply(f, -1000), 0f);
        assertEquals(0, Activations.apply(f, 0));
        assertTrue(Float.isNaN(Activations.apply(f, Float.NaN)));
    }
}
