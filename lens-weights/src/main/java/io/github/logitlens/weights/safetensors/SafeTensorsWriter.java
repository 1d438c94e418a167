package io.github.logitlens.weights.safetensors;

import io.github.logitlens.weights.internal.bytes.AtomicFile;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes a safetensors file.
///
/// ```java
/// new SafeTensorsWriter()
///         .metadata("format", "pt")
///         .floats("ln_f.weight", DType.F32, List.of(128L), gain)
///         .floats("wte.weight", DType.F16, List.of(50257L, 128L), (first, dst, count) -> …)
///         .longs("tokens", List.of(6L), tokens)
///         .write(Path.of("model.safetensors"));
/// ```
///
/// The file appears under its name all at once and complete, or not at all: it is written to a temporary file in the
/// same directory, forced to the disk and renamed. What was there before is replaced (a symbolic link too, not what it
/// points to) and may be open for reading meanwhile. Values are asked for a chunk at a time while writing, so that a
/// file may be larger than memory. Wider types come first, otherwise tensors lie in the order in which they were added,
/// each at a multiple of its element's size.
///
/// A writer is not for several threads at once; it may write several times.
public final class SafeTensorsWriter {

    /// Values computed, or read from elsewhere, when they are needed.
    @FunctionalInterface
    public interface FloatSource {

        /// Supplies elements in row-major order. Called with rising `firstElement`, without gaps.
        ///
        /// @param firstElement index of the first element
        /// @param dst *written* from index 0 on
        /// @param count number of elements
        void read(long firstElement, float[] dst, int count);
    }

    /// Encodes one chunk of a tensor's elements to `out`; `scratch` is `[CHUNK_ELEMENTS]`, *written*.
    @FunctionalInterface
    private interface Encoder {
        void encode(long firstElement, int count, float[] scratch, ByteBuffer out);
    }

    private record Tensor(String name, DType dtype, Dimensions shape, long byteSize, Encoder values) {
    }

    private static final int CHUNK_ELEMENTS = 1 << 15;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /// A writer of a file without tensors.
    public SafeTensorsWriter() {
    }

    /// Adds an entry to the file's `__metadata__`; a later one of the same key replaces it.
    ///
    /// @param key any text
    /// @param value any text
    /// @return this writer
    /// @throws IllegalArgumentException if either holds half of a surrogate pair
    public SafeTensorsWriter metadata(String key, String value) {
        metadata.put(requireUnicode(key), requireUnicode(value));
        return this;
    }

    /// Adds a tensor from an array.
    ///
    /// @param name its name
    /// @param dtype `F32`, `F16`, `BF16` (rounded to nearest even) or `F64`
    /// @param shape its dimensions
    /// @param values `[product of shape]`, row-major, *not copied*, *not modified*: read by [#write(Path)]
    /// @return this writer
    /// @throws IllegalArgumentException if the name is taken, the dtype another, or the shape not that of the values
    public SafeTensorsWriter floats(String name, DType dtype, List<Long> shape, float[] values) {
        requireLength(name, shape, values.length);
        return floats(name, dtype, shape,
                (first, dst, count) -> System.arraycopy(values, Math.toIntExact(first), dst, 0, count));
    }

    /// Adds a tensor whose values are asked for while writing.
    ///
    /// @param name its name
    /// @param dtype `F32`, `F16`, `BF16` (rounded to nearest even) or `F64`
    /// @param shape its dimensions
    /// @param values called by [#write(Path)]
    /// @return this writer
    /// @throws IllegalArgumentException if the name is taken, the dtype another, or the shape too large
    public SafeTensorsWriter floats(String name, DType dtype, List<Long> shape, FloatSource values) {
        if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16 && dtype != DType.F64) {
            throw new IllegalArgumentException(
                    "dtype of tensor " + Text.quote(name) + ": expected F32, F16, BF16 or F64, got " + dtype);
        }
        return add(name, dtype, shape, (first, count, scratch, out) -> {
            values.read(first, scratch, count);
            for (int i = 0; i < count; i++) {
                put(scratch[i], dtype, out);
            }
        });
    }

    /// Adds an F64 tensor from an array.
    ///
    /// @param name its name
    /// @param shape its dimensions
    /// @param values `[product of shape]`, row-major, *not copied*, *not modified*: read by [#write(Path)]
    /// @return this writer
    /// @throws IllegalArgumentException if the name is taken, or the shape not that of the values
    public SafeTensorsWriter doubles(String name, List<Long> shape, double[] values) {
        requireLength(name, shape, values.length);
        return add(name, DType.F64, shape,
                (first, count, scratch, out) -> out.asDoubleBuffer().put(values, Math.toIntExact(first), count));
    }

    /// Adds an I64 tensor from an array.
    ///
    /// @param name its name
    /// @param shape its dimensions
    /// @param values `[product of shape]`, row-major, *not copied*, *not modified*: read by [#write(Path)]
    /// @return this writer
    /// @throws IllegalArgumentException if the name is taken, or the shape not that of the values
    public SafeTensorsWriter longs(String name, List<Long> shape, long[] values) {
        requireLength(name, shape, values.length);
        return add(name, DType.I64, shape,
                (first, count, scratch, out) -> out.asLongBuffer().put(values, Math.toIntExact(first), count));
    }

    private SafeTensorsWriter add(String name, DType dtype, List<Long> shape, Encoder values) {
        requireUnicode(name);
        if (name.equals(HeaderParser.METADATA)) {
            throw new IllegalArgumentException("tensor " + Text.quote(name)
                    + ": expected another name, the format reserves it");
        }
        long byteSize = bytes(name, dtype, shape);
        if (tensors.putIfAbsent(name, new Tensor(name, dtype, Dimensions.copyOf(shape), byteSize, values)) != null) {
            throw new IllegalArgumentException("tensor " + Text.quote(name) + ": expected once, got it twice");
        }
        return this;
    }

    private static void requireLength(String name, List<Long> shape, int length) {
        if (bytes(name, DType.U8, shape) != length) {
            throw new IllegalArgumentException(
                    "tensor " + Text.quote(name) + ": expected values for shape " + shape + ", got " + length);
        }
    }

    private static long bytes(String name, DType dtype, List<Long> shape) {
        try {
            long bits = Dimensions.copyOf(shape).bits(dtype);
            if (bits >= 0 && shape.stream().allMatch(dim -> dim >= 0)) {
                return bits / 8;
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(tooLarge(name, shape), e);
        }
        throw new IllegalArgumentException(tooLarge(name, shape));
    }

    private static String tooLarge(String name, List<Long> shape) {
        return "tensor " + Text.quote(name) + ": expected a shape of less than 2^60 bytes, got " + shape;
    }

    private static String requireUnicode(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("name: expected Unicode text, got half of a surrogate pair in "
                    + Text.quote(text));
        }
        return text;
    }

    /// Writes the file, replacing what is there.
    ///
    /// @param path where it appears when it is complete
    /// @throws IllegalArgumentException if the header would exceed 100,000,000 bytes
    /// @throws SafeTensorsException if it could not be written ([Reason#WRITE_FAILED]); then what was there before
    ///        still is
    public void write(Path path) {
        List<Tensor> inOrder = new ArrayList<>(tensors.values());
        inOrder.sort(Comparator.comparingInt((Tensor tensor) -> tensor.dtype().bits()).reversed());
        byte[] header = header(inOrder);
        Path target = path.toAbsolutePath();
        if (target.getParent() == null) {
            throw new SafeTensorsException(Reason.WRITE_FAILED, path
                    + ": expected the name of a file, got a root directory");
        }
        try {
            AtomicFile.write(target, out -> writeTo(out, header, inOrder));
        } catch (ClosedByInterruptException e) {
            throw new SafeTensorsException(Reason.INTERRUPTED, path + ": interrupted while writing", e);
        } catch (IOException e) {
            throw new SafeTensorsException(Reason.WRITE_FAILED, path + ": cannot be written: "
                    + FileSource.describe(e), e);
        }
    }

    private static void writeTo(FileChannel channel, byte[] header, List<Tensor> inOrder) throws IOException {
        writeFully(channel, ByteBuffer.wrap(header));
        float[] scratch = new float[CHUNK_ELEMENTS];
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_ELEMENTS * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Tensor tensor : inOrder) {
            int bytesPerElement = tensor.dtype().bits() / 8;
            long elements = tensor.byteSize() / bytesPerElement;
            for (long done = 0; done < elements; ) {
                int count = (int) Math.min(CHUNK_ELEMENTS, elements - done);
                tensor.values().encode(done, count, scratch, buffer.clear());
                writeFully(channel, buffer.position(0).limit(count * bytesPerElement));
                done += count;
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void put(float value, DType dtype, ByteBuffer out) {
        switch (dtype) {
            case F32 -> out.putInt(Float.floatToRawIntBits(value));
            case F64 -> out.putDouble(value);
            case F16 -> out.putShort(toF16(Float.floatToRawIntBits(value)));
            case BF16 -> out.putShort(toBf16(Float.floatToRawIntBits(value)));
            case BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16,
                 I32, U32, C64, I64, U64 -> throw new AssertionError(dtype);
        }
    }

    /// Rounds to nearest even; a not-a-number keeps the upper bits of its payload.
    private static short toF16(int bits) {
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7FFF_FFFF;
        if (magnitude > 0x7F80_0000) {
            int payload = magnitude >> 13 & 0x3FF;
            return (short) (sign | 0x7C00 | (payload == 0 ? 0x200 : payload));
        }
        if (magnitude >= 0x477F_F000) { // from 65520 on the nearest is infinity
            return (short) (sign | 0x7C00);
        }
        if (magnitude < 0x3880_0000) { // below 2^-14: a multiple of 2^-24
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24));
        }
        return (short) (sign | magnitude - 0x3800_0000 + 0xFFF + (magnitude >> 13 & 1) >> 13);
    }

    private static short toBf16(int bits) {
        if ((bits & 0x7FFF_FFFF) > 0x7F80_0000) {
            return (short) ((bits & 0x007F_0000) == 0 ? bits >>> 16 | 0x40 : bits >>> 16);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    private byte[] header(List<Tensor> inOrder) {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            json.append('"').append(HeaderParser.METADATA).append("\":{");
            metadata.forEach((key, value) -> {
                appendString(json, key).append(':');
                appendString(json, value).append(',');
            });
            json.setCharAt(json.length() - 1, '}');
            json.append(',');
        }
        long begin = 0;
        for (Tensor tensor : inOrder) {
            long end = Math.addExact(begin, tensor.byteSize());
            appendString(json, tensor.name()).append(":{\"dtype\":\"").append(tensor.dtype()).append("\",\"shape\":[");
            for (int i = 0; i < tensor.shape().size(); i++) {
                json.append(i == 0 ? "" : ",").append(tensor.shape().get(i));
            }
            json.append("],\"data_offsets\":[").append(begin).append(',').append(end).append("]},");
            begin = end;
        }
        if (json.length() > 1) {
            json.setLength(json.length() - 1);
        }
        byte[] text = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        int padded = Math.addExact(text.length, Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        if (padded > SafeTensors.MAX_HEADER_LENGTH) {
            throw new IllegalArgumentException("header: expected at most " + SafeTensors.MAX_HEADER_LENGTH
                    + " bytes, got "
                    + padded);
        }
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static StringBuilder appendString(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"');
    }
}
