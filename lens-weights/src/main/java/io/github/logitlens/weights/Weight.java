package io.github.logitlens.weights;

import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
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
    private final String name;
    private final DType dtype;
    private final int rows;
    private final int columns;
    private final WeightValues values;

    Weight(WeightRole role, String name, DType dtype, Gpt2Config config, WeightValues values) {
        this.role = role;
        this.name = name;
        this.dtype = dtype;
        this.rows = role.rows(config);
        this.columns = role.columns(config);
        this.values = values;
    }

    /// What the weight is for.
    ///
    /// @return its role
    public WeightRole role() {
        return role;
    }

    /// The tensor's name in the file.
    ///
    /// @return such as `h.3.attn.c_attn.weight`; of a bias that the model has not, what it would be called
    public String name() {
        return name;
    }

    /// The type in which the file stores it.
    ///
    /// @return `F32`, `F16`, `BF16`, `F64`, `F8_E4M3` or `F8_E5M2`
    public DType dtype() {
        return dtype;
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
        return values.read(firstElement, dst, dstOffsetBytes, count);
    }

    /// The row that stands almost everywhere, where the file keeps it once: for who would rather not read it again and again.
    ///
    /// @return the row and the others; empty where each row has its own bytes, as in every checkpoint but the bundled one
    public Optional<RepeatedRow> repeatedRow() {
        return values.repeatedRow();
    }

    /// Reads the whole weight.
    ///
    /// @return `[length]`, row-major, owned by the caller
    /// @throws ArithmeticException if the weight has more elements than an array can hold
    /// @throws IllegalStateException if the checkpoint is closed
    /// @throws SafeTensorsException if the file cannot be read, or was changed since it was opened
    public float[] readAll() {
        float[] all = new float[Math.toIntExact(length())];
        values.read(0, MemorySegment.ofArray(all), 0, all.length);
        return all;
    }
}
