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
/// Where few blocks read, each step of `k` reads four lines, for any depth; where more of them share a panel, two steps read four.
/// Three would cost less, but make a method that C1 gives up on, so that it stays uncompiled.
///
/// C2 inlines most of such a loop only after it has parsed the method, and the stores behind it at times before it has seen
/// that what they store has to be vectors of the one class: it then guesses, from profiles. In 6 of 61 JVMs the product took
/// three times as long, and where C2's log was kept these were the ones whose stores had to be tried again. A cast to the
/// class tells it at once: 0 of 38.
final class FetchingProduct {

    /// Steps of `k` that one turn of the sparser loop takes.
    static final int STEPS = 2;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
    /// The class of all vectors here; the cast to it is what the stores need.
    private static final Class<? extends FloatVector> VECTOR = FloatVector.zero(SPECIES).getClass();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int LANES = SPECIES.length();
    private static final long VECTOR_BYTES = 4L * LANES;
    private static final long ROW_BYTES = Panel.ROW_BYTES;

    private FetchingProduct() {
    }

    /// `out = start + a · b` for a block of more than one row; each step reads four lines ahead.
    ///
    /// @return what was read ahead, added up, so that no compiler drops the loads
    static int multiply(RowBlock a, Panel b, Tile start, Tile out, Ahead ahead) {
        return switch (a.height()) {
            case 6 -> rows6(a, b, start, out, ahead);
            case 4 -> rows4(a, b, start, out, ahead);
            case 2 -> rows2(a, b, start, out, ahead);
            default -> throw new AssertionError("height of a row block: expected 2, 4 or 6, got " + a.height());
        };
    }

    /// The same for a multiple of [#STEPS] steps, so many of which read four lines ahead together.
    static int multiplySparsely(RowBlock a, Panel b, Tile start, Tile out, Ahead ahead) {
        return switch (a.height()) {
            case 6 -> rows6By2(a, b, start, out, ahead);
            case 4 -> rows4By2(a, b, start, out, ahead);
            case 2 -> rows2By2(a, b, start, out, ahead);
            default -> throw new AssertionError("height of a row block: expected 2, 4 or 6, got " + a.height());
        };
    }

    // Written by ProductSources: what is changed below this line has to be changed there.

    private static int rows6(RowBlock rows, Panel panel, Tile start, Tile out, Ahead ahead) {
        float[] from = start.values();
        int s = start.offset();
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
        long o = panel.offset();
        MemorySegment next = ahead.memory();
        long p = ahead.first();
        long stream = ahead.stream();
        long advance = ahead.advance();
        long mask = ahead.mask();
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
        } while (i != end);
        float[] to = out.values();
        int t = out.offset();
        stride = out.stride();
        VECTOR.cast(x00).intoArray(to, t);
        VECTOR.cast(x01).intoArray(to, t + LANES);
        VECTOR.cast(x02).intoArray(to, t + 2 * LANES);
        VECTOR.cast(x03).intoArray(to, t + 3 * LANES);
        VECTOR.cast(x10).intoArray(to, t + stride);
        VECTOR.cast(x11).intoArray(to, t + stride + LANES);
        VECTOR.cast(x12).intoArray(to, t + stride + 2 * LANES);
        VECTOR.cast(x13).intoArray(to, t + stride + 3 * LANES);
        VECTOR.cast(x20).intoArray(to, t + 2 * stride);
        VECTOR.cast(x21).intoArray(to, t + 2 * stride + LANES);
        VECTOR.cast(x22).intoArray(to, t + 2 * stride + 2 * LANES);
        VECTOR.cast(x23).intoArray(to, t + 2 * stride + 3 * LANES);
        VECTOR.cast(x30).intoArray(to, t + 3 * stride);
        VECTOR.cast(x31).intoArray(to, t + 3 * stride + LANES);
        VECTOR.cast(x32).intoArray(to, t + 3 * stride + 2 * LANES);
        VECTOR.cast(x33).intoArray(to, t + 3 * stride + 3 * LANES);
        VECTOR.cast(x40).intoArray(to, t + 4 * stride);
        VECTOR.cast(x41).intoArray(to, t + 4 * stride + LANES);
        VECTOR.cast(x42).intoArray(to, t + 4 * stride + 2 * LANES);
        VECTOR.cast(x43).intoArray(to, t + 4 * stride + 3 * LANES);
        VECTOR.cast(x50).intoArray(to, t + 5 * stride);
        VECTOR.cast(x51).intoArray(to, t + 5 * stride + LANES);
        VECTOR.cast(x52).intoArray(to, t + 5 * stride + 2 * LANES);
        VECTOR.cast(x53).intoArray(to, t + 5 * stride + 3 * LANES);
        return seen;
    }

    private static int rows4(RowBlock rows, Panel panel, Tile start, Tile out, Ahead ahead) {
        float[] from = start.values();
        int s = start.offset();
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
        long o = panel.offset();
        MemorySegment next = ahead.memory();
        long p = ahead.first();
        long stream = ahead.stream();
        long advance = ahead.advance();
        long mask = ahead.mask();
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
        } while (i != end);
        float[] to = out.values();
        int t = out.offset();
        stride = out.stride();
        VECTOR.cast(x00).intoArray(to, t);
        VECTOR.cast(x01).intoArray(to, t + LANES);
        VECTOR.cast(x02).intoArray(to, t + 2 * LANES);
        VECTOR.cast(x03).intoArray(to, t + 3 * LANES);
        VECTOR.cast(x10).intoArray(to, t + stride);
        VECTOR.cast(x11).intoArray(to, t + stride + LANES);
        VECTOR.cast(x12).intoArray(to, t + stride + 2 * LANES);
        VECTOR.cast(x13).intoArray(to, t + stride + 3 * LANES);
        VECTOR.cast(x20).intoArray(to, t + 2 * stride);
        VECTOR.cast(x21).intoArray(to, t + 2 * stride + LANES);
        VECTOR.cast(x22).intoArray(to, t + 2 * stride + 2 * LANES);
        VECTOR.cast(x23).intoArray(to, t + 2 * stride + 3 * LANES);
        VECTOR.cast(x30).intoArray(to, t + 3 * stride);
        VECTOR.cast(x31).intoArray(to, t + 3 * stride + LANES);
        VECTOR.cast(x32).intoArray(to, t + 3 * stride + 2 * LANES);
        VECTOR.cast(x33).intoArray(to, t + 3 * stride + 3 * LANES);
        return seen;
    }

    private static int rows2(RowBlock rows, Panel panel, Tile start, Tile out, Ahead ahead) {
        float[] from = start.values();
        int s = start.offset();
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
        long o = panel.offset();
        MemorySegment next = ahead.memory();
        long p = ahead.first();
        long stream = ahead.stream();
        long advance = ahead.advance();
        long mask = ahead.mask();
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
        } while (i != end);
        float[] to = out.values();
        int t = out.offset();
        stride = out.stride();
        VECTOR.cast(x00).intoArray(to, t);
        VECTOR.cast(x01).intoArray(to, t + LANES);
        VECTOR.cast(x02).intoArray(to, t + 2 * LANES);
        VECTOR.cast(x03).intoArray(to, t + 3 * LANES);
        VECTOR.cast(x10).intoArray(to, t + stride);
        VECTOR.cast(x11).intoArray(to, t + stride + LANES);
        VECTOR.cast(x12).intoArray(to, t + stride + 2 * LANES);
        VECTOR.cast(x13).intoArray(to, t + stride + 3 * LANES);
        return seen;
    }

    private static int rows6By2(RowBlock rows, Panel panel, Tile start, Tile out, Ahead ahead) {
        float[] from = start.values();
        int s = start.offset();
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
        long o = panel.offset();
        MemorySegment next = ahead.memory();
        long p = ahead.first();
        long stream = ahead.stream();
        long advance = ahead.advance();
        long mask = ahead.mask();
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
            long line = p & mask;
            seen += next.get(WORD, line) + next.get(WORD, line + stream) + next.get(WORD, line + 2 * stream)
                    + next.get(WORD, line + 3 * stream);
            i += 12;
            o += 2 * ROW_BYTES;
            p += advance;
        } while (i != end);
        float[] to = out.values();
        int t = out.offset();
        stride = out.stride();
        VECTOR.cast(x00).intoArray(to, t);
        VECTOR.cast(x01).intoArray(to, t + LANES);
        VECTOR.cast(x02).intoArray(to, t + 2 * LANES);
        VECTOR.cast(x03).intoArray(to, t + 3 * LANES);
        VECTOR.cast(x10).intoArray(to, t + stride);
        VECTOR.cast(x11).intoArray(to, t + stride + LANES);
        VECTOR.cast(x12).intoArray(to, t + stride + 2 * LANES);
        VECTOR.cast(x13).intoArray(to, t + stride + 3 * LANES);
        VECTOR.cast(x20).intoArray(to, t + 2 * stride);
        VECTOR.cast(x21).intoArray(to, t + 2 * stride + LANES);
        VECTOR.cast(x22).intoArray(to, t + 2 * stride + 2 * LANES);
        VECTOR.cast(x23).intoArray(to, t + 2 * stride + 3 * LANES);
        VECTOR.cast(x30).intoArray(to, t + 3 * stride);
        VECTOR.cast(x31).intoArray(to, t + 3 * stride + LANES);
        VECTOR.cast(x32).intoArray(to, t + 3 * stride + 2 * LANES);
        VECTOR.cast(x33).intoArray(to, t + 3 * stride + 3 * LANES);
        VECTOR.cast(x40).intoArray(to, t + 4 * stride);
        VECTOR.cast(x41).intoArray(to, t + 4 * stride + LANES);
        VECTOR.cast(x42).intoArray(to, t + 4 * stride + 2 * LANES);
        VECTOR.cast(x43).intoArray(to, t + 4 * stride + 3 * LANES);
        VECTOR.cast(x50).intoArray(to, t + 5 * stride);
        VECTOR.cast(x51).intoArray(to, t + 5 * stride + LANES);
        VECTOR.cast(x52).intoArray(to, t + 5 * stride + 2 * LANES);
        VECTOR.cast(x53).intoArray(to, t + 5 * stride + 3 * LANES);
        return seen;
    }

    private static int rows4By2(RowBlock rows, Panel panel, Tile start, Tile out, Ahead ahead) {
        float[] from = start.values();
        int s = start.offset();
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
        long o = panel.offset();
        MemorySegment next = ahead.memory();
        long p = ahead.first();
        long stream = ahead.stream();
        long advance = ahead.advance();
        long mask = ahead.mask();
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
            long line = p & mask;
            seen += next.get(WORD, line) + next.get(WORD, line + stream) + next.get(WORD, line + 2 * stream)
                    + next.get(WORD, line + 3 * stream);
            i += 8;
            o += 2 * ROW_BYTES;
            p += advance;
        } while (i != end);
        float[] to = out.values();
        int t = out.offset();
        stride = out.stride();
        VECTOR.cast(x00).intoArray(to, t);
        VECTOR.cast(x01).intoArray(to, t + LANES);
        VECTOR.cast(x02).intoArray(to, t + 2 * LANES);
        VECTOR.cast(x03).intoArray(to, t + 3 * LANES);
        VECTOR.cast(x10).intoArray(to, t + stride);
        VECTOR.cast(x11).intoArray(to, t + stride + LANES);
        VECTOR.cast(x12).intoArray(to, t + stride + 2 * LANES);
        VECTOR.cast(x13).intoArray(to, t + stride + 3 * LANES);
        VECTOR.cast(x20).intoArray(to, t + 2 * stride);
        VECTOR.cast(x21).intoArray(to, t + 2 * stride + LANES);
        VECTOR.cast(x22).intoArray(to, t + 2 * stride + 2 * LANES);
        VECTOR.cast(x23).intoArray(to, t + 2 * stride + 3 * LANES);
        VECTOR.cast(x30).intoArray(to, t + 3 * stride);
        VECTOR.cast(x31).intoArray(to, t + 3 * stride + LANES);
        VECTOR.cast(x32).intoArray(to, t + 3 * stride + 2 * LANES);
        VECTOR.cast(x33).intoArray(to, t + 3 * stride + 3 * LANES);
        return seen;
    }

    private static int rows2By2(RowBlock rows, Panel panel, Tile start, Tile out, Ahead ahead) {
        float[] from = start.values();
        int s = start.offset();
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
        long o = panel.offset();
        MemorySegment next = ahead.memory();
        long p = ahead.first();
        long stream = ahead.stream();
        long advance = ahead.advance();
        long mask = ahead.mask();
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
            long line = p & mask;
            seen += next.get(WORD, line) + next.get(WORD, line + stream) + next.get(WORD, line + 2 * stream)
                    + next.get(WORD, line + 3 * stream);
            i += 4;
            o += 2 * ROW_BYTES;
            p += advance;
        } while (i != end);
        float[] to = out.values();
        int t = out.offset();
        stride = out.stride();
        VECTOR.cast(x00).intoArray(to, t);
        VECTOR.cast(x01).intoArray(to, t + LANES);
        VECTOR.cast(x02).intoArray(to, t + 2 * LANES);
        VECTOR.cast(x03).intoArray(to, t + 3 * LANES);
        VECTOR.cast(x10).intoArray(to, t + stride);
        VECTOR.cast(x11).intoArray(to, t + stride + LANES);
        VECTOR.cast(x12).intoArray(to, t + stride + 2 * LANES);
        VECTOR.cast(x13).intoArray(to, t + stride + 3 * LANES);
        return seen;
    }
}
