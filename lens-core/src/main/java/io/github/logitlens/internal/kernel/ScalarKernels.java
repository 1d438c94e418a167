package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The kernels in plain Java: what every machine can run, and the reference for the bits of [VectorKernels].
public final class ScalarKernels implements Kernels {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    @Override
    public String description() {
        return "scalar";
    }

    /// Four steps of `k` a turn, each row of `b` and of the tile in an array of its own: loops over 64 elements at one index
    /// in all arrays are the form that C2 turns into vector instructions.
    @Override
    public void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        float[][] tile = new float[height][PANEL];
        float[][] rows = new float[4][PANEL];
        for (int r = 0; r < height; r++) {
            System.arraycopy(start, startOffset + r * startStride, tile[r], 0, PANEL);
        }
        for (int k = 0; k < depth; k += 4) {
            int steps = Math.min(4, depth - k);
            for (int i = 0; i < steps; i++) {
                MemorySegment.copy(b, FLOAT, bOffset + (k + i) * (PANEL * 4L), rows[i], 0, PANEL);
            }
            for (int r = 0; r < height; r++) {
                int x = aOffset + k * height + r;
                if (steps == 4) {
                    fourSteps(a[x], a[x + height], a[x + 2 * height], a[x + 3 * height],
                            rows[0], rows[1], rows[2], rows[3], tile[r]);
                } else {
                    for (int i = 0; i < steps; i++) {
                        step(a[x + i * height], rows[i], tile[r]);
                    }
                }
            }
        }
        for (int r = 0; r < height; r++) {
            System.arraycopy(tile[r], 0, out, outOffset + r * outStride, PANEL);
        }
    }

    private static void fourSteps(
            float x0, float x1, float x2, float x3, float[] b0, float[] b1, float[] b2, float[] b3, float[] out) {
        for (int n = 0; n < PANEL; n++) {
            out[n] = Math.fma(x3, b3[n], Math.fma(x2, b2[n], Math.fma(x1, b1[n], Math.fma(x0, b0[n], out[n]))));
        }
    }

    private static void step(float x, float[] b, float[] out) {
        for (int n = 0; n < PANEL; n++) {
            out[n] = Math.fma(x, b[n], out[n]);
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
            lanes[i % Lanes.COUNT] = Math.fma(centred, centred, lanes[i % Lanes.COUNT]);
        }
        double scale = Math.sqrt(Lanes.sum(lanes, 0) / n + epsilon);
        float inverse = (float) (1 / scale);
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = Math.fma((x[xOffset + i] - mean) * inverse, gain[i], bias[i]);
        }
        return (float) scale;
    }

    @Override
    public void softmax(float[] row, int offset, int n) {
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
        scale(row, offset, n, 1 / Lanes.sum(lanes, 0));
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
            stats.weighted[lane] = Math.fma(shift, stats.sum[lane], stats.weighted[lane]) * factor;
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
                max = logit > max ? logit : max;
            }
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
            stats.weighted[lane] = Math.fma(z, e, stats.weighted[lane]);
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
                stats.cross[lane] = Math.fma(e, z - logits[(group + point) * PANEL + n], stats.cross[lane]);
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
                cross.sums()[lane] = Math.fma(Exp.exp(logit - max), difference, cross.sums()[lane]);
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
