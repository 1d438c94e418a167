package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.MemorySegment;

/// The kernels in plain Java: what every machine can run, and the reference for the bits of [VectorKernels].
public final class ScalarKernels implements Kernels {

    /// Steps of `k` a turn.
    private static final int STEPS = 4;

    @Override
    public String description() {
        return Fma.IS_INSTRUCTION ? "scalar" : "scalar (no FMA)";
    }

    @Override
    public void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        multiplyTogether(a, aOffset, 1, height, Panels.inTurn(b, bOffset, depth), 1, depth,
                start, startOffset, startStride, out, outOffset, outStride);
    }

    @Override
    public void multiplyRow(
            float[] a, int aOffset, int panels, MemorySegment b, long bOffset, int depth, float[] tile, int tileOffset) {
        multiplyTogether(a, aOffset, 1, 1, Panels.inTurn(b, bOffset, depth), panels, depth, tile, tileOffset, 0, tile, tileOffset, 0);
    }

    @Override
    public boolean joinsPanels() {
        return true;
    }

    /// Loops at one index over arrays of their own are the form that C2 turns into vector instructions. It does up to
    /// fifteen turns before and after them one by one, so that a loop over the 64 columns of one panel is half scalar, and
    /// one over four panels hardly. Two rows a turn share what they load, and all rows what is copied to the heap.
    @Override
    public void multiplyTogether(
            float[] a, int aOffset, int blocks, int height, Panels b, int panels, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        int width = panels * PANEL;
        float[][] sums = new float[blocks * height][width];
        for (int row = 0; row < sums.length; row++) {
            System.arraycopy(start, startOffset + row * startStride, sums[row], 0, width);
        }
        float[][] right = new float[STEPS][width];
        for (int k = 0; k < depth; k += STEPS) {
            int steps = Math.min(STEPS, depth - k);
            for (int i = 0; i < steps; i++) {
                b.copy(k + i, panels, right[i]);
            }
            for (int block = 0; block < blocks; block++) {
                add(a, aOffset + (block * depth + k) * height, height, steps, right, sums, block * height);
            }
        }
        for (int row = 0; row < sums.length; row++) {
            System.arraycopy(sums[row], 0, out, outOffset + row * outStride, width);
        }
    }

    /// Adds some steps of `k` to the rows of one block.
    private static void add(float[] a, int aOffset, int height, int steps, float[][] right, float[][] sums, int firstRow) {
        if (steps < STEPS) {
            for (int r = 0; r < height; r++) {
                for (int i = 0; i < steps; i++) {
                    step(a[aOffset + i * height + r], right[i], sums[firstRow + r]);
                }
            }
        } else if (height == 1) {
            fourSteps(a[aOffset], a[aOffset + 1], a[aOffset + 2], a[aOffset + 3],
                    right[0], right[1], right[2], right[3], sums[firstRow]);
        } else {
            for (int r = 0; r < height; r += 2) {
                int k0 = aOffset + r;
                int k1 = k0 + height;
                int k2 = k1 + height;
                int k3 = k2 + height;
                fourSteps(a[k0], a[k1], a[k2], a[k3], a[k0 + 1], a[k1 + 1], a[k2 + 1], a[k3 + 1],
                        right[0], right[1], right[2], right[3], sums[firstRow + r], sums[firstRow + r + 1]);
            }
        }
    }

    private static void fourSteps(
            float x0, float x1, float x2, float x3, float y0, float y1, float y2, float y3,
            float[] b0, float[] b1, float[] b2, float[] b3, float[] x, float[] y) {
        for (int n = 0; n < x.length; n++) {
            x[n] = Fma.fma(x3, b3[n], Fma.fma(x2, b2[n], Fma.fma(x1, b1[n], Fma.fma(x0, b0[n], x[n]))));
            y[n] = Fma.fma(y3, b3[n], Fma.fma(y2, b2[n], Fma.fma(y1, b1[n], Fma.fma(y0, b0[n], y[n]))));
        }
    }

    private static void fourSteps(
            float x0, float x1, float x2, float x3, float[] b0, float[] b1, float[] b2, float[] b3, float[] x) {
        for (int n = 0; n < x.length; n++) {
            x[n] = Fma.fma(x3, b3[n], Fma.fma(x2, b2[n], Fma.fma(x1, b1[n], Fma.fma(x0, b0[n], x[n]))));
        }
    }

    private static void step(float x0, float[] b, float[] x) {
        for (int n = 0; n < x.length; n++) {
            x[n] = Fma.fma(x0, b[n], x[n]);
        }
    }

    @Override
    public float layerNorm(
            float[] x, int xOffset, int n, float[] gain, float[] bias, double epsilon, float[] out, int outOffset) {
        float[] lanes = new float[Lanes.COUNT];
        for (int i = 0; i < n; i++) {
            lanes[i % Lanes.COUNT] += x[xOffset + i];
        }
        float mean = Lanes.sum(lanes, 0) / n;
        java.util.Arrays.fill(lanes, 0f);
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

    @Override
    public void reduce(
            float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions) {
        int points = stats.points;
        for (int position = 0; position < positions; position++) {
            int group = position * points;
            for (int point = points - 1; point >= 0; point--) {
                int row = firstRow + group + point;
                int offset = (group + point) * PANEL;
                enter(logits, offset, columns, firstColumn, stats, row, point == points - 1);
                enterBottom(logits, offset, columns, firstColumn, stats.bottom, row);
                accumulate(logits, offset, columns, stats, row);
                for (int t = 0; t < stats.ranked(); t++) {
                    if (stats.target(row, t) >= 0) {
                        stats.countBefore(row, t, logits, offset, columns, firstColumn);
                    }
                }
            }
            cross(logits, group, columns, stats, firstRow);
            for (CrossSums cross : stats.ownCross) {
                ownCross(logits, group, columns, stats, cross, firstRow);
            }
        }
    }

    /// Moves a row's sums to a new maximum, and with the final row's maximum the cross sums of its group.
    static void raiseMax(VocabularyStatistics stats, int row, float max, boolean last) {
        float old = stats.max[row];
        if (max == old) {
            return;
        }
        stats.max[row] = max;
        boolean first = old == Float.NEGATIVE_INFINITY;
        float factor = first ? 0f : Exp.exp(old - max);
        float shift = first ? 0f : old - max;
        int lanes = row * Lanes.COUNT;
        for (int lane = lanes; lane < lanes + Lanes.COUNT; lane++) {
            stats.weighted[lane] = Fma.fma(shift, stats.sum[lane], stats.weighted[lane]) * factor;
            stats.sum[lane] *= factor;
        }
        for (CrossSums cross : stats.ownCross) {
            for (int lane = lanes; lane < lanes + Lanes.COUNT; lane++) {
                cross.sums()[lane] *= factor;
            }
        }
        if (last) {
            int group = (row - stats.points + 1) * Lanes.COUNT;
            for (int lane = group; lane < lanes + Lanes.COUNT; lane++) {
                stats.cross[lane] *= factor;
            }
        }
    }

    /// Enters a tile row's logits into the top-k, and moves the sums if one of them is a new maximum. NaN never is.
    private static void enter(
            float[] logits, int offset, int columns, int firstColumn, VocabularyStatistics stats, int row, boolean last) {
        float max = stats.max[row];
        float threshold = stats.top.threshold(row);
        for (int n = 0; n < columns; n++) {
            float logit = logits[offset + n];
            if (logit > threshold) {
                stats.top.enter(row, logit, firstColumn + n);
                threshold = stats.top.threshold(row);
            }
            max = logit > max ? logit : max;
        }
        raiseMax(stats, row, max, last);
    }

    /// Enters a tile row's logits, with their signs changed, into the bottom.
    private static void enterBottom(
            float[] logits, int offset, int columns, int firstColumn, RankedLogits bottom, int row) {
        if (bottom.k == 0) {
            return;
        }
        for (int n = 0; n < columns; n++) {
            float opposite = -logits[offset + n];
            if (opposite > bottom.threshold(row)) {
                bottom.enter(row, opposite, firstColumn + n);
            }
        }
    }

    private static void accumulate(float[] logits, int offset, int columns, VocabularyStatistics stats, int row) {
        float max = stats.max[row];
        int lanes = row * Lanes.COUNT;
        for (int n = 0; n < columns; n++) {
            int lane = lanes + n % Lanes.COUNT;
            float z = logits[offset + n] - max;
            float e = Exp.exp(z);
            stats.sum[lane] += e;
            stats.weighted[lane] = Fma.fma(z, e, stats.weighted[lane]);
        }
    }

    /// Adds one position's tile rows to their cross sums against the last of them.
    private static void cross(float[] logits, int group, int columns, VocabularyStatistics stats, int firstRow) {
        int points = stats.points;
        int last = (group + points - 1) * PANEL;
        float max = stats.max[firstRow + group + points - 1];
        for (int n = 0; n < columns; n++) {
            float z = logits[last + n];
            float e = Exp.exp(z - max);
            for (int point = 0; point < points - 1; point++) {
                int lane = (firstRow + group + point) * Lanes.COUNT + n % Lanes.COUNT;
                stats.cross[lane] = Fma.fma(e, z - logits[(group + point) * PANEL + n], stats.cross[lane]);
            }
        }
    }

    /// Adds one position's tile rows to their own cross sums, each against its reference.
    private static void ownCross(
            float[] logits, int group, int columns, VocabularyStatistics stats, CrossSums cross, int firstRow) {
        for (int point = 0; point < stats.points; point++) {
            int reference = cross.reference()[point];
            if (reference < 0) {
                continue;
            }
            int row = firstRow + group + point;
            float max = stats.max[row];
            for (int n = 0; n < columns; n++) {
                float logit = logits[(group + point) * PANEL + n];
                float difference = logit - logits[(group + reference) * PANEL + n];
                int lane = row * Lanes.COUNT + n % Lanes.COUNT;
                cross.sums()[lane] = Fma.fma(Exp.exp(logit - max), difference, cross.sums()[lane]);
            }
        }
    }

    @Override
    public void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions) {
        int points = distances.points;
        for (int position = 0; position < positions; position++) {
            int group = position * points;
            int last = group + points - 1;
            for (int n = 0; n < columns; n++) {
                float y = logits[last * PANEL + n] - distances.max[firstRow + last];
                float q = Exp.exp(y) * distances.inverse[firstRow + last];
                for (int tileRow = group; tileRow < last; tileRow++) {
                    int row = firstRow + tileRow;
                    float z = logits[tileRow * PANEL + n] - distances.max[row];
                    float p = Exp.exp(z) * distances.inverse[row];
                    float apart = (z - y) - (distances.logSum[row] - distances.logSum[firstRow + last]);
                    int lane = row * Lanes.COUNT + n % Lanes.COUNT;
                    distances.jensenShannon[lane] += JensenShannon.twice(p, q, apart);
                    distances.variation[lane] += Math.abs(p - q);
                }
            }
        }
    }
}
