package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.internal.bytes.ByteSource;
import io.github.logitlens.weights.internal.bytes.MemorySource;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/// A file in which one row stands almost everywhere, in memory without the repetitions; what is read are the bytes of the
/// whole file.
///
/// The embedding of the bundled model has 50257 rows, and all tokens that its training never met share one. The packed
/// form is itself a safetensors file, of four tensors: `before`, `U8`, the file's bytes up to its first row; `rows`,
/// `U8` `[rows kept, bytes of a row]`, the repeated row and then the others; `places`, `I32` `[rows kept]`, how many rows the
/// file has, and then where the others stand, ascending; `after`, `U8`, the bytes behind the last row.
final class PackedSource implements ByteSource {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final int rowBytes;
    private final int[] places;
    private final long rowsStart;
    private final long rowsEnd;
    private final long size;
    private volatile Parts parts;

    private record Parts(MemorySegment before, MemorySegment rows, MemorySegment after) {
    }

    /// Looks at the parts; expands nothing.
    ///
    /// @param name   what messages call the whole file
    /// @param packed *owned from here on*
    /// @throws CheckpointException  if the parts are not there or do not fit together
    /// @throws SafeTensorsException if `packed` is not a safetensors file
    PackedSource(String name, byte[] packed) {
        this.name = name;
        MemorySegment bytes = MemorySegment.ofArray(packed).asReadOnly();
        try (SafeTensors container = SafeTensors.open(new MemorySource(name, packed))) {
            TensorInfo rows = tensor(container, "rows", DType.U8, 2);
            if (rows.byteSize() == 0) {
                throw damaged("part 'rows': expected at least one byte, got " + rows.shape());
            }
            rowBytes = Math.toIntExact(rows.shape().get(1));
            places = places(bytes(bytes, container, tensor(container, "places", DType.I32, 1)), rows.shape().get(0));
            parts = new Parts(bytes(bytes, container, tensor(container, "before", DType.U8, 1)),
                    bytes(bytes, container, rows), bytes(bytes, container, tensor(container, "after", DType.U8, 1)));
        }
        rowsStart = parts.before.byteSize();
        rowsEnd = rowsStart + (long) rowBytes * places[0];
        size = rowsEnd + parts.after.byteSize();
    }

    private TensorInfo tensor(SafeTensors container, String part, DType dtype, int dimensions) {
        Optional<TensorInfo> tensor = container.tensor(part);
        if (tensor.isEmpty() || tensor.get().dtype() != dtype || tensor.get().shape().size() != dimensions) {
            throw damaged("part '" + part + "': expected " + dtype + " of " + dimensions + " dimensions, got "
                    + (tensor.isEmpty() ? "none" : tensor.get().dtype() + " " + tensor.get().shape()));
        }
        return tensor.get();
    }

    private static MemorySegment bytes(MemorySegment packed, SafeTensors container, TensorInfo tensor) {
        return packed.asSlice(container.dataStart() + tensor.begin(), tensor.byteSize());
    }

    private int[] places(MemorySegment bytes, long rows) {
        int[] values = new int[(int) (bytes.byteSize() / Integer.BYTES)];
        MemorySegment.copy(bytes, INT, 0, MemorySegment.ofArray(values), ValueLayout.JAVA_INT, 0, values.length);
        if (values.length != rows || values[0] < 1) {
            throw damaged("part 'places': expected the number of rows and " + (rows - 1) + " places, got " + values.length
                    + " numbers" + (values.length == 0 ? "" : ", the first " + values[0]));
        }
        int previous = -1;
        for (int i = 1; i < values.length; i++) {
            if (values[i] <= previous || values[i] >= values[0]) {
                throw damaged("place of row " + i + " of those that are kept: expected " + (previous + 1) + " to "
                        + (values[0] - 1) + ", got " + values[i]);
            }
            previous = values[i];
        }
        return values;
    }

    private CheckpointException damaged(String what) {
        return new CheckpointException(Reason.DEMO_DAMAGED, what + " (in " + name + ", packed)");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isInMemory() {
        return true;
    }

    @Override
    public void read(long position, MemorySegment dst) {
        Parts open = open();
        Objects.checkFromIndexSize(position, dst.byteSize(), size);
        long done = 0;
        while (done < dst.byteSize()) {
            done += copy(open, position + done, dst, done);
        }
    }

    /// Copies what lies side by side at `position`, at most up to the end of `dst`; returns how many bytes that was.
    private long copy(Parts open, long position, MemorySegment dst, long done) {
        MemorySegment from = open.before;
        long at = position;
        long there = rowsStart - position;
        if (position >= rowsEnd) {
            from = open.after;
            at = position - rowsEnd;
            there = size - position;
        } else if (position >= rowsStart) {
            int row = (int) ((position - rowsStart) / rowBytes);
            long inRow = (position - rowsStart) % rowBytes;
            from = open.rows;
            at = (long) keptRow(row) * rowBytes + inRow;
            there = rowBytes - inRow;
        }
        long count = Math.min(there, dst.byteSize() - done);
        MemorySegment.copy(from, at, dst, done, count);
        return count;
    }

    private int keptRow(int row) {
        return Math.max(0, Arrays.binarySearch(places, 1, places.length, row));
    }

    /// Whether the matrix of which the rows are kept is the one at `position`, of `rows` rows of `bytes` each.
    boolean keepsRowsAt(long position, long rows, long bytes) {
        return position == rowsStart && rows == places[0] && bytes == rowBytes;
    }

    int keptRows() {
        return places.length;
    }

    /// Where a row that is kept stands, other than the repeated one.
    int place(int kept) {
        return places[kept];
    }

    /// The bytes of the rows that are kept, one after the other.
    ByteSource kept() {
        return new MemorySource(name, open().rows);
    }

    private Parts open() {
        Parts open = parts;
        if (open == null) {
            throw new IllegalStateException("closed: " + name);
        }
        return open;
    }

    @Override
    public void checkUnchanged() {
        // nobody else has the bytes
    }

    @Override
    public ByteSource reopen() {
        return BundledModel.weights();
    }

    @Override
    public void close() {
        parts = null;
    }
}
