package io.github.logitlens.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The product of [WideProduct] that brings the panel after it from memory while it computes.
///
/// A panel that comes from memory and the product of a few rows with it take about as long as each other, and one after the
/// other they add up. Here the steps of `k` also read some lines of the next panel, as [Touching] says. Those loads wait for
/// memory, and the multiplications do not wait for them.
///
/// One step a turn, for any depth: memory is what this loop waits for, and its code stays small.
///
/// C2 inlines most of such a loop only after it has parsed the method, and the stores behind it at times before it has seen
/// that what they store has to be vectors of the one class: it then guesses, from profiles. In 6 of 61 JVMs the product took
/// three times as long, and where C2's log was kept these were the ones whose stores had to be tried again. A cast to the
/// class tells it at once: 0 of 38.
final class FetchingProduct {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
    /// The class of all vectors here; the cast to it is what the stores need.
    private static final Class<? extends FloatVector> VECTOR = FloatVector.zero(SPECIES).getClass();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int LANES = SPECIES.length();
    private static final long VECTOR_BYTES = 4L * LANES;
    private static final long ROW_BYTES = 4L * Kernels.PANEL;
    private static final long LINE = 64;
    private static final long SIXTEEN_LINES = 16 * LINE;

    private FetchingProduct() {
    }

    /// See [Kernels#multiplyAndFetch].
    ///
    /// @return what was read of the next panel, added up, so that no compiler drops the loads
    static int multiply(
            Touching touching, float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset) {
        int aEnd = aOffset + depth * height;
        boolean every = touching == Touching.EVERY_LINE;
        long stream = every ? depth * LINE : 0;
        long advance = every ? LINE : ROW_BYTES;
        long mask = every ? -LINE : -SIXTEEN_LINES;
        return switch (height) {
            case 6 -> rows6(a, aOffset, aEnd, b, bOffset,
                    start, startOffset, startStride, out, outOffset, outStride, next, nextOffset, stream, advance, mask);
            case 4 -> rows4(a, aOffset, aEnd, b, bOffset,
                    start, startOffset, startStride, out, outOffset, outStride, next, nextOffset, stream, advance, mask);
            case 2 -> rows2(a, aOffset, aEnd, b, bOffset,
                    start, startOffset, startStride, out, outOffset, outStride, next, nextOffset, stream, advance, mask);
            default -> throw new AssertionError("height of a row block: expected 2, 4 or 6, got " + height);
        };
    }

    // Written by ProductSources: what is changed below this line has to be changed there.

    private static int rows6(
            float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset, long stream, long advance, long mask) {
        FloatVector x00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector x01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, start, startOffset + startStride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + 3 * LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + LANES);
        FloatVector x22 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + 2 * LANES);
        FloatVector x23 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + 3 * LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + LANES);
        FloatVector x32 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + 2 * LANES);
        FloatVector x33 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + 3 * LANES);
        FloatVector x40 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startStride);
        FloatVector x41 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startStride + LANES);
        FloatVector x42 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startStride + 2 * LANES);
        FloatVector x43 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startStride + 3 * LANES);
        FloatVector x50 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startStride);
        FloatVector x51 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startStride + LANES);
        FloatVector x52 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startStride + 2 * LANES);
        FloatVector x53 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startStride + 3 * LANES);
        int i = aOffset;
        long o = bOffset;
        long p = nextOffset;
        int seen = 0;
        do {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, o, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * VECTOR_BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, o + 3 * VECTOR_BYTES, ORDER);
            FloatVector v = FloatVector.broadcast(SPECIES, a[i]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 1]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            v = FloatVector.broadcast(SPECIES, a[i + 2]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            x22 = v.fma(b2, x22);
            x23 = v.fma(b3, x23);
            v = FloatVector.broadcast(SPECIES, a[i + 3]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            x32 = v.fma(b2, x32);
            x33 = v.fma(b3, x33);
            v = FloatVector.broadcast(SPECIES, a[i + 4]);
            x40 = v.fma(b0, x40);
            x41 = v.fma(b1, x41);
            x42 = v.fma(b2, x42);
            x43 = v.fma(b3, x43);
            v = FloatVector.broadcast(SPECIES, a[i + 5]);
            x50 = v.fma(b0, x50);
            x51 = v.fma(b1, x51);
            x52 = v.fma(b2, x52);
            x53 = v.fma(b3, x53);
            long line = p & mask;
            seen += next.get(WORD, line) + next.get(WORD, line + stream) + next.get(WORD, line + 2 * stream)
                    + next.get(WORD, line + 3 * stream);
            i += 6;
            o += ROW_BYTES;
            p += advance;
        } while (i != aEnd);
        VECTOR.cast(x00).intoArray(out, outOffset);
        VECTOR.cast(x01).intoArray(out, outOffset + LANES);
        VECTOR.cast(x02).intoArray(out, outOffset + 2 * LANES);
        VECTOR.cast(x03).intoArray(out, outOffset + 3 * LANES);
        VECTOR.cast(x10).intoArray(out, outOffset + outStride);
        VECTOR.cast(x11).intoArray(out, outOffset + outStride + LANES);
        VECTOR.cast(x12).intoArray(out, outOffset + outStride + 2 * LANES);
        VECTOR.cast(x13).intoArray(out, outOffset + outStride + 3 * LANES);
        VECTOR.cast(x20).intoArray(out, outOffset + 2 * outStride);
        VECTOR.cast(x21).intoArray(out, outOffset + 2 * outStride + LANES);
        VECTOR.cast(x22).intoArray(out, outOffset + 2 * outStride + 2 * LANES);
        VECTOR.cast(x23).intoArray(out, outOffset + 2 * outStride + 3 * LANES);
        VECTOR.cast(x30).intoArray(out, outOffset + 3 * outStride);
        VECTOR.cast(x31).intoArray(out, outOffset + 3 * outStride + LANES);
        VECTOR.cast(x32).intoArray(out, outOffset + 3 * outStride + 2 * LANES);
        VECTOR.cast(x33).intoArray(out, outOffset + 3 * outStride + 3 * LANES);
        VECTOR.cast(x40).intoArray(out, outOffset + 4 * outStride);
        VECTOR.cast(x41).intoArray(out, outOffset + 4 * outStride + LANES);
        VECTOR.cast(x42).intoArray(out, outOffset + 4 * outStride + 2 * LANES);
        VECTOR.cast(x43).intoArray(out, outOffset + 4 * outStride + 3 * LANES);
        VECTOR.cast(x50).intoArray(out, outOffset + 5 * outStride);
        VECTOR.cast(x51).intoArray(out, outOffset + 5 * outStride + LANES);
        VECTOR.cast(x52).intoArray(out, outOffset + 5 * outStride + 2 * LANES);
        VECTOR.cast(x53).intoArray(out, outOffset + 5 * outStride + 3 * LANES);
        return seen;
    }

    private static int rows4(
            float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset, long stream, long advance, long mask) {
        FloatVector x00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector x01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, start, startOffset + startStride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + 3 * LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + LANES);
        FloatVector x22 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + 2 * LANES);
        FloatVector x23 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + 3 * LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + LANES);
        FloatVector x32 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + 2 * LANES);
        FloatVector x33 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + 3 * LANES);
        int i = aOffset;
        long o = bOffset;
        long p = nextOffset;
        int seen = 0;
        do {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, o, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * VECTOR_BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, o + 3 * VECTOR_BYTES, ORDER);
            FloatVector v = FloatVector.broadcast(SPECIES, a[i]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 1]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            v = FloatVector.broadcast(SPECIES, a[i + 2]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            x22 = v.fma(b2, x22);
            x23 = v.fma(b3, x23);
            v = FloatVector.broadcast(SPECIES, a[i + 3]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            x32 = v.fma(b2, x32);
            x33 = v.fma(b3, x33);
            long line = p & mask;
            seen += next.get(WORD, line) + next.get(WORD, line + stream) + next.get(WORD, line + 2 * stream)
                    + next.get(WORD, line + 3 * stream);
            i += 4;
            o += ROW_BYTES;
            p += advance;
        } while (i != aEnd);
        VECTOR.cast(x00).intoArray(out, outOffset);
        VECTOR.cast(x01).intoArray(out, outOffset + LANES);
        VECTOR.cast(x02).intoArray(out, outOffset + 2 * LANES);
        VECTOR.cast(x03).intoArray(out, outOffset + 3 * LANES);
        VECTOR.cast(x10).intoArray(out, outOffset + outStride);
        VECTOR.cast(x11).intoArray(out, outOffset + outStride + LANES);
        VECTOR.cast(x12).intoArray(out, outOffset + outStride + 2 * LANES);
        VECTOR.cast(x13).intoArray(out, outOffset + outStride + 3 * LANES);
        VECTOR.cast(x20).intoArray(out, outOffset + 2 * outStride);
        VECTOR.cast(x21).intoArray(out, outOffset + 2 * outStride + LANES);
        VECTOR.cast(x22).intoArray(out, outOffset + 2 * outStride + 2 * LANES);
        VECTOR.cast(x23).intoArray(out, outOffset + 2 * outStride + 3 * LANES);
        VECTOR.cast(x30).intoArray(out, outOffset + 3 * outStride);
        VECTOR.cast(x31).intoArray(out, outOffset + 3 * outStride + LANES);
        VECTOR.cast(x32).intoArray(out, outOffset + 3 * outStride + 2 * LANES);
        VECTOR.cast(x33).intoArray(out, outOffset + 3 * outStride + 3 * LANES);
        return seen;
    }

    private static int rows2(
            float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset, long stream, long advance, long mask) {
        FloatVector x00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector x01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, start, startOffset + startStride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + 3 * LANES);
        int i = aOffset;
        long o = bOffset;
        long p = nextOffset;
        int seen = 0;
        do {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, o, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * VECTOR_BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, o + 3 * VECTOR_BYTES, ORDER);
            FloatVector v = FloatVector.broadcast(SPECIES, a[i]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 1]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            long line = p & mask;
            seen += next.get(WORD, line) + next.get(WORD, line + stream) + next.get(WORD, line + 2 * stream)
                    + next.get(WORD, line + 3 * stream);
            i += 2;
            o += ROW_BYTES;
            p += advance;
        } while (i != aEnd);
        VECTOR.cast(x00).intoArray(out, outOffset);
        VECTOR.cast(x01).intoArray(out, outOffset + LANES);
        VECTOR.cast(x02).intoArray(out, outOffset + 2 * LANES);
        VECTOR.cast(x03).intoArray(out, outOffset + 3 * LANES);
        VECTOR.cast(x10).intoArray(out, outOffset + outStride);
        VECTOR.cast(x11).intoArray(out, outOffset + outStride + LANES);
        VECTOR.cast(x12).intoArray(out, outOffset + outStride + 2 * LANES);
        VECTOR.cast(x13).intoArray(out, outOffset + outStride + 3 * LANES);
        return seen;
    }
}
