package io.github.logitlens.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The product for machines with 32 vector registers: a panel in strips of four vectors, which of 512 bits are all its columns.
///
/// A block of 6 rows × 4 vectors keeps 24 accumulators, the 4 vectors of `b` and one broadcast in registers, and every
/// value loaded is used 4 or 6 times. Four things about its form were measured, and matter (JDK 25, an Intel core with two
/// 512-bit multipliers, where blocks of 6 × 4, 8 × 3, 9 × 3 and 12 × 2 vectors in C with intrinsics all reach 83 to 88 % of
/// the peak of multiply-adds in registers, whether the panel is in the first- or the second-level cache):
///
/// * `a` is packed `[depth][height]`, so that one index reaches all rows. With one index a row C2 runs out of integer
///   registers and parks them in vector registers, through the ports that the multiplications need.
/// * The loop ends on `!=` with a stride above 1, which C2 does not take for a counted loop. Its range checks then stay in
///   the loop, each one fused instruction, and keep C2 from hoisting all six broadcasts to the top of the body, where they
///   would need more registers than there are. A counted `for` without checks reaches 64 % of the peak.
/// * The test is at the end and on the `int` index; at the top and on the `long` offset it costs 5 % of the peak.
/// * Three steps of `k` a turn share the loop's own cost: one step reaches 75 %, two 80 %, three 87 %, four no more. Four
///   make a method that C1 gives up on ("out of virtual registers"), which can then stay uncompiled for the whole of a run.
///
/// One row is bound by memory, and there the number of streams is what counts: a thread that reads four panels side by side
/// reads a third faster than one that reads them one after the other, because the prefetcher follows each of them apart.
///
/// Accumulators are local variables: an array of vectors would live in memory. So every height is a method of its own, which
/// no person writes: `ProductSources` does, in the test tree.
final class WideProduct {

    /// Steps of `k` that one turn of a loop takes.
    static final int STEPS = 3;

    private static final int PANEL = Kernels.PANEL;
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = SPECIES.length();
    private static final int STRIP = 4 * LANES;
    private static final long VECTOR_BYTES = 4L * LANES;
    private static final long ROW_BYTES = Panel.ROW_BYTES;

    private WideProduct() {
    }

    /// Takes a multiple of [#STEPS] steps, for a block of more than one row; see [Products#multiply].
    static void multiply(RowBlock a, Panel b, Tile start, Tile out) {
        for (int column = 0; column < PANEL; column += STRIP) {
            switch (a.height()) {
                case 6 -> rows6(a, b, column, start, out);
                case 4 -> rows4(a, b, column, start, out);
                case 2 -> rows2(a, b, column, start, out);
                default -> throw new AssertionError("height of a row block: expected 2, 4 or 6, got " + a.height());
            }
        }
    }

    /// One row and 1, 2 or 4 panels, one after the other in memory.
    static void multiplyRow(RowBlock a, Panels b, Tile start, Tile out) {
        for (int column = 0; column < PANEL; column += STRIP) {
            switch (b.count()) {
                case 4 -> panels4(a, b, column, start, out);
                case 2 -> panels2(a, b, column, start, out);
                case 1 -> panels1(a, b, column, start, out);
                default -> throw new AssertionError("panels side by side: expected 1, 2 or 4, got " + b.count());
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
        FloatVector x02 = FloatVector.fromArray(SPECIES, from, s + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, from, s + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, from, s + stride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, from, s + stride + 3 * LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, from, s + 2 * stride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + LANES);
        FloatVector x22 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + 2 * LANES);
        FloatVector x23 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + 3 * LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, from, s + 3 * stride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + LANES);
        FloatVector x32 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + 2 * LANES);
        FloatVector x33 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + 3 * LANES);
        FloatVector x40 = FloatVector.fromArray(SPECIES, from, s + 4 * stride);
        FloatVector x41 = FloatVector.fromArray(SPECIES, from, s + 4 * stride + LANES);
        FloatVector x42 = FloatVector.fromArray(SPECIES, from, s + 4 * stride + 2 * LANES);
        FloatVector x43 = FloatVector.fromArray(SPECIES, from, s + 4 * stride + 3 * LANES);
        FloatVector x50 = FloatVector.fromArray(SPECIES, from, s + 5 * stride);
        FloatVector x51 = FloatVector.fromArray(SPECIES, from, s + 5 * stride + LANES);
        FloatVector x52 = FloatVector.fromArray(SPECIES, from, s + 5 * stride + 2 * LANES);
        FloatVector x53 = FloatVector.fromArray(SPECIES, from, s + 5 * stride + 3 * LANES);
        float[] a = rows.values();
        int i = rows.offset();
        int end = i + panel.depth() * 6;
        MemorySegment b = panel.memory();
        long o = panel.offset() + column * 4L;
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
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + VECTOR_BYTES, ORDER);
            b2 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + 2 * VECTOR_BYTES, ORDER);
            b3 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + 3 * VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 6]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 7]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            v = FloatVector.broadcast(SPECIES, a[i + 8]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            x22 = v.fma(b2, x22);
            x23 = v.fma(b3, x23);
            v = FloatVector.broadcast(SPECIES, a[i + 9]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            x32 = v.fma(b2, x32);
            x33 = v.fma(b3, x33);
            v = FloatVector.broadcast(SPECIES, a[i + 10]);
            x40 = v.fma(b0, x40);
            x41 = v.fma(b1, x41);
            x42 = v.fma(b2, x42);
            x43 = v.fma(b3, x43);
            v = FloatVector.broadcast(SPECIES, a[i + 11]);
            x50 = v.fma(b0, x50);
            x51 = v.fma(b1, x51);
            x52 = v.fma(b2, x52);
            x53 = v.fma(b3, x53);
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + VECTOR_BYTES, ORDER);
            b2 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + 2 * VECTOR_BYTES, ORDER);
            b3 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + 3 * VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 12]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 13]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            v = FloatVector.broadcast(SPECIES, a[i + 14]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            x22 = v.fma(b2, x22);
            x23 = v.fma(b3, x23);
            v = FloatVector.broadcast(SPECIES, a[i + 15]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            x32 = v.fma(b2, x32);
            x33 = v.fma(b3, x33);
            v = FloatVector.broadcast(SPECIES, a[i + 16]);
            x40 = v.fma(b0, x40);
            x41 = v.fma(b1, x41);
            x42 = v.fma(b2, x42);
            x43 = v.fma(b3, x43);
            v = FloatVector.broadcast(SPECIES, a[i + 17]);
            x50 = v.fma(b0, x50);
            x51 = v.fma(b1, x51);
            x52 = v.fma(b2, x52);
            x53 = v.fma(b3, x53);
            i += 18;
            o += 3 * ROW_BYTES;
        } while (i != end);
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.stride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x02.intoArray(to, t + 2 * LANES);
        x03.intoArray(to, t + 3 * LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
        x12.intoArray(to, t + stride + 2 * LANES);
        x13.intoArray(to, t + stride + 3 * LANES);
        x20.intoArray(to, t + 2 * stride);
        x21.intoArray(to, t + 2 * stride + LANES);
        x22.intoArray(to, t + 2 * stride + 2 * LANES);
        x23.intoArray(to, t + 2 * stride + 3 * LANES);
        x30.intoArray(to, t + 3 * stride);
        x31.intoArray(to, t + 3 * stride + LANES);
        x32.intoArray(to, t + 3 * stride + 2 * LANES);
        x33.intoArray(to, t + 3 * stride + 3 * LANES);
        x40.intoArray(to, t + 4 * stride);
        x41.intoArray(to, t + 4 * stride + LANES);
        x42.intoArray(to, t + 4 * stride + 2 * LANES);
        x43.intoArray(to, t + 4 * stride + 3 * LANES);
        x50.intoArray(to, t + 5 * stride);
        x51.intoArray(to, t + 5 * stride + LANES);
        x52.intoArray(to, t + 5 * stride + 2 * LANES);
        x53.intoArray(to, t + 5 * stride + 3 * LANES);
    }

    private static void rows4(RowBlock rows, Panel panel, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.stride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, from, s + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, from, s + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, from, s + stride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, from, s + stride + 3 * LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, from, s + 2 * stride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + LANES);
        FloatVector x22 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + 2 * LANES);
        FloatVector x23 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + 3 * LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, from, s + 3 * stride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + LANES);
        FloatVector x32 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + 2 * LANES);
        FloatVector x33 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + 3 * LANES);
        float[] a = rows.values();
        int i = rows.offset();
        int end = i + panel.depth() * 4;
        MemorySegment b = panel.memory();
        long o = panel.offset() + column * 4L;
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
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + VECTOR_BYTES, ORDER);
            b2 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + 2 * VECTOR_BYTES, ORDER);
            b3 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + 3 * VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 4]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 5]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            v = FloatVector.broadcast(SPECIES, a[i + 6]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            x22 = v.fma(b2, x22);
            x23 = v.fma(b3, x23);
            v = FloatVector.broadcast(SPECIES, a[i + 7]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            x32 = v.fma(b2, x32);
            x33 = v.fma(b3, x33);
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + VECTOR_BYTES, ORDER);
            b2 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + 2 * VECTOR_BYTES, ORDER);
            b3 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + 3 * VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 8]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 9]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            v = FloatVector.broadcast(SPECIES, a[i + 10]);
            x20 = v.fma(b0, x20);
            x21 = v.fma(b1, x21);
            x22 = v.fma(b2, x22);
            x23 = v.fma(b3, x23);
            v = FloatVector.broadcast(SPECIES, a[i + 11]);
            x30 = v.fma(b0, x30);
            x31 = v.fma(b1, x31);
            x32 = v.fma(b2, x32);
            x33 = v.fma(b3, x33);
            i += 12;
            o += 3 * ROW_BYTES;
        } while (i != end);
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.stride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x02.intoArray(to, t + 2 * LANES);
        x03.intoArray(to, t + 3 * LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
        x12.intoArray(to, t + stride + 2 * LANES);
        x13.intoArray(to, t + stride + 3 * LANES);
        x20.intoArray(to, t + 2 * stride);
        x21.intoArray(to, t + 2 * stride + LANES);
        x22.intoArray(to, t + 2 * stride + 2 * LANES);
        x23.intoArray(to, t + 2 * stride + 3 * LANES);
        x30.intoArray(to, t + 3 * stride);
        x31.intoArray(to, t + 3 * stride + LANES);
        x32.intoArray(to, t + 3 * stride + 2 * LANES);
        x33.intoArray(to, t + 3 * stride + 3 * LANES);
    }

    private static void rows2(RowBlock rows, Panel panel, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.stride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, from, s + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, from, s + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, from, s + stride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, from, s + stride + 3 * LANES);
        float[] a = rows.values();
        int i = rows.offset();
        int end = i + panel.depth() * 2;
        MemorySegment b = panel.memory();
        long o = panel.offset() + column * 4L;
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
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + VECTOR_BYTES, ORDER);
            b2 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + 2 * VECTOR_BYTES, ORDER);
            b3 = FloatVector.fromMemorySegment(SPECIES, b, o + ROW_BYTES + 3 * VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 2]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 3]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            b0 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES, ORDER);
            b1 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + VECTOR_BYTES, ORDER);
            b2 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + 2 * VECTOR_BYTES, ORDER);
            b3 = FloatVector.fromMemorySegment(SPECIES, b, o + 2 * ROW_BYTES + 3 * VECTOR_BYTES, ORDER);
            v = FloatVector.broadcast(SPECIES, a[i + 4]);
            x00 = v.fma(b0, x00);
            x01 = v.fma(b1, x01);
            x02 = v.fma(b2, x02);
            x03 = v.fma(b3, x03);
            v = FloatVector.broadcast(SPECIES, a[i + 5]);
            x10 = v.fma(b0, x10);
            x11 = v.fma(b1, x11);
            x12 = v.fma(b2, x12);
            x13 = v.fma(b3, x13);
            i += 6;
            o += 3 * ROW_BYTES;
        } while (i != end);
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.stride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x02.intoArray(to, t + 2 * LANES);
        x03.intoArray(to, t + 3 * LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
        x12.intoArray(to, t + stride + 2 * LANES);
        x13.intoArray(to, t + stride + 3 * LANES);
    }

    private static void panels4(RowBlock row, Panels panels, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.panelStride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, from, s + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, from, s + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, from, s + stride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, from, s + stride + 3 * LANES);
        FloatVector x20 = FloatVector.fromArray(SPECIES, from, s + 2 * stride);
        FloatVector x21 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + LANES);
        FloatVector x22 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + 2 * LANES);
        FloatVector x23 = FloatVector.fromArray(SPECIES, from, s + 2 * stride + 3 * LANES);
        FloatVector x30 = FloatVector.fromArray(SPECIES, from, s + 3 * stride);
        FloatVector x31 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + LANES);
        FloatVector x32 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + 2 * LANES);
        FloatVector x33 = FloatVector.fromArray(SPECIES, from, s + 3 * stride + 3 * LANES);
        float[] a = row.values();
        int aOffset = row.offset();
        int depth = panels.depth();
        MemorySegment b = panels.memory();
        long bOffset = panels.offset() + column * 4L;
        long panelBytes = panels.panelBytes();
        for (int k = 0; k < depth; k++) {
            FloatVector v = FloatVector.broadcast(SPECIES, a[aOffset + k]);
            long o = bOffset + k * ROW_BYTES;
            x00 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o, ORDER), x00);
            x01 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER), x01);
            x02 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + 2 * VECTOR_BYTES, ORDER), x02);
            x03 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + 3 * VECTOR_BYTES, ORDER), x03);
            long o1 = o + panelBytes;
            x10 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1, ORDER), x10);
            x11 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1 + VECTOR_BYTES, ORDER), x11);
            x12 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1 + 2 * VECTOR_BYTES, ORDER), x12);
            x13 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1 + 3 * VECTOR_BYTES, ORDER), x13);
            long o2 = o + 2 * panelBytes;
            x20 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o2, ORDER), x20);
            x21 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o2 + VECTOR_BYTES, ORDER), x21);
            x22 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o2 + 2 * VECTOR_BYTES, ORDER), x22);
            x23 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o2 + 3 * VECTOR_BYTES, ORDER), x23);
            long o3 = o + 3 * panelBytes;
            x30 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o3, ORDER), x30);
            x31 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o3 + VECTOR_BYTES, ORDER), x31);
            x32 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o3 + 2 * VECTOR_BYTES, ORDER), x32);
            x33 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o3 + 3 * VECTOR_BYTES, ORDER), x33);
        }
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.panelStride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x02.intoArray(to, t + 2 * LANES);
        x03.intoArray(to, t + 3 * LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
        x12.intoArray(to, t + stride + 2 * LANES);
        x13.intoArray(to, t + stride + 3 * LANES);
        x20.intoArray(to, t + 2 * stride);
        x21.intoArray(to, t + 2 * stride + LANES);
        x22.intoArray(to, t + 2 * stride + 2 * LANES);
        x23.intoArray(to, t + 2 * stride + 3 * LANES);
        x30.intoArray(to, t + 3 * stride);
        x31.intoArray(to, t + 3 * stride + LANES);
        x32.intoArray(to, t + 3 * stride + 2 * LANES);
        x33.intoArray(to, t + 3 * stride + 3 * LANES);
    }

    private static void panels2(RowBlock row, Panels panels, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        int stride = start.panelStride();
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, from, s + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, from, s + 3 * LANES);
        FloatVector x10 = FloatVector.fromArray(SPECIES, from, s + stride);
        FloatVector x11 = FloatVector.fromArray(SPECIES, from, s + stride + LANES);
        FloatVector x12 = FloatVector.fromArray(SPECIES, from, s + stride + 2 * LANES);
        FloatVector x13 = FloatVector.fromArray(SPECIES, from, s + stride + 3 * LANES);
        float[] a = row.values();
        int aOffset = row.offset();
        int depth = panels.depth();
        MemorySegment b = panels.memory();
        long bOffset = panels.offset() + column * 4L;
        long panelBytes = panels.panelBytes();
        for (int k = 0; k < depth; k++) {
            FloatVector v = FloatVector.broadcast(SPECIES, a[aOffset + k]);
            long o = bOffset + k * ROW_BYTES;
            x00 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o, ORDER), x00);
            x01 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER), x01);
            x02 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + 2 * VECTOR_BYTES, ORDER), x02);
            x03 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + 3 * VECTOR_BYTES, ORDER), x03);
            long o1 = o + panelBytes;
            x10 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1, ORDER), x10);
            x11 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1 + VECTOR_BYTES, ORDER), x11);
            x12 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1 + 2 * VECTOR_BYTES, ORDER), x12);
            x13 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o1 + 3 * VECTOR_BYTES, ORDER), x13);
        }
        float[] to = out.values();
        int t = out.offset() + column;
        stride = out.panelStride();
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x02.intoArray(to, t + 2 * LANES);
        x03.intoArray(to, t + 3 * LANES);
        x10.intoArray(to, t + stride);
        x11.intoArray(to, t + stride + LANES);
        x12.intoArray(to, t + stride + 2 * LANES);
        x13.intoArray(to, t + stride + 3 * LANES);
    }

    private static void panels1(RowBlock row, Panels panels, int column, Tile start, Tile out) {
        float[] from = start.values();
        int s = start.offset() + column;
        FloatVector x00 = FloatVector.fromArray(SPECIES, from, s);
        FloatVector x01 = FloatVector.fromArray(SPECIES, from, s + LANES);
        FloatVector x02 = FloatVector.fromArray(SPECIES, from, s + 2 * LANES);
        FloatVector x03 = FloatVector.fromArray(SPECIES, from, s + 3 * LANES);
        float[] a = row.values();
        int aOffset = row.offset();
        int depth = panels.depth();
        MemorySegment b = panels.memory();
        long bOffset = panels.offset() + column * 4L;
        for (int k = 0; k < depth; k++) {
            FloatVector v = FloatVector.broadcast(SPECIES, a[aOffset + k]);
            long o = bOffset + k * ROW_BYTES;
            x00 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o, ORDER), x00);
            x01 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + VECTOR_BYTES, ORDER), x01);
            x02 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + 2 * VECTOR_BYTES, ORDER), x02);
            x03 = v.fma(FloatVector.fromMemorySegment(SPECIES, b, o + 3 * VECTOR_BYTES, ORDER), x03);
        }
        float[] to = out.values();
        int t = out.offset() + column;
        x00.intoArray(to, t);
        x01.intoArray(to, t + LANES);
        x02.intoArray(to, t + 2 * LANES);
        x03.intoArray(to, t + 3 * LANES);
    }
}
