package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The row operations in the Vector API. A row is walked in vectors and ends in scalar steps of the same operations.
final class VectorRows implements RowOperations {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final RowOperations scalar = new ScalarRows();

    @Override
    public float layerNorm(
            float[] x, int xOffset, int n, float[] gain, float[] bias, double epsilon, float[] out, int outOffset) {
        float[] lanes = new float[Lanes.COUNT];
        int whole = n - n % Lanes.COUNT;
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = strip; i < whole; i += Lanes.COUNT) {
                sum = sum.add(FloatVector.fromArray(SPECIES, x, xOffset + i));
            }
            sum.intoArray(lanes, strip);
        }
        for (int i = whole; i < n; i++) {
            lanes[i - whole] += x[xOffset + i];
        }
        float mean = Lanes.sum(lanes, 0) / n;
        FloatVector means = FloatVector.broadcast(SPECIES, mean);
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = strip; i < whole; i += Lanes.COUNT) {
                FloatVector centred = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(means);
                sum = centred.fma(centred, sum);
            }
            sum.intoArray(lanes, strip);
        }
        for (int i = whole; i < n; i++) {
            float centred = x[xOffset + i] - mean;
            lanes[i - whole] = Fma.fma(centred, centred, lanes[i - whole]);
        }
        double scale = Math.sqrt(Lanes.sum(lanes, 0) / n + epsilon);
        float inverse = (float) (1 / scale);
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            FloatVector.fromArray(SPECIES, x, xOffset + i).sub(means).mul(inverse)
                    .fma(FloatVector.fromArray(SPECIES, gain, i), FloatVector.fromArray(SPECIES, bias, i))
                    .intoArray(out, outOffset + i);
        }
        for (; i < n; i++) {
            out[outOffset + i] = Fma.fma((x[xOffset + i] - mean) * inverse, gain[i], bias[i]);
        }
        return (float) scale;
    }

    @Override
    public float exponentials(float[] row, int offset, int n) {
        int bound = SPECIES.loopBound(n);
        FloatVector maxima = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < bound; i += LANES) {
            maxima = maxima.max(FloatVector.fromArray(SPECIES, row, offset + i));
        }
        float max = maxima.reduceLanes(VectorOperators.MAX);
        for (int i = bound; i < n; i++) {
            max = Math.max(max, row[offset + i]);
        }
        float[] lanes = new float[Lanes.COUNT];
        int whole = n - n % Lanes.COUNT;
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = strip; i < whole; i += Lanes.COUNT) {
                FloatVector e = VectorExp.expBounded(FloatVector.fromArray(SPECIES, row, offset + i).sub(max));
                e.intoArray(row, offset + i);
                sum = sum.add(e);
            }
            sum.intoArray(lanes, strip);
        }
        for (int i = whole; i < n; i++) {
            float e = Exp.exp(row[offset + i] - max);
            row[offset + i] = e;
            lanes[i - whole] += e;
        }
        return 1 / Lanes.sum(lanes, 0);
    }

    @Override
    public void interleave(float[] rows, int offset, int stride, int count, float[] factors, float[] block, int blockOffset) {
        int done = LANES == Lanes.COUNT ? WideInterleave.interleave(rows, offset, stride, count, factors, block, blockOffset) : 0;
        RowOperations.super.interleave(rows, offset + done, stride, count - done, factors, block, blockOffset + done * Kernels.BLOCK);
    }

    @Override
    public void activate(ActivationFunction f, float[] x, int offset, int n) {
        int bound = SPECIES.loopBound(n);
        switch (f) {
            case GELU_NEW -> {
                for (int i = 0; i < bound; i += LANES) {
                    FloatVector v = FloatVector.fromArray(SPECIES, x, offset + i);
                    FloatVector cubic = v.mul(v).fma(
                            FloatVector.broadcast(SPECIES, Activations.GELU_CUBIC),
                            FloatVector.broadcast(SPECIES, Activations.GELU_LINEAR));
                    timesSigmoid(v, v.mul(cubic)).intoArray(x, offset + i);
                }
            }
            case SILU -> {
                for (int i = 0; i < bound; i += LANES) {
                    FloatVector v = FloatVector.fromArray(SPECIES, x, offset + i);
                    timesSigmoid(v, v).intoArray(x, offset + i);
                }
            }
            case QUICK_GELU -> {
                for (int i = 0; i < bound; i += LANES) {
                    FloatVector v = FloatVector.fromArray(SPECIES, x, offset + i);
                    timesSigmoid(v, v.mul(Activations.QUICK_GELU)).intoArray(x, offset + i);
                }
            }
            case RELU -> {
                for (int i = 0; i < bound; i += LANES) {
                    FloatVector.fromArray(SPECIES, x, offset + i).max(0f).intoArray(x, offset + i);
                }
            }
            case GELU, TANH -> bound = 0;
        }
        scalar.activate(f, x, offset + bound, n - bound);
    }

    @Override
    public void scale(float[] x, int offset, int n, float factor) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            FloatVector.fromArray(SPECIES, x, offset + i).mul(factor).intoArray(x, offset + i);
        }
        for (; i < n; i++) {
            x[offset + i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
        int i = 0;
        for (; i < SPECIES.loopBound(n); i += LANES) {
            FloatVector.fromArray(SPECIES, x, xOffset + i).add(FloatVector.fromArray(SPECIES, y, yOffset + i))
                    .intoArray(x, xOffset + i);
        }
        for (; i < n; i++) {
            x[xOffset + i] += y[yOffset + i];
        }
    }

    private static FloatVector timesSigmoid(FloatVector x, FloatVector z) {
        return x.div(VectorExp.exp(z.neg()).add(1f));
    }
}
