package io.github.logitlens.weights.safetensors;

import io.github.logitlens.weights.internal.bytes.ByteSource;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.bytes.FloatFormat;
import io.github.logitlens.weights.internal.bytes.FloatReader;
import io.github.logitlens.weights.internal.text.JsonBytes;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A safetensors file, open for reading.
///
/// ```java
/// try (SafeTensors file = SafeTensors.open(Path.of("model.safetensors"))) {
///     file.tensors().getFirst();                  // TensorInfo[name=wte.weight, dtype=F16, shape=[50257, 128], …]
///     file.metadata();                            // {format=pt}
///     TensorInfo gain = file.tensor("ln_f.weight").orElseThrow();
///     float[] values = new float[128];
///     file.readFloats(gain, 0, values, 0, 128);
/// }
/// ```
///
/// Opening reads and checks the header and nothing else; it costs memory in proportion to what the header holds,
/// whatever sizes it claims. Values are read on request, by any number of threads at once, through a file channel: the
/// file is never mapped, because a mapping whose file is cut short kills the JVM. Each read ends with a look at the
/// file; one that was changed in place is refused ([Reason#FILE_CHANGED]), one that was replaced or deleted by name is
/// read on as it was. Interrupting a thread in a read ends that
/// read; others read on, through the file opened anew, which has to be the same one.
///
/// ## What is accepted
///
/// Exactly what the format's reference implementation accepts (`safetensors` 0.8, in Rust), checked in its order, with
/// one [Reason] for each rule. The bytes are an unsigned 64-bit little-endian length of at most 100,000,000, a header
/// of that length, and the tensors' bytes, without gap, overlap or remainder. The data need not be aligned. Where the
/// reference and the format's description differ, this class chooses:
///
/// | | description | reference | here |
/// |---|---|---|---|
/// | white space before the header's `{` | forbidden | accepted on purpose | accepted |
/// | padding behind the header's `}` | spaces | any JSON white space | any JSON white space |
/// | `"__metadata__": null` | not a map | accepted | accepted, an empty map |
/// | a key twice within `__metadata__` | forbidden | keeps the last | keeps the last |
/// | a tensor's name twice | forbidden | keeps the last | refused |
/// | unknown fields of a tensor | forbidden | ignored | ignored |
/// | a tensor as an array, `["F32", [2], [0, 8]]` | not described | accepted | refused |
/// | a dtype as a map, `{"F32": null}` | not described | accepted | refused |
///
/// One limit is added: a header is refused if keeping what it holds would take more than half of the JVM's heap.
///
/// ## Numbers
///
/// `F16`, `BF16`, `F8_E4M3` and `F8_E5M2` become float32 exactly, not-a-numbers of the first two and the last with their
/// payload; `F64` is rounded to nearest even. An 8-bit float is the number that it is by itself: a scale that a quantized
/// model keeps in another tensor is the reader's business.
public final class SafeTensors implements TensorFile {

    static final int MAX_HEADER_LENGTH = 100_000_000;

    private static final int CHUNK_ELEMENTS = 1 << 15;
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ByteSource source;
    private final long dataStart;
    private final List<TensorInfo> tensors;
    private final Map<String, TensorInfo> byName;
    private final Map<String, String> metadata;

    private SafeTensors(ByteSource source, long dataStart, List<TensorInfo> tensors, Map<String, String> metadata) {
        this.source = source;
        this.dataStart = dataStart;
        this.tensors = tensors;
        this.byName = HashMap.newHashMap(tensors.size());
        for (TensorInfo tensor : tensors) {
            byName.put(tensor.name(), tensor);
        }
        this.metadata = metadata;
    }

    /// Opens a file and checks its header.
    ///
    /// @param path a regular file, or a symbolic link to one
    /// @return the open file; the caller closes it
    /// @throws SafeTensorsException if it cannot be read, is not a safetensors file or breaks a rule of the format
    public static SafeTensors open(Path path) {
        return open(FileSource.open(path, SafeTensorsException.FAILURES));
    }

    /// As [#open(Path)], from anywhere: for this module, which does not export the type.
    ///
    /// @param source *owned from here on*, closed if it is refused
    /// @return the open file; the caller closes it
    /// @throws SafeTensorsException if it is not a safetensors file or breaks a rule of the format
    /// @hidden
    public static SafeTensors open(ByteSource source) {
        return open(source, Runtime.getRuntime().maxMemory() / 2);
    }

    static SafeTensors open(ByteSource source, long headerMemoryLimit) {
        try {
            return read(source, headerMemoryLimit);
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    private static SafeTensors read(ByteSource source, long headerMemoryLimit) {
        int headerLength = headerLength(source);
        JsonBytes bytes = new JsonBytes(source, Long.BYTES, headerLength);
        int invalid = bytes.firstInvalidUtf8();
        if (invalid != JsonBytes.END) {
            throw new SafeTensorsException(Reason.HEADER_NOT_UTF8,
                    "header: expected UTF-8, got an invalid sequence at byte " + invalid + in(source));
        }
        bytes.seek(0);
        Header header = HeaderParser.parse(bytes, source.name(), headerMemoryLimit);
        source.checkUnchanged();
        long dataStart = Long.BYTES + (long) headerLength;
        return new SafeTensors(source, dataStart, layOut(header, source, dataStart), header.metadata());
    }

    /// The header's length, known to fit in the file; nothing is allocated before that.
    private static int headerLength(ByteSource source) {
        long size = source.size();
        if (size < Long.BYTES) {
            throw ForeignFormat.recognise(source).orElseGet(() -> new SafeTensorsException(Reason.HEADER_TOO_SMALL,
                    "header length: expected 8 bytes, got a file of " + size + in(source)));
        }
        long length = firstLong(source);
        if (Long.compareUnsigned(length, MAX_HEADER_LENGTH) > 0) {
            throw ForeignFormat.recognise(source).orElseGet(() -> new SafeTensorsException(Reason.HEADER_TOO_LARGE,
                    "header length: expected at most " + MAX_HEADER_LENGTH + ", got " + Long.toUnsignedString(length)
                            + in(source)));
        }
        if (Long.BYTES + length > size) {
            throw new SafeTensorsException(Reason.INVALID_HEADER_LENGTH, "header length: expected at most "
                    + (size - Long.BYTES) + " in a file of " + size + " bytes, got " + length + in(source));
        }
        return (int) length;
    }

    private static long firstLong(ByteSource source) {
        byte[] bytes = new byte[Long.BYTES];
        source.read(0, MemorySegment.ofArray(bytes));
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = value << Byte.SIZE | bytes[i] & 0xFF;
        }
        return value;
    }

    /// The tensors in the order of their bytes, if they cover all bytes behind the header, each exactly once.
    private static List<TensorInfo> layOut(Header header, ByteSource source, long dataStart) {
        List<Header.Entry> entries = new ArrayList<>(header.tensors());
        Collections.sort(entries);
        long end = 0;
        for (Header.Entry entry : entries) {
            if (entry.begin() != end || Long.compareUnsigned(entry.end(), entry.begin()) < 0) {
                throw invalid(Reason.INVALID_OFFSETS, entry, "offsets [" + end + ", …] in order",
                        "[" + Long.toUnsignedString(entry.begin()) + ", " + Long.toUnsignedString(entry.end()) + "]",
                        source);
            }
            checkSize(entry, source);
            end = entry.end();
        }
        if (end != source.size() - dataStart) {
            throw new SafeTensorsException(Reason.FILE_SIZE_MISMATCH, "data: expected " + Long.toUnsignedString(end)
                    + " bytes behind the header, got " + (source.size() - dataStart) + in(source));
        }
        // Only now are the offsets known to be small: before, they may have been any sum of claims.
        List<TensorInfo> tensors = new ArrayList<>(entries.size());
        for (Header.Entry entry : entries) {
            tensors.add(new TensorInfo(entry.name(), entry.dtype(), entry.shape(), entry.begin(), entry.end()));
        }
        return Collections.unmodifiableList(tensors);
    }

    private static void checkSize(Header.Entry entry, ByteSource source) {
        long bits;
        try {
            bits = entry.shape().bits(entry.dtype());
        } catch (ArithmeticException e) {
            throw invalid(Reason.SIZE_OVERFLOW, entry, "at most 2^64-1 bits", entry.dtype() + " " + entry.shape(),
                    source);
        }
        if (Long.remainderUnsigned(bits, 8) != 0) {
            throw invalid(Reason.PARTIAL_BYTE, entry, "whole bytes",
                    Long.toUnsignedString(bits) + " bits for " + entry.dtype() + " " + entry.shape(), source);
        }
        long bytes = Long.divideUnsigned(bits, 8);
        long given = entry.end() - entry.begin();
        if (given != bytes) {
            throw invalid(Reason.SIZE_MISMATCH, entry, bytes + " bytes for " + entry.dtype() + " " + entry.shape(),
                    Long.toUnsignedString(given), source);
        }
    }

    private static SafeTensorsException invalid(Reason reason, Header.Entry entry, String expected, String got,
                                                ByteSource source) {
        return new SafeTensorsException(reason,
                "tensor " + Text.quote(entry.name()) + ": expected " + expected + ", got " + got + in(source));
    }

    private static String in(ByteSource source) {
        return " (in " + source.name() + ")";
    }

    /// What messages call the file.
    ///
    /// @return the path as it was given
    @Override
    public String name() {
        return source.name();
    }

    /// The whole file's size.
    ///
    /// @return bytes, header included
    @Override
    public long size() {
        return source.size();
    }

    /// Where the tensors' bytes begin: the offset in the file to which [TensorInfo#begin()] is added.
    ///
    /// @return 8 plus the header's length
    public long dataStart() {
        return dataStart;
    }

    /// The tensors in the order in which their bytes lie in the file.
    ///
    /// @return an immutable list
    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    /// A tensor by name.
    ///
    /// @param name its name
    /// @return the tensor, empty if the file has none of that name
    @Override
    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// The file's `__metadata__`.
    ///
    /// @return an immutable map in the order of the header; empty if there is none
    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    /// Reads elements as float32 in native byte order. An F32 tensor goes straight from the file into a native `dst`.
    ///
    /// @param tensor a tensor of this file, of a type for which [DType#isFloat()]
    /// @param firstElement index of the first element in row-major order
    /// @param dst *written*; native or over any array; need not be aligned
    /// @param dstOffsetBytes where in `dst` the first float goes
    /// @param count number of elements
    /// @return how many of the values are NaN or infinite
    /// @throws IndexOutOfBoundsException if the tensor has not that many elements, or `dst` not that much room
    /// @throws IllegalArgumentException if the tensor is not of this file, or `dst` is read-only
    /// @throws IllegalStateException if this file is closed
    /// @throws SafeTensorsException if the dtype cannot become float32 ([Reason#NOT_CONVERTIBLE]), or the file cannot
    ///        be read
    @Override
    public long readFloats(TensorInfo tensor, long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
        requireOwn(tensor);
        Optional<FloatFormat> format = tensor.dtype().floatFormat();
        if (format.isEmpty()) {
            throw notConvertible(tensor, FloatFormat.NAMES);
        }
        Objects.checkFromIndexSize(firstElement, count, tensor.elementCount());
        return FloatReader.read(source, positionOf(tensor, firstElement), format.get(),
                FloatReader.room(dst, dstOffsetBytes, count * Float.BYTES));
    }

    /// Reads elements of an F64 tensor as they are, or of an F32 tensor widened.
    ///
    /// @param tensor a tensor of this file, of type F64 or F32
    /// @param firstElement index of the first element in row-major order
    /// @param dst *written*
    /// @param dstOffset index in `dst` of the first element
    /// @param count number of elements
    /// @throws IndexOutOfBoundsException if the tensor has not that many elements, or `dst` not that much room
    /// @throws IllegalArgumentException if the tensor is not of this file
    /// @throws IllegalStateException if this file is closed
    /// @throws SafeTensorsException if the dtype is another ([Reason#NOT_CONVERTIBLE]), or the file cannot be read
    public void readDoubles(TensorInfo tensor, long firstElement, double[] dst, int dstOffset, int count) {
        requireOwn(tensor);
        if (tensor.dtype() != DType.F64 && tensor.dtype() != DType.F32) {
            throw notConvertible(tensor, "F64 or F32");
        }
        Objects.checkFromIndexSize(firstElement, count, tensor.elementCount());
        Objects.checkFromIndexSize(dstOffset, count, dst.length);
        int perChunk = Math.min(count, CHUNK_ELEMENTS);
        MemorySegment bytes = MemorySegment.ofArray(new byte[perChunk * bytesPerElement(tensor)]);
        for (int done = 0; done < count; ) {
            int length = Math.min(perChunk, count - done);
            MemorySegment chunk = bytes.asSlice(0, (long) length * bytesPerElement(tensor));
            source.read(positionOf(tensor, firstElement + done), chunk);
            for (int i = 0; i < length; i++) {
                dst[dstOffset + done + i] = tensor.dtype() == DType.F64 ? bytes.getAtIndex(DOUBLE, i)
                        : bytes.getAtIndex(FLOAT, i);
            }
            done += length;
        }
        source.checkUnchanged();
    }

    /// Reads a tensor's bytes as they are, whatever its dtype.
    ///
    /// @param tensor a tensor of this file
    /// @param firstByte index of the first byte within the tensor
    /// @param dst *written*; native or over a `byte[]`
    /// @param dstOffsetBytes where in `dst` the first byte goes
    /// @param count number of bytes
    /// @throws IndexOutOfBoundsException if the tensor has not that many bytes, or `dst` not that much room
    /// @throws IllegalArgumentException if the tensor is not of this file, or `dst` is read-only or over another array
    /// @throws IllegalStateException if this file is closed
    /// @throws SafeTensorsException if the file cannot be read
    public void readBytes(TensorInfo tensor, long firstByte, MemorySegment dst, long dstOffsetBytes, long count) {
        requireOwn(tensor);
        Objects.checkFromIndexSize(firstByte, count, tensor.byteSize());
        if (dst.heapBase().isPresent() && !(dst.heapBase().get() instanceof byte[])) {
            throw new IllegalArgumentException("dst: expected native memory or a byte[], got another array");
        }
        source.read(dataStart + tensor.begin() + firstByte, FloatReader.room(dst, dstOffsetBytes, count));
        source.checkUnchanged();
    }

    private void requireOwn(TensorInfo tensor) {
        TensorInfo own = byName.get(tensor.name());
        if (own != tensor && !tensor.equals(own)) {
            throw new IllegalArgumentException("tensor " + Text.quote(tensor.name()) + ": expected one of this file's"
                    + in(source));
        }
    }

    private SafeTensorsException notConvertible(TensorInfo tensor, String expected) {
        return new SafeTensorsException(Reason.NOT_CONVERTIBLE,
                "dtype of tensor " + Text.quote(tensor.name()) + ": expected " + expected + ", got " + tensor.dtype() + in(source));
    }

    private long positionOf(TensorInfo tensor, long element) {
        return dataStart + tensor.begin() + element * bytesPerElement(tensor);
    }

    private static int bytesPerElement(TensorInfo tensor) {
        return tensor.dtype().bits() / 8;
    }

    /// The file's bytes: for this module, which does not export the type.
    ///
    /// @return closed with this file
    /// @hidden
    @Override
    public ByteSource source() {
        return source;
    }

    /// Closes the file. Reads under way in other threads end with an `IllegalStateException`. May be called twice.
    @Override
    public void close() {
        source.close();
    }
}
