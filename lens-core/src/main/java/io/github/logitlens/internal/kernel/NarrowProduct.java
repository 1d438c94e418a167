package io.github.logitlens.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The product for machines with 16 vector registers, or vectors below 512 bits: a panel in strips of two vectors.
///
/// A block of 6 rows × 2 vectors keeps 12 accumulators, 2 vectors of `b` and one broadcast in 16 registers. The form of the
/// loop is that of [WideProduct], for the reasons given there.
final class NarrowProduct {

    /// Steps of `k` that one turn of a loop takes.
    static final int STEPS = 2;

    private static final int PANEL = Kernels.PANEL;
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = SPECIES.length();
    private static final long VECTOR_BYTES = 4L * LANES;
    private static final long ROW_BYTES = 4L * PANEL;

    private NarrowProduct() {
    }

    /// Takes `depth` steps, a multiple of [#STEPS] above 0; see [Kernels#multiply].
    static void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        int aEnd = aOffset + depth * height;
        for (int column = 0; column < PANEL; column += 2 * LANES) {
            long bStrip = bOffset + 4L * column;
            int startStrip = startOffset + column;
            int outStrip = outOffset + column;
            switch (height) {
                case 6 -> rows6(a, aOffset, aEnd, b, bStrip, start, startStrip, startStride, out, outStrip, outStride);
                case 4 -> rows4(a, aOffset, aEnd, b, bStrip, start, startStrip, startStride, out, outStrip, outStride);
                case 2 -> rows2(a, aOffset, aEnd, b, bStrip, start, startStrip, startStride, out, outStrip, outStride);
                case 1 -> rows1(a, aOffset, aEnd, b, bStrip, start, startStrip, startStride, out, outStrip, outStride);
                default -> throw new AssertionError("height of a row block: expected 1, 2, 4 or 6, got " + height);
            }
        }
    }

    // Written by ProductSources: what is changed below this line has to be changed there.

    private static void rows6(
            float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        FloatVector x00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector x01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, start, startOffset + startStride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + LANES);
        FloatVector x40 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startStride);
        FloatVector x41 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startStride + LANES);
        FloatVector x50 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startStride);
        FloatVector x51 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startStride + LANES);
        int i = aOffset;
        long o = bOffset;
        do {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, o, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER);
            FloatVector v = FloatVector.broadcast(SPECIES, a[i]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            v = FloatVector.broadcast(SPECIES, a[i + 1]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            v = FloatVector.broadcast(SPECIES, a[i + 2]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            v = FloatVector.broadcast(SPECIES, a[i + 3]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            v = FloatVector.broadcast(SPECIES, a[i + 4]);
            x40 = v.fma(b0, x40);
            x41 = v.fma(b1, x41);
            v = FloatVector.broadcast(SPECIES, a[i + 5]);
            x50 = v.fma(b0, x50);
            x51 = v.fma(b1, x51);
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 6]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            v = FloatVector.broadcast(SPECIES, a[i + 7]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            v = FloatVector.broadcast(SPECIES, a[i + 8]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            v = FloatVector.broadcast(SPECIES, a[i + 9]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            v = FloatVector.broadcast(SPECIES, a[i + 10]);
            x40 = v.fma(b0, x40);
            x41 = v.fma(b1, x41);
            v = FloatVector.broadcast(SPECIES, a[i + 11]);
            x50 = v.fma(b0, x50);
            x51 = v.fma(b1, x51);
            i += 12;
            o += 2 * ROW_BYTES;
        } while (i != aEnd);
        x00.intoArray(out, outOffset);
        x01.intoArray(out, outOffset + LANES);
        x10.intoArray(out, outOffset + outStride);
        x11.intoArray(out, outOffset + outStride + LANES);
        x20.intoArray(out, outOffset + 2 * outStride);
        x21.intoArray(out, outOffset + 2 * outStride + LANES);
        x30.intoArray(out, outOffset + 3 * outStride);
        x31.intoArray(out, outOffset + 3 * outStride + LANES);
        x40.intoArray(out, outOffset + 4 * outStride);
        x41.intoArray(out, outOffset + 4 * outStride + LANES);
        x50.intoArray(out, outOffset + 5 * outStride);
        x51.intoArray(out, outOffset + 5 * outStride + LANES);
    }

    private static void rows4(
            float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        FloatVector x00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector x01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, start, startOffset + startStride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startStride + LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startStride + LANES);
        int i = aOffset;
        long o = bOffset;
        do {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, o, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER);
            FloatVector v = FloatVector.broadcast(SPECIES, a[i]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            v = FloatVector.broadcast(SPECIES, a[i + 1]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            v = FloatVector.broadcast(SPECIES, a[i + 2]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            v = FloatVector.broadcast(SPECIES, a[i + 3]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 4]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            v = FloatVector.broadcast(SPECIES, a[i + 5]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            v = FloatVector.broadcast(SPECIES, a[i + 6]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            v = FloatVector.broadcast(SPECIES, a[i + 7]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            i += 8;
            o += 2 * ROW_BYTES;
        } while (i != aEnd);
        x00.intoArray(out, outOffset);
        x01.intoArray(out, outOffset + LANES);
        x10.intoArray(out, outOffset + outStride);
        x11.intoArray(out, outOffset + outStride + LANES);
        x20.intoArray(out, outOffset + 2 * outStride);
        x21.intoArray(out, outOffset + 2 * outStride + LANES);
        x30.intoArray(out, outOffset + 3 * outStride);
        x31.intoArray(out, outOffset + 3 * outStride + LANES);
    }

    private static void rows2(
            float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        FloatVector x00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector x01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, start, startOffset + startStride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, start, startOffset + startStride + LANES);
        int i = aOffset;
        long o = bOffset;
        do {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, o, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER);
            FloatVector v = FloatVector.broadcast(SPECIES, a[i]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            v = FloatVector.broadcast(SPECIES, a[i + 1]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 2]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            v = FloatVector.broadcast(SPECIES, a[i + 3]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            i += 4;
            o += 2 * ROW_BYTES;
        } while (i != aEnd);
        x00.intoArray(out, outOffset);
        x01.intoArray(out, outOffset + LANES);
        x10.intoArray(out, outOffset + outStride);
        x11.intoArray(out, outOffset + outStride + LANES);
    }

    private static void rows1(
            float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        FloatVector x00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector x01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        int i = aOffset;
        long o = bOffset;
        do {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, o, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER);
            FloatVector v = FloatVector.broadcast(SPECIES, a[i]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 1]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            i += 2;
            o += 2 * ROW_BYTES;
        } while (i != aEnd);
        x00.intoArray(out, outOffset);
        x01.intoArray(out, outOffset + LANES);
    }
}
