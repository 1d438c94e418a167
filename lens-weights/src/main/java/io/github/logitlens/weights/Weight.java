package io.github.logitlens.weights;

import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// One weight of a checkpoint: known to be there, of the right shape and of a floating-point type; its values are read
/// on request.
///
/// ```java
/// Weight qkv = checkpoint.weight(WeightRole.QKV_WEIGHT, 3);
/// qkv.name();                                  // h.3.attn.c_attn.weight
/// qkv.rows() + " x " + qkv.columns();          // 768 x 2304
/// qkv.read(2304, segment, 0, 2304);            // the second row, as float32
/// ```
public final class Weight {

    private final WeightRole role;
    private final SafeTensors file;
    private final TensorInfo tensor;
    private final int rows;
    private final int columns;

    Weight(WeightRole role, SafeTensors file, TensorInfo tensor, Gpt2Config config) {
        this.role = role;
        this.file = file;
        this.tensor = tensor;
        this.rows = role.rows(config);
        this.columns = role.columns(config);
    }

    /// What the weight is for.
    ///
    /// @return its role
    public WeightRole role() {
        return role;
    }

    /// The tensor's name in the file.
    ///
    /// @return such as `h.3.attn.c_attn.weight`
    public String name() {
        return tensor.name();
    }

    /// The type in which the file stores it.
    ///
    /// @return `F32`, `F16`, `BF16` or `F64`
    public DType dtype() {
        return tensor.dtype();
    }

    /// The number of rows, 1 for a vector.
    ///
    /// @return rows
    public int rows() {
        return rows;
    }

    /// The number of columns, the length of a vector.
    ///
    /// @return columns
    public int columns() {
        return columns;
    }

    /// The number of elements.
    ///
    /// @return `rows · columns`
    public long length() {
        return (long) rows * columns;
    }

    /// Reads elements in row-major order as float32 in native byte order; may be called by many threads at once.
    ///
    /// @param firstElement index of the first element
    /// @param dst *written*; native or over any array
    /// @param dstOffsetBytes where in `dst` the first float goes
    /// @param count number of elements
    /// @return how many of the values are NaN or infinite
    /// @throws IndexOutOfBoundsException if the weight has not that many elements, or `dst` not that much room
    /// @throws IllegalArgumentException if `dst` is read-only
    /// @throws IllegalStateException if the checkpoint is closed
    /// @throws SafeTensorsException if the file cannot be read, or was changed since it was opened
    public long read(long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
        return file.readFloats(tensor, firstElement, dst, dstOffsetBytes, count);
    }

    /// The row that stands almost everywhere, where the file keeps it once: for who would rather not read it again and again.
    ///
    /// @return the row and the others; empty where each row has its own bytes, as in every checkpoint but the bundled one
    public Optional<RepeatedRow> repeatedRow() {
        return RepeatedRow.of(file, tensor);
    }

    /// Reads the whole weight.
    ///
    /// @return `[length]`, row-major, owned by the caller
    /// @throws ArithmeticException if the weight has more elements than an array can hold
    /// @throws IllegalStateException if the checkpoint is closed
    /// @throws SafeTensorsException if the file cannot be read, or was changed since it was opened
    public float[] readAll() {
        float[] values = new float[Math.toIntExact(length())];
        file.readFloats(tensor, 0, values, 0, values.length);
        return values;
    }
}
