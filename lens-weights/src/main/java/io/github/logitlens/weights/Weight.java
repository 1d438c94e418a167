package io.github.logitlens.weights;

import java.lang.foreign.MemorySegment;

/// One weight of a checkpoint: known to be there, of the right shape and a floating-point type; read on request.
public final class Weight {

    private Weight() {
    }

    /// What the weight is for.
    ///
    /// @return its role
    public WeightRole role() {
        throw new UnsupportedOperationException();
    }

    /// The tensor's name in the file.
    ///
    /// @return such as `h.3.attn.c_attn.weight`
    public String name() {
        throw new UnsupportedOperationException();
    }

    /// The type in which the file stores it.
    ///
    /// @return `F32`, `F16`, `BF16` or `F64`
    public DType dtype() {
        throw new UnsupportedOperationException();
    }

    /// The number of rows, 1 for a vector.
    ///
    /// @return rows
    public int rows() {
        throw new UnsupportedOperationException();
    }

    /// The number of columns, the length of a vector.
    ///
    /// @return columns
    public int columns() {
        throw new UnsupportedOperationException();
    }

    /// The number of elements.
    ///
    /// @return `rows · columns`
    public long length() {
        throw new UnsupportedOperationException();
    }

    /// Reads elements in row-major order as float32 in native byte order; may be called by many threads at once.
    ///
    /// @param firstElement index of the first element
    /// @param dst *written*
    /// @param dstOffsetBytes where in `dst` the first float goes
    /// @param count number of elements
    public void read(long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
        throw new UnsupportedOperationException();
    }

    /// Reads the whole weight.
    ///
    /// @return `[length]`, row-major, owned by the caller
    public float[] readAll() {
        throw new UnsupportedOperationException();
    }
}
