package io.github.logitlens.weights.internal.bytes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// Reads elements of a file as float32 in native byte order, a chunk at a time; by any number of threads at once.
public final class FloatReader {

    /// Elements converted at a time: few enough that source, values and destination stay in the cache.
    private static final int CHUNK_ELEMENTS = 1 << 15;
    /// The same where reading costs next to nothing.
    private static final int MEMORY_CHUNK_ELEMENTS = 1 << 12;
    /// Elements of what was just read, looked at while they are still in a near cache.
    private static final int COUNTED_AT_ONCE = 1 << 12;

    private FloatReader() {
    }

    /// The part of `dst` that `size` bytes at `offset` are.
    ///
    /// @throws IllegalArgumentException  if it is read-only
    /// @throws IndexOutOfBoundsException if it has not that much room
    public static MemorySegment room(MemorySegment dst, long offset, long size) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("dst: expected a writable segment, got a read-only one");
        }
        Objects.checkFromIndexSize(offset, size, dst.byteSize());
        return dst.asSlice(offset, size);
    }

    /// Fills `floats` with what lies in `from` at `position`: F32 straight from the file, where `floats` is native.
    ///
    /// @return how many of the values are NaN or infinite
    public static long read(ByteSource from, long position, FloatFormat format, MemorySegment floats) {
        if (format != FloatFormat.F32 || !floats.isNative() || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return decode(from, position, format, floats);
        }
        from.read(position, floats);
        from.checkUnchanged();
        long count = floats.byteSize() / Float.BYTES;
        int[] bits = new int[(int) Math.min(count, COUNTED_AT_ONCE)];
        long found = 0;
        for (long done = 0; done < count; done += bits.length) {
            int length = (int) Math.min(bits.length, count - done);
            MemorySegment.copy(floats, ValueLayout.JAVA_INT_UNALIGNED, done * Float.BYTES, bits, 0, length);
            found += Decoder.countNonFinite(bits, length);
        }
        return found;
    }

    private static long decode(ByteSource from, long position, FloatFormat format, MemorySegment floats) {
        int most = from.isInMemory() ? MEMORY_CHUNK_ELEMENTS : CHUNK_ELEMENTS;
        int capacity = (int) Math.min(floats.byteSize() / Float.BYTES, most);
        int inputBytes = capacity * format.bytes();
        if (from.isInMemory()) {
            return decode(from, position, new Decoder(format, capacity, MemorySegment.ofArray(new byte[inputBytes])),
                    floats);
        }
        try (Arena arena = Arena.ofConfined()) {
            return decode(from, position, new Decoder(format, capacity, arena.allocate(inputBytes, Long.BYTES)),
                    floats);
        }
    }

    private static long decode(ByteSource from, long position, Decoder decoder, MemorySegment floats) {
        long count = floats.byteSize() / Float.BYTES;
        long found = 0;
        for (long done = 0; done < count; ) {
            int length = (int) Math.min(decoder.capacity(), count - done);
            from.read(position + done * decoder.bytesPerElement(), decoder.input(length));
            found += decoder.decode(length, floats, done * Float.BYTES);
            done += length;
        }
        from.checkUnchanged();
        return found;
    }
}
