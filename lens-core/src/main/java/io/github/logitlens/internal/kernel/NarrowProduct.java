package io.github.logitlens.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The product for machines with 16 vector registers: a panel in strips of two vectors.
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
    private static final int STRIP = 2 * LANES;
    private static final long VECTOR_BYTES = 4L * LANES;
    private static final long ROW_BYTES = Panel.ROW_BYTES;

    private NarrowProduct() {
    }

    /// Takes a multiple of [#STEPS] steps; see [Products#multiply].
    static void multiply(RowBlock a, Panel b, Tile start, Tile out) {
        for (int column = 0; column < PANEL; column += STRIP) {
            switch (a.height()) {
                case 6 -> rows6(a, b, column, start, out);
                case 4 -> rows4(a, b, column, start, out);
                case 2 -> rows2(a, b, column, start, out);
                case 1 -> rows1(a, b, column, start, out);
                default -> throw new AssertionError("height of a row block: expected 1, 2, 4 or 6, got " + a.height());
            }
        }
    }

    // Written by ProductSources: what is changed below this line has to be changed there.

    private static void rows6(RowBlock rows, Panel panel, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.stride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, from, s + 2 * stride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, from, s + 3 * stride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + LANES);
        FloatVector x40 = FloatVector.fromArray(SPECIES, from, s + 4 * stride);
        FloatVector x41 = FloatVector.fromArray(SPECIES, from, s + 4 * stride + LANES);
        FloatVector x50 = FloatVector.fromArray(SPECIES, from, s + 5 * stride);
        FloatVector x51 = FloatVector.fromArray(SPECIES, from, s + 5 * stride + LANES);
        float[] a = rows.values();
        int i = rows.offset();
        int end = i + panel.depth() * 6;
        MemorySegment b = panel.memory();
        long o = panel.offset() + column * 4L;
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
        } while (i != end);
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.stride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
        x20.intoArray(to, t + 2 * stride);
        x21.intoArray(to, t + 2 * stride + LANES);
        x30.intoArray(to, t + 3 * stride);
        x31.intoArray(to, t + 3 * stride + LANES);
        x40.intoArray(to, t + 4 * stride);
        x41.intoArray(to, t + 4 * stride + LANES);
        x50.intoArray(to, t + 5 * stride);
        x51.intoArray(to, t + 5 * stride + LANES);
    }

    private static void rows4(RowBlock rows, Panel panel, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.stride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, from, s + 2 * stride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, from, s + 3 * stride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + LANES);
        float[] a = rows.values();
        int i = rows.offset();
        int end = i + panel.depth() * 4;
        MemorySegment b = panel.memory();
        long o = panel.offset() + column * 4L;
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
        } while (i != end);
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.stride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
        x20.intoArray(to, t + 2 * stride);
        x21.intoArray(to, t + 2 * stride + LANES);
        x30.intoArray(to, t + 3 * stride);
        x31.intoArray(to, t + 3 * stride + LANES);
    }

    private static void rows2(RowBlock rows, Panel panel, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.stride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        float[] a = rows.values();
        int i = rows.offset();
        int end = i + panel.depth() * 2;
        MemorySegment b = panel.memory();
        long o = panel.offset() + column * 4L;
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
        } while (i != end);
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.stride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
    }

    private static void rows1(RowBlock rows, Panel panel, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.stride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        float[] a = rows.values();
        int i = rows.offset();
        int end = i + panel.depth() * 1;
        MemorySegment b = panel.memory();
        long o = panel.offset() + column * 4L;
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
        } while (i != end);
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.stride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
    }
}
