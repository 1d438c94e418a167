package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The kernels in the Vector API, at the machine's own vector width.
///
/// With the classes it calls the only ones that name `jdk.incubator.vector`: they are loaded only when the module is there. A
/// row is walked in vectors and ends in scalar steps of the same operations.
public final class VectorKernels implements Kernels {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final boolean WIDE = LANES == 16;

    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int LINE = 64;
    /// Streams that [#fetch] reads side by side: the prefetcher follows each apart, and fetches further with four than one.
    private static final int STREAMS = 4;

    private final ScalarKernels scalar = new ScalarKernels();
    private final Touching touching;
    /// Written so that no compiler drops the loads that only fetch, never read.
    private int fetched;

    /// Kernels at [FloatVector#SPECIES_PREFERRED].
    ///
    /// @throws UnsupportedOperationException if this machine's vectors are not 4, 8 or 16 floats wide
    public VectorKernels() {
        this(Touching.ofThisProcessor());
    }

    VectorKernels(Touching touching) {
        this.touching = touching;
        if (LANES != 4 && LANES != 8 && LANES != 16) {
            throw new UnsupportedOperationException("vector width: expected 4, 8 or 16 floats, got " + LANES);
        }
    }

    @Override
    public String description() {
        return "vector (" + SPECIES.vectorBitSize() + "-bit)";
    }

    @Override
    public void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        if (WIDE && height == 1) {
            copyRow(start, startOffset, out, outOffset);
            WideProduct.multiplyRow(a, aOffset, 1, b, bOffset, depth, out, outOffset);
            return;
        }
        int rest = depth % (WIDE ? WideProduct.STEPS : NarrowProduct.STEPS);
        if (rest > 0) {
            step(a, aOffset, height, b, bOffset, start, startOffset, startStride, out, outOffset, outStride);
            for (int k = 1; k < rest; k++) {
                step(a, aOffset + k * height, height, b, bOffset + k * (PANEL * 4L),
                        out, outOffset, outStride, out, outOffset, outStride);
            }
            if (rest < depth) {
                turns(a, aOffset + rest * height, height, b, bOffset + rest * (PANEL * 4L), depth - rest,
                        out, outOffset, outStride, out, outOffset, outStride);
            }
        } else {
            turns(a, aOffset, height, b, bOffset, depth,
                    start, startOffset, startStride, out, outOffset, outStride);
        }
    }

    private static void turns(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        if (WIDE) {
            WideProduct.multiply(a, aOffset, height, b, bOffset, depth,
                    start, startOffset, startStride, out, outOffset, outStride);
        } else {
            NarrowProduct.multiply(a, aOffset, height, b, bOffset, depth,
                    start, startOffset, startStride, out, outOffset, outStride);
        }
    }

    /// Copies a row of 64 as the vectors in which it is read next: a narrower store would have to reach the cache first.
    private static void copyRow(float[] from, int fromOffset, float[] to, int toOffset) {
        for (int n = 0; n < PANEL; n += LANES) {
            FloatVector.fromArray(SPECIES, from, fromOffset + n).intoArray(to, toOffset + n);
        }
    }

    @Override
    public void multiplyRow(
            float[] a, int aOffset, int panels, MemorySegment b, long bOffset, int depth, float[] tile, int tileOffset) {
        if (WIDE) {
            WideProduct.multiplyRow(a, aOffset, panels, b, bOffset, depth, tile, tileOffset);
        } else {
            Kernels.super.multiplyRow(a, aOffset, panels, b, bOffset, depth, tile, tileOffset);
        }
    }

    @Override
    public void multiplyAndFetch(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset) {
        if (WIDE && height > 1) {
            fetched = FetchingProduct.multiply(touching, a, aOffset, height, b, bOffset, depth,
                    start, startOffset, startStride, out, outOffset, outStride, next, nextOffset);
        } else {
            Kernels.super.multiplyAndFetch(a, aOffset, height, b, bOffset, depth,
                    start, startOffset, startStride, out, outOffset, outStride, next, nextOffset);
        }
    }

    @Override
    public void fetch(MemorySegment b, long bOffset, long bytes) {
        long stride = bytes / STREAMS / LINE * LINE;
        int seen = 0;
        for (long o = bOffset; o < bOffset + stride; o += LINE) {
            seen ^= b.get(WORD, o) ^ b.get(WORD, o + stride) ^ b.get(WORD, o + 2 * stride) ^ b.get(WORD, o + 3 * stride);
        }
        fetched = seen;
    }

    /// One step of `k`, for what a chain's length leaves over of whole turns.
    private static void step(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        for (int n = 0; n < PANEL; n += LANES) {
            FloatVector row = FloatVector.fromMemorySegment(SPECIES, b, bOffset + 4L * n, ByteOrder.nativeOrder());
            for (int r = 0; r < height; r++) {
                FloatVector.broadcast(SPECIES, a[aOffset + r])
                        .fma(row, FloatVector.fromArray(SPECIES, start, startOffset + r * startStride + n))
                        .intoArray(out, outOffset + r * outStride + n);
            }
        }
    }

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
        int done = WIDE ? WideInterleave.interleave(rows, offset, stride, count, factors, block, blockOffset) : 0;
        Kernels.super.interleave(rows, offset + done, stride, count - done, factors, block, blockOffset + done * BLOCK);
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

    @Override
    public void reduce(
            float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions) {
        if (columns < PANEL) {
            scalar.reduce(logits, columns, firstColumn, stats, firstRow, positions);
        } else {
            VectorStatistics.reduce(logits, firstColumn, stats, firstRow, positions);
        }
    }

    @Override
    public void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions) {
        if (columns < PANEL) {
            scalar.compare(logits, columns, distances, firstRow, positions);
        } else {
            VectorDistances.compare(logits, distances, firstRow, positions);
        }
    }

    private static FloatVector timesSigmoid(FloatVector x, FloatVector z) {
        return x.div(VectorExp.exp(z.neg()).add(1f));
    }
}
