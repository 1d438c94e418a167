package io.github.logitlens.weights;

import io.github.logitlens.weights.internal.bytes.FloatFormat;
import io.github.logitlens.weights.internal.bytes.FloatReader;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;

/// A matrix in which one row stands almost everywhere, and which its file keeps without the repetitions. The bundled model's
/// embedding is such a matrix: all tokens that its training never met share one row.
///
/// ```java
/// RepeatedRow row = Checkpoint.demo().weight(WeightRole.TOKEN_EMBEDDING).repeatedRow().orElseThrow();
/// row.others();       // 4580 of 50257 rows are different
/// row.place(4);       // 5: the fifth of those is row 5 of the matrix
/// ```
public final class RepeatedRow {

    private final PackedSource source;
    private final int columns;
    private final FloatFormat format;

    private RepeatedRow(PackedSource source, int columns, FloatFormat format) {
        this.source = source;
        this.columns = columns;
        this.format = format;
    }

    /// The repeated row of a matrix of `file`, if it is kept once.
    static Optional<RepeatedRow> of(TensorFile opened, TensorInfo tensor) {
        if (!(opened instanceof SafeTensors file && file.source() instanceof PackedSource packed) || tensor.shape().size() != 2) {
            return Optional.empty();
        }
        long columns = tensor.shape().get(1);
        return packed.keepsRowsAt(file.dataStart() + tensor.begin(), tensor.shape().get(0),
                columns * tensor.dtype().bits() / 8)
                ? Optional.of(new RepeatedRow(packed, (int) columns, FloatFormat.valueOf(tensor.dtype().name())))
                : Optional.empty();
    }

    /// How many rows of the matrix are kept beside the repeated one.
    ///
    /// @return 0 or more
    public int others() {
        return source.keptRows() - 1;
    }

    /// Where one of those rows stands; at every row that is none of these places stands the repeated one.
    ///
    /// @param other from 0 to [#others()] − 1
    /// @return the row of the matrix; greater than that of the one before
    /// @throws IndexOutOfBoundsException if there is no such row
    public int place(int other) {
        return source.place(other + 1);
    }

    /// Reads elements as [Weight#read] does, of a matrix of the rows that are kept: the repeated one, then the others in the
    /// order of their places.
    ///
    /// @param firstElement index of the first element
    /// @param dst *written*; native or over any array
    /// @param dstOffsetBytes where in `dst` the first float goes
    /// @param count number of elements
    /// @return how many of the values are NaN or infinite
    /// @throws IndexOutOfBoundsException if the rows have not that many elements, or `dst` not that much room
    /// @throws IllegalArgumentException if `dst` is read-only
    /// @throws IllegalStateException if the checkpoint is closed
    public long read(long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
        Objects.checkFromIndexSize(firstElement, count, (long) source.keptRows() * columns);
        return FloatReader.read(source.kept(), firstElement * format.bytes(), format,
                FloatReader.room(dst, dstOffsetBytes, count * Float.BYTES));
    }
}
