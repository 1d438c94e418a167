package io.github.logitlens.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Turns a file's elements into float32, a cache-sized chunk at a time. Not for several threads; each read has its own.
///
/// The conversions are bit arithmetic on `int`s, so that a not-a-number keeps its payload in interpreted and compiled code
/// alike (the processor's own conversions quiet it).
final class Decoder {

    /// The file's layouts: little-endian, at any address.
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final DType dtype;
    private final MemorySegment input;
    private final int bytesPerElement;
    private final short[] halves;
    private final double[] doubles;
    private final int[] bits;

    /// For chunks of up to `capacity` elements; `arena` outlives the decoder.
    Decoder(DType dtype, long capacity, Arena arena) {
        int length = Math.toIntExact(capacity);
        this.dtype = dtype;
        this.bytesPerElement = dtype.bits() / 8;
        this.input = arena.allocate(capacity * bytesPerElement, Long.BYTES);
        this.halves = new short[bytesPerElement == Short.BYTES ? length : 0];
        this.doubles = new double[bytesPerElement == Double.BYTES ? length : 0];
        this.bits = new int[length];
    }

    /// Where the file's bytes of the next `length` elements go.
    MemorySegment input(int length) {
        return input.asSlice(0, (long) length * bytesPerElement);
    }

    /// Decodes the first `length` elements of the input to `dst`, in native byte order.
    void decode(int length, MemorySegment dst, long dstOffset) {
        switch (dtype) {
            case F16 -> {
                MemorySegment.copy(input, SHORT, 0, halves, 0, length);
                f16ToBits(halves, bits, length);
            }
            case BF16 -> {
                MemorySegment.copy(input, SHORT, 0, halves, 0, length);
                bf16ToBits(halves, bits, length);
            }
            case F32 -> MemorySegment.copy(input, INT, 0, bits, 0, length);
            case F64 -> {
                MemorySegment.copy(input, DOUBLE, 0, doubles, 0, length);
                f64ToBits(doubles, bits, length);
            }
            case BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, I32, U32,
                 C64, I64, U64 -> throw new AssertionError(dtype);
        }
        MemorySegment.copy(bits, 0, dst, ValueLayout.JAVA_INT_UNALIGNED, dstOffset, length);
    }

    /// Half to single precision, without branches. A normal number has its exponent moved from bias 15 to 127; infinity and
    /// not-a-number once more, to 255; a subnormal is its mantissa times 2⁻²⁴, exactly.
    private static void f16ToBits(short[] halves, int[] bits, int length) {
        for (int i = 0; i < length; i++) {
            int half = halves[i];
            int magnitude = half & 0x7FFF;
            int special = 0x7BFF - magnitude >> 31;
            int subnormal = magnitude - 0x0400 >> 31;
            int normalBits = (magnitude << 13) + 0x3800_0000 + (special & 0x3800_0000);
            int subnormalBits = Float.floatToRawIntBits(magnitude * 0x1p-24f);
            bits[i] = (half & 0x8000) << 16 | normalBits & ~subnormal | subnormalBits & subnormal;
        }
    }

    private static void bf16ToBits(short[] halves, int[] bits, int length) {
        for (int i = 0; i < length; i++) {
            bits[i] = halves[i] << 16;
        }
    }

    private static void f64ToBits(double[] doubles, int[] bits, int length) {
        for (int i = 0; i < length; i++) {
            bits[i] = Float.floatToRawIntBits((float) doubles[i]);
        }
    }
}
