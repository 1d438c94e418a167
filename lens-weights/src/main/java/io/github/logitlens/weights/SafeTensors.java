package io.github.logitlens.weights;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A safetensors file, open for reading.
public final class SafeTensors implements AutoCloseable {

    private SafeTensors() {
    }

    /// Opens a file and checks its header.
    ///
    /// @param path the file
    /// @return the open file
    public static SafeTensors open(Path path) {
        throw new UnsupportedOperationException(path.toString());
    }

    /// The tensors in the order in which their bytes lie in the file.
    ///
    /// @return an immutable list
    public List<TensorInfo> tensors() {
        throw new UnsupportedOperationException();
    }

    /// A tensor by name.
    ///
    /// @param name its name
    /// @return the tensor, empty if the file has none of that name
    public Optional<TensorInfo> tensor(String name) {
        throw new UnsupportedOperationException(name);
    }

    /// The file's `__metadata__`.
    ///
    /// @return an immutable map, in the order of the file
    public Map<String, String> metadata() {
        throw new UnsupportedOperationException();
    }

    /// Reads elements as float32 in native byte order.
    ///
    /// @param tensor a tensor of this file
    /// @param firstElement index of the first element in row-major order
    /// @param dst *written*
    /// @param dstOffsetBytes where in `dst` the first float goes
    /// @param count number of elements
    public void readFloats(TensorInfo tensor, long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
        throw new UnsupportedOperationException();
    }

    /// Reads elements as float32.
    ///
    /// @param tensor a tensor of this file
    /// @param firstElement index of the first element in row-major order
    /// @param dst *written*
    /// @param dstOffset index in `dst` of the first element
    /// @param count number of elements
    public void readFloats(TensorInfo tensor, long firstElement, float[] dst, int dstOffset, int count) {
        throw new UnsupportedOperationException();
    }

    /// Reads elements of an F64 or F32 tensor.
    ///
    /// @param tensor a tensor of this file
    /// @param firstElement index of the first element in row-major order
    /// @param dst *written*
    /// @param dstOffset index in `dst` of the first element
    /// @param count number of elements
    public void readDoubles(TensorInfo tensor, long firstElement, double[] dst, int dstOffset, int count) {
        throw new UnsupportedOperationException();
    }

    /// Reads the tensor's bytes as they are.
    ///
    /// @param tensor a tensor of this file
    /// @param firstByte index of the first byte within the tensor
    /// @param dst *written*
    /// @param dstOffsetBytes where in `dst` the first byte goes
    /// @param count number of bytes
    public void readBytes(TensorInfo tensor, long firstByte, MemorySegment dst, long dstOffsetBytes, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
    }
}
