package io.github.logitlens.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Turns a file's elements into float32, a cache-sized chunk at a time. Not for several threads; each read has its own.
/// Segments are copied to segments over the arrays, not to the arrays: that way of saying it is faster before it is compiled.
///
/// Every conversion is exact or correctly rounded, and gives the same bits in interpreted and in compiled code. For halves
/// that takes care: the processor's conversion quiets a signalling not-a-number, the JDK's own keeps it. So a chunk
/// with a not-a-number in it is converted by bit arithmetic, any other at the processor's speed.
final class Decoder {

    /// The file's layouts: little-endian, at any address.
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final DType dtype;
    private final MemorySegment input;
    private final int bytesPerElement;
    private final short[] halves;
    private final double[] doubles;
    private final int[] bits;
    private final float[] floats;

    /// For chunks of up to `capacity` elements; `arena` outlives the decoder.
    Decoder(DType dtype, long capacity, Arena arena) {
        int length = Math.toIntExact(capacity);
        this.dtype = dtype;
        this.bytesPerElement = dtype.bits() / 8;
        this.input = arena.allocate(capacity * bytesPerElement, Long.BYTES);
        this.halves = new short[bytesPerElement == Short.BYTES ? length : 0];
        this.doubles = new double[bytesPerElement == Double.BYTES ? length : 0];
        this.bits = new int[bytesPerElement == Double.BYTES ? 0 : length];
        this.floats = new float[dtype == DType.F16 || dtype == DType.F64 ? length : 0];
    }

    /// Where the file's bytes of the next `length` elements go.
    MemorySegment input(int length) {
        return input.asSlice(0, (long) length * bytesPerElement);
    }

    /// Decodes the first `length` elements of the input to `dst`, in native byte order.
    void decode(int length, MemorySegment dst, long dstOffset) {
        switch (dtype) {
            case F32 -> {
                MemorySegment.copy(input, INT, 0, MemorySegment.ofArray(bits), ValueLayout.JAVA_INT, 0, length);
                copyBits(length, dst, dstOffset);
            }
            case BF16 -> {
                MemorySegment.copy(input, SHORT, 0, MemorySegment.ofArray(halves), ValueLayout.JAVA_SHORT, 0, length);
                widenBf16(halves, bits, length);
                copyBits(length, dst, dstOffset);
            }
            case F16 -> {
                MemorySegment.copy(input, SHORT, 0, MemorySegment.ofArray(halves), ValueLayout.JAVA_SHORT, 0, length);
                if (hasNaN(halves, length)) {
                    widenF16WithNaN(halves, bits, length);
                    copyBits(length, dst, dstOffset);
                } else {
                    widenF16(halves, floats, length);
                    copyFloats(length, dst, dstOffset);
                }
            }
            case F64 -> {
                MemorySegment.copy(input, DOUBLE, 0, MemorySegment.ofArray(doubles), ValueLayout.JAVA_DOUBLE, 0, length);
                round(doubles, floats, length);
                copyFloats(length, dst, dstOffset);
            }
            case BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16,
                 I32, U32, C64, I64, U64 -> throw new AssertionError(dtype);
        }
    }

    private void copyBits(int length, MemorySegment dst, long dstOffset) {
        MemorySegment.copy(MemorySegment.ofArray(bits), 0, dst, dstOffset, (long) Integer.BYTES * length);
    }

    private void copyFloats(int length, MemorySegment dst, long dstOffset) {
        MemorySegment.copy(MemorySegment.ofArray(floats), 0, dst, dstOffset, (long) Float.BYTES * length);
    }

    private static void widenBf16(short[] halves, int[] bits, int length) {
        for (int i = 0; i < length; i++) {
            bits[i] = halves[i] << 16;
        }
    }

    private static boolean hasNaN(short[] halves, int length) {
        int negative = 0;
        for (int i = 0; i < length; i++) {
            negative |= 0x7C00 - (halves[i] & 0x7FFF);
        }
        return negative < 0;
    }

    private static void widenF16(short[] halves, float[] floats, int length) {
        for (int i = 0; i < length; i++) {
            floats[i] = Float.float16ToFloat(halves[i]);
        }
    }

    /// Half to single precision for any bits. A normal number has its exponent moved from bias 15 to 127; infinity and
    /// not-a-number once more, to 255; a subnormal is its mantissa times 2⁻²⁴, exactly.
    private static void widenF16WithNaN(short[] halves, int[] bits, int length) {
        for (int i = 0; i < length; i++) {
            int magnitude = halves[i] & 0x7FFF;
            int widened;
            if (magnitude >= 0x7C00) {
                widened = (magnitude << 13) + 0x7000_0000;
            } else if (magnitude >= 0x0400) {
                widened = (magnitude << 13) + 0x3800_0000;
            } else {
                widened = Float.floatToRawIntBits(magnitude * 0x1p-24f);
            }
            bits[i] = (halves[i] & 0x8000) << 16 | widened;
        }
    }

    private static void round(double[] doubles, float[] floats, int length) {
        for (int i = 0; i < length; i++) {
            floats[i] = (float) doubles[i];
        }
    }
}
