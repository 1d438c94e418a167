package io.github.logitlens.weights.internal.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Turns a file's elements into float32, a cache-sized chunk at a time. Not for several threads; each read has its own.
/// Segments are copied to segments over the arrays, not to the arrays: that way of saying it is faster before it is compiled.
///
/// Every conversion is exact or correctly rounded, and gives the same bits in interpreted and in compiled code. For halves
/// that takes care: the processor's conversion quiets a signalling not-a-number, the JDK's own keeps it. So a chunk
/// with values that are not finite is converted by bit arithmetic, any other at the processor's speed.
final class Decoder {

    /// The file's layouts: little-endian, at any address.
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int LARGEST_FINITE = 0x7F7F_FFFF;
    private static final int LARGEST_FINITE_HALF = 0x7BFF;
    private static final int MAGNITUDE = 0x7FFF_FFFF;
    private static final int BLOCK = 64;

    private final FloatFormat format;
    private final MemorySegment input;
    private final int capacity;
    private final int bytesPerElement;
    private final byte[] bytes;
    private final short[] halves;
    private final double[] doubles;
    private final int[] bits;
    private final float[] floats;

    /// @param input has room for chunks of up to `capacity` elements
    Decoder(FloatFormat format, int capacity, MemorySegment input) {
        this.format = format;
        this.capacity = capacity;
        this.bytesPerElement = format.bytes();
        this.input = input;
        this.bytes = new byte[bytesPerElement == Byte.BYTES ? capacity : 0];
        this.halves = new short[bytesPerElement == Short.BYTES ? capacity : 0];
        this.doubles = new double[bytesPerElement == Double.BYTES ? capacity : 0];
        this.bits = new int[format == FloatFormat.F16 ? 0 : capacity];
        this.floats = new float[format == FloatFormat.F16 ? capacity : 0];
    }

    /// How many elements a chunk has at most.
    int capacity() {
        return capacity;
    }

    int bytesPerElement() {
        return bytesPerElement;
    }

    /// Where the file's bytes of the next `length` elements go.
    MemorySegment input(int length) {
        return input.asSlice(0, (long) length * bytesPerElement);
    }

    /// Decodes the first `length` elements of the input to `dst`, in native byte order.
    ///
    /// @return how many of the values are NaN or infinite
    long decode(int length, MemorySegment dst, long dstOffset) {
        return switch (format) {
            case F32 -> {
                MemorySegment.copy(input, INT, 0, MemorySegment.ofArray(bits), ValueLayout.JAVA_INT, 0, length);
                yield copyBits(bits, length, dst, dstOffset);
            }
            case BF16 -> {
                MemorySegment.copy(input, SHORT, 0, MemorySegment.ofArray(halves), ValueLayout.JAVA_SHORT, 0, length);
                widenBf16(halves, bits, length);
                yield copyBits(bits, length, dst, dstOffset);
            }
            case F16 -> {
                MemorySegment.copy(input, SHORT, 0, MemorySegment.ofArray(halves), ValueLayout.JAVA_SHORT, 0, length);
                if (widenF16(halves, floats, length)) {
                    MemorySegment.copy(MemorySegment.ofArray(floats), 0, dst, dstOffset, (long) Float.BYTES * length);
                    yield 0;
                }
                int[] any = new int[length];
                widenAnyF16(halves, any, length);
                yield copyBits(any, length, dst, dstOffset);
            }
            case F8_E4M3, F8_E5M2 -> {
                MemorySegment.copy(input, 0, MemorySegment.ofArray(bytes), 0, length);
                int[] widened = format == FloatFormat.F8_E4M3 ? EightBits.E4M3 : EightBits.E5M2;
                for (int i = 0; i < length; i++) {
                    bits[i] = widened[bytes[i] & 0xFF];
                }
                yield copyBits(bits, length, dst, dstOffset);
            }
            case F64 -> {
                MemorySegment.copy(input, DOUBLE, 0, MemorySegment.ofArray(doubles), ValueLayout.JAVA_DOUBLE, 0, length);
                round(doubles, bits, length);
                yield copyBits(bits, length, dst, dstOffset);
            }
        };
    }

    private static long copyBits(int[] bits, int length, MemorySegment dst, long dstOffset) {
        MemorySegment.copy(MemorySegment.ofArray(bits), 0, dst, dstOffset, (long) Integer.BYTES * length);
        return countNonFinite(bits, length);
    }

    /// What the 256 patterns of the 8-bit formats are as float32, exactly: a class of its own, since few files need it.
    private static final class EightBits {

        /// 4 exponent bits of bias 7, 3 mantissa bits, no infinity: what would be 480 is not a number.
        static final int[] E4M3 = new int[256];
        /// The upper half of an F16.
        static final int[] E5M2 = new int[256];

        static {
            short[] halves = new short[256];
            for (int pattern = 0; pattern < 256; pattern++) {
                int exponent = pattern >> 3 & 15;
                int mantissa = pattern & 7;
                float magnitude = (pattern & 0x7F) == 0x7F ? Float.NaN
                        : exponent == 0 ? mantissa * 0x1p-9f : Math.scalb(1 + mantissa / 8f, exponent - 7);
                E4M3[pattern] = Float.floatToRawIntBits(magnitude) | (pattern & 0x80) << 24;
                halves[pattern] = (short) (pattern << 8);
            }
            widenAnyF16(halves, E5M2, 256);
        }
    }

    /// How many of the first `length` are NaN or infinite as float32: first whether there is any, without a branch per value,
    /// since there hardly ever is.
    static long countNonFinite(int[] bits, int length) {
        int above = 0;
        for (int i = 0; i < length; i++) {
            above |= LARGEST_FINITE - (bits[i] & MAGNITUDE);
        }
        long found = 0;
        for (int i = 0; above < 0 && i < length; i++) {
            found += (bits[i] & MAGNITUDE) > LARGEST_FINITE ? 1 : 0;
        }
        return found;
    }

    private static void widenBf16(short[] halves, int[] bits, int length) {
        for (int i = 0; i < length; i++) {
            bits[i] = halves[i] << 16;
        }
    }

    /// Widens halves at the processor's speed; returns whether all of them are finite, and so widened as they should be.
    private static boolean widenF16(short[] halves, float[] floats, int length) {
        int above = 0;
        for (int i = 0; i < length; i += BLOCK) {
            above |= widenF16(halves, floats, i, Math.min(length, i + BLOCK));
        }
        return above >= 0;
    }

    /// Few at a time: a method that is called often is compiled sooner, and once only, than one that loops for long. Returns a
    /// negative number if there is a value that is not finite.
    private static int widenF16(short[] halves, float[] floats, int from, int to) {
        int above = 0;
        for (int i = from; i < to; i++) {
            floats[i] = Float.float16ToFloat(halves[i]);
            above |= LARGEST_FINITE_HALF - (halves[i] & 0x7FFF);
        }
        return above;
    }

    /// Half to single precision for any bits. A normal number has its exponent moved from bias 15 to 127; infinity and
    /// not-a-number once more, to 255; a subnormal is its mantissa times 2⁻²⁴, exactly.
    private static void widenAnyF16(short[] halves, int[] bits, int length) {
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

    private static void round(double[] doubles, int[] bits, int length) {
        for (int i = 0; i < length; i++) {
            bits[i] = Float.floatToRawIntBits((float) doubles[i]);
        }
    }
}
