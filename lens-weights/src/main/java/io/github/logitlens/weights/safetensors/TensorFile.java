package io.github.logitlens.weights.safetensors;

import io.github.logitlens.weights.internal.bytes.ByteSource;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// An open file of named tensors, whatever its format: what safetensors and PyTorch's files have in common.
///
/// ```java
/// TensorFile file = SafeTensors.open(Path.of("model.safetensors"));    // or TorchFile.open(Path.of("pytorch_model.bin"))
/// float[] gain = file.readFloats(file.tensor("ln_f.weight").orElseThrow());
/// ```
///
/// Values are read on request, by any number of threads at once.
public interface TensorFile extends AutoCloseable {

    /// What messages call the file.
    ///
    /// @return the path as it was given
    String name();

    /// The whole file's size.
    ///
    /// @return bytes
    long size();

    /// The tensors in the order of the file.
    ///
    /// @return an immutable list
    List<TensorInfo> tensors();

    /// A tensor by name.
    ///
    /// @param name its name
    /// @return the tensor, empty if the file has none of that name
    Optional<TensorInfo> tensor(String name);

    /// What the file says beside its tensors.
    ///
    /// @return immutable, in the order of the file
    Map<String, String> metadata();

    /// Reads elements as float32 in native byte order.
    ///
    /// @param tensor a tensor of this file, of a type that is [a float][DType#isFloat]
    /// @param firstElement index of the first element in row-major order
    /// @param dst *written*; native or over any array; need not be aligned
    /// @param dstOffsetBytes where in `dst` the first float goes
    /// @param count number of elements
    /// @return how many of the values are NaN or infinite
    /// @throws IndexOutOfBoundsException if the tensor has not that many elements, or `dst` not that much room
    /// @throws IllegalArgumentException if the tensor is not of this file, or `dst` is read-only
    /// @throws IllegalStateException if this file is closed
    /// @throws io.github.logitlens.error.LensException if the dtype cannot become float32, or the file cannot be read
    long readFloats(TensorInfo tensor, long firstElement, MemorySegment dst, long dstOffsetBytes, long count);

    /// Reads elements as float32.
    ///
    /// @param tensor a tensor of this file, of a type that is [a float][DType#isFloat]
    /// @param firstElement index of the first element in row-major order
    /// @param dst *written*
    /// @param dstOffset index in `dst` of the first element
    /// @param count number of elements
    /// @throws IndexOutOfBoundsException if the tensor has not that many elements, or `dst` not that much room
    /// @throws IllegalArgumentException if the tensor is not of this file
    /// @throws IllegalStateException if this file is closed
    /// @throws io.github.logitlens.error.LensException if the dtype cannot become float32, or the file cannot be read
    default void readFloats(TensorInfo tensor, long firstElement, float[] dst, int dstOffset, int count) {
        Objects.checkFromIndexSize(dstOffset, count, dst.length);
        readFloats(tensor, firstElement, MemorySegment.ofArray(dst), (long) dstOffset * Float.BYTES, count);
    }

    /// Reads a whole tensor as float32.
    ///
    /// @param tensor a tensor of this file, of a type that is [a float][DType#isFloat]
    /// @return `[elementCount]`, row-major, owned by the caller
    /// @throws ArithmeticException if the tensor has more elements than an array can hold
    /// @throws IllegalArgumentException if the tensor is not of this file
    /// @throws IllegalStateException if this file is closed
    /// @throws io.github.logitlens.error.LensException if the dtype cannot become float32, or the file cannot be read
    default float[] readFloats(TensorInfo tensor) {
        float[] values = new float[Math.toIntExact(tensor.elementCount())];
        readFloats(tensor, 0, values, 0, values.length);
        return values;
    }

    /// The file's bytes: for this module, which does not export the type.
    ///
    /// @return closed with this file
    /// @hidden
    ByteSource source();

    /// Closes the file. Reads under way in other threads end with an `IllegalStateException`. May be called twice.
    @Override
    void close();
}
