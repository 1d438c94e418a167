package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.util.Arrays;

/// The row operations in plain Java.
final class ScalarRows implements RowOperations {

    @Override
    public float layerNorm(
            float[] x, int xOffset, int n, float[] gain, float[] bias, double epsilon, float[] out, int outOffset) {
        float[] lanes = new float[Lanes.COUNT];
        for (int i = 0; i < n; i++) {
            lanes[i % Lanes.COUNT] += x[xOffset + i];
        }
        float mean = Lanes.sum(lanes, 0) / n;
        Arrays.fill(lanes, 0f);
        for (int i = 0; i < n; i++) {
            float centred = x[xOffset + i] - mean;
            lanes[i % Lanes.COUNT] = Fma.fma(centred, centred, lanes[i % Lanes.COUNT]);
        }
        double scale = Math.sqrt(Lanes.sum(lanes, 0) / n + epsilon);
        float inverse = (float) (1 / scale);
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = Fma.fma((x[xOffset + i] - mean) * inverse, gain[i], bias[i]);
        }
        return (float) scale;
    }

    @Override
    public float exponentials(float[] row, int offset, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, row[offset + i]);
        }
        float[] lanes = new float[Lanes.COUNT];
        for (int i = 0; i < n; i++) {
            float e = Exp.exp(row[offset + i] - max);
            row[offset + i] = e;
            lanes[i % Lanes.COUNT] += e;
        }
        return 1 / Lanes.sum(lanes, 0);
    }

    @Override
    public void activate(ActivationFunction f, float[] x, int offset, int n) {
        for (int i = 0; i < n; i++) {
            x[offset + i] = Activations.apply(f, x[offset + i]);
        }
    }

    @Override
    public void scale(float[] x, int offset, int n, float factor) {
        for (int i = 0; i < n; i++) {
            x[offset + i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            x[xOffset + i] += y[yOffset + i];
        }
    }
}
