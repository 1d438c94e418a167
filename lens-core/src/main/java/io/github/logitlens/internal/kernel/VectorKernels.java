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
/// With [WideProduct], [FetchingProduct] and [NarrowProduct] the only classes that name `jdk.incubator.vector`: they are loaded only when the
/// module is there. A row is walked in vectors and ends in scalar steps of the same operations.
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
            lanes[i - whole] = Math.fma(centred, centred, lanes[i - whole]);
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
            out[outOffset + i] = Math.fma((x[xOffset + i] - mean) * inverse, gain[i], bias[i]);
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
                FloatVector e = expBounded(FloatVector.fromArray(SPECIES, row, offset + i).sub(max));
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
            return;
        }
        int points = stats.points;
        float[] weights = new float[PANEL];
        for (int position = 0; position < positions; position++) {
            int group = position * points;
            for (int point = points - 1; point >= 0; point--) {
                int row = firstRow + group + point;
                int offset = (group + point) * PANEL;
                float limit = Math.min(stats.max[row], stats.top.threshold(row));
                if (passes(logits, offset, limit)) {
                    enter(logits, offset, limit, firstColumn, stats, row, point == points - 1);
                }
                if (stats.bottom.k > 0) {
                    enterBottom(logits, offset, firstColumn, stats.bottom, row);
                }
                for (int t = 0; t < stats.ranked(); t++) {
                    countBefore(logits, offset, firstColumn, stats, row, t);
                }
            }
            accumulateLast(logits, group + points - 1, stats, firstRow, weights);
            accumulateOthers(logits, group, stats, firstRow, weights);
            for (CrossSums cross : stats.ownCross) {
                ownCross(logits, group, stats, cross, firstRow);
            }
        }
    }

    /// Whether any logit of a whole tile row is above a limit. The masks are joined as numbers: joined as masks they took
    /// nearly half of the whole reduction.
    private static boolean passes(float[] logits, int offset, float limit) {
        FloatVector limits = FloatVector.broadcast(SPECIES, limit);
        long above = 0;
        for (int n = 0; n < PANEL; n += LANES) {
            above |= FloatVector.fromArray(SPECIES, logits, offset + n)
                    .compare(VectorOperators.GT, limits).toLong();
        }
        return above != 0;
    }

    /// Enters a whole tile row's logits into the top-k, and moves the sums if one of them is a new maximum.
    ///
    /// @param limit what all of those exceed
    private static void enter(float[] logits, int offset, float limit, int firstColumn, VocabularyStatistics stats, int row,
            boolean last) {
        float max = stats.max[row];
        for (int n = 0; n < PANEL; n += LANES) {
            long passing = FloatVector.fromArray(SPECIES, logits, offset + n)
                    .compare(VectorOperators.GT, limit).toLong();
            while (passing != 0) {
                int column = n + Long.numberOfTrailingZeros(passing);
                passing &= passing - 1;
                float logit = logits[offset + column];
                if (logit > stats.top.threshold(row)) {
                    stats.top.enter(row, logit, firstColumn + column);
                }
                max = logit > max ? logit : max;
            }
        }
        ScalarKernels.raiseMax(stats, row, max, last);
    }

    /// Counts a whole tile row's logits that rank before a target. Where all its ids are on one side of the target's, equal
    /// logits all rank the same way.
    private static void countBefore(
            float[] logits, int offset, int firstColumn, VocabularyStatistics stats, int row, int t) {
        int id = stats.target(row, t);
        float target = stats.targetLogit(row, t);
        if (id < 0) {
            return;
        }
        if (Float.isNaN(target) || id >= firstColumn && id < firstColumn + PANEL) {
            stats.countBefore(row, t, logits, offset, PANEL, firstColumn);
        } else {
            stats.addBefore(row, t, id < firstColumn ? above(logits, offset, target) : notBelow(logits, offset, target));
        }
    }

    private static int above(float[] logits, int offset, float limit) {
        int count = 0;
        for (int n = 0; n < PANEL; n += LANES) {
            count += FloatVector.fromArray(SPECIES, logits, offset + n).compare(VectorOperators.GT, limit).trueCount();
        }
        return count;
    }

    private static int notBelow(float[] logits, int offset, float limit) {
        int count = 0;
        for (int n = 0; n < PANEL; n += LANES) {
            count += FloatVector.fromArray(SPECIES, logits, offset + n).compare(VectorOperators.GE, limit).trueCount();
        }
        return count;
    }

    /// Enters a whole tile row's logits, with their signs changed, into the bottom.
    private static void enterBottom(float[] logits, int offset, int firstColumn, RankedLogits bottom, int row) {
        for (int n = 0; n < PANEL; n += LANES) {
            long passing = FloatVector.fromArray(SPECIES, logits, offset + n)
                    .compare(VectorOperators.LT, -bottom.threshold(row)).toLong();
            while (passing != 0) {
                int column = n + Long.numberOfTrailingZeros(passing);
                passing &= passing - 1;
                float opposite = -logits[offset + column];
                if (opposite > bottom.threshold(row)) {
                    bottom.enter(row, opposite, firstColumn + column);
                }
            }
        }
    }

    /// Adds a group's last tile row to its sums, and keeps its exponentials as the group's `weights`.
    private static void accumulateLast(
            float[] logits, int tileRow, VocabularyStatistics stats, int firstRow, float[] weights) {
        int row = firstRow + tileRow;
        float max = stats.max[row];
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            int lane = row * Lanes.COUNT + strip;
            FloatVector sum = FloatVector.fromArray(SPECIES, stats.sum, lane);
            FloatVector weighted = FloatVector.fromArray(SPECIES, stats.weighted, lane);
            for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                FloatVector z = FloatVector.fromArray(SPECIES, logits, tileRow * PANEL + n).sub(max);
                FloatVector e = expBounded(z);
                e.intoArray(weights, n);
                sum = sum.add(e);
                weighted = z.fma(e, weighted);
            }
            sum.intoArray(stats.sum, lane);
            weighted.intoArray(stats.weighted, lane);
        }
    }

    /// Adds a group's other tile rows to their sums, and to their cross sums against its last.
    private static void accumulateOthers(
            float[] logits, int group, VocabularyStatistics stats, int firstRow, float[] weights) {
        int last = group + stats.points - 1;
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            for (int tileRow = group; tileRow < last; tileRow++) {
                int lane = (firstRow + tileRow) * Lanes.COUNT + strip;
                float max = stats.max[firstRow + tileRow];
                FloatVector sum = FloatVector.fromArray(SPECIES, stats.sum, lane);
                FloatVector weighted = FloatVector.fromArray(SPECIES, stats.weighted, lane);
                FloatVector cross = FloatVector.fromArray(SPECIES, stats.cross, lane);
                for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                    FloatVector logit = FloatVector.fromArray(SPECIES, logits, tileRow * PANEL + n);
                    FloatVector z = logit.sub(max);
                    FloatVector e = expBounded(z);
                    sum = sum.add(e);
                    weighted = z.fma(e, weighted);
                    FloatVector difference = FloatVector.fromArray(SPECIES, logits, last * PANEL + n).sub(logit);
                    cross = FloatVector.fromArray(SPECIES, weights, n).fma(difference, cross);
                }
                sum.intoArray(stats.sum, lane);
                weighted.intoArray(stats.weighted, lane);
                cross.intoArray(stats.cross, lane);
            }
        }
    }

    /// Adds a group's tile rows to their own cross sums, each against its reference.
    private static void ownCross(
            float[] logits, int group, VocabularyStatistics stats, CrossSums cross, int firstRow) {
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            for (int point = 0; point < stats.points; point++) {
                int reference = cross.reference()[point];
                if (reference < 0) {
                    continue;
                }
                int row = firstRow + group + point;
                int lane = row * Lanes.COUNT + strip;
                float max = stats.max[row];
                FloatVector sum = FloatVector.fromArray(SPECIES, cross.sums(), lane);
                for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                    FloatVector logit = FloatVector.fromArray(SPECIES, logits, (group + point) * PANEL + n);
                    FloatVector other = FloatVector.fromArray(SPECIES, logits, (group + reference) * PANEL + n);
                    sum = expBounded(logit.sub(max)).fma(logit.sub(other), sum);
                }
                sum.intoArray(cross.sums(), lane);
            }
        }
    }

    @Override
    public void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions) {
        if (columns < PANEL) {
            scalar.compare(logits, columns, distances, firstRow, positions);
            return;
        }
        float[] shifted = new float[PANEL];
        float[] probabilities = new float[PANEL];
        for (int position = 0; position < positions; position++) {
            int group = position * distances.points;
            int last = group + distances.points - 1;
            for (int n = 0; n < PANEL; n += LANES) {
                FloatVector y = FloatVector.fromArray(SPECIES, logits, last * PANEL + n).sub(distances.max[firstRow + last]);
                y.intoArray(shifted, n);
                expBounded(y).mul(distances.inverse[firstRow + last]).intoArray(probabilities, n);
            }
            for (int tileRow = group; tileRow < last; tileRow++) {
                compareRow(logits, tileRow, distances, firstRow + tileRow, firstRow + last, shifted, probabilities);
            }
        }
    }

    /// Adds a tile row to its distances from a last row, given as `z−m` and as probabilities.
    private static void compareRow(float[] logits, int tileRow, VocabularyDistances distances, int row, int last,
            float[] shifted, float[] probabilities) {
        float max = distances.max[row];
        float inverse = distances.inverse[row];
        float logRatio = distances.logSum[row] - distances.logSum[last];
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            int lane = row * Lanes.COUNT + strip;
            FloatVector divergence = FloatVector.fromArray(SPECIES, distances.jensenShannon, lane);
            FloatVector variation = FloatVector.fromArray(SPECIES, distances.variation, lane);
            for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                FloatVector z = FloatVector.fromArray(SPECIES, logits, tileRow * PANEL + n).sub(max);
                FloatVector p = expBounded(z).mul(inverse);
                FloatVector q = FloatVector.fromArray(SPECIES, probabilities, n);
                FloatVector apart = z.sub(FloatVector.fromArray(SPECIES, shifted, n)).sub(logRatio);
                divergence = divergence.add(twiceJensenShannon(p, q, apart));
                variation = variation.add(p.sub(q).abs());
            }
            divergence.intoArray(distances.jensenShannon, lane);
            variation.intoArray(distances.variation, lane);
        }
    }

    /// [JensenShannon#twice], lane by lane.
    private static FloatVector twiceJensenShannon(FloatVector p, FloatVector q, FloatVector apart) {
        FloatVector r = p.min(q).div(p.max(q).max(JensenShannon.LEAST));
        FloatVector t = FloatVector.broadcast(SPECIES, 1f).sub(r).div(r.add(1f));
        return p.add(q).mul(near(t).blend(far(r, apart), t.compare(VectorOperators.GT, JensenShannon.SMALL)));
    }

    private static FloatVector near(FloatVector t) {
        FloatVector s = t.mul(t);
        FloatVector f = FloatVector.broadcast(SPECIES, JensenShannon.P5).fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P4));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P3));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P2));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P1));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P0));
        return f.mul(s);
    }

    private static FloatVector far(FloatVector r, FloatVector apart) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector ar = zero.blend(apart.abs().mul(r), r.compare(VectorOperators.GT, zero));
        FloatVector log = FloatVector.broadcast(SPECIES, JensenShannon.Q6).fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q5));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q4));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q3));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q2));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q1));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q0));
        return FloatVector.broadcast(SPECIES, JensenShannon.LN_2).sub(log.mul(r)).sub(ar.div(r.add(1f)));
    }

    private static FloatVector timesSigmoid(FloatVector x, FloatVector z) {
        return x.div(exp(z.neg()).add(1f));
    }

    /// [Exp#exp], lane by lane.
    private static FloatVector exp(FloatVector x) {
        return expBounded(x).blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Exp.HIGHEST));
    }

    /// [Exp#exp], lane by lane, of arguments that are not above [Exp#HIGHEST].
    private static FloatVector expBounded(FloatVector x) {
        FloatVector rounded = x.fma(
                FloatVector.broadcast(SPECIES, Exp.LOG2_E), FloatVector.broadcast(SPECIES, Exp.ROUNDER));
        FloatVector n = rounded.sub(Exp.ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Exp.LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(SPECIES, -Exp.LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(SPECIES, Exp.C6).fma(r, FloatVector.broadcast(SPECIES, Exp.C5));
        p = p.fma(r, FloatVector.broadcast(SPECIES, Exp.C4));
        p = p.fma(r, FloatVector.broadcast(SPECIES, Exp.C3));
        p = p.fma(r, FloatVector.broadcast(SPECIES, Exp.C2));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
        FloatVector power = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exp.MANTISSA_BITS)
                .reinterpretAsFloats();
        return p.mul(power).blend(0f, x.compare(VectorOperators.LT, Exp.LOWEST));
    }
}
