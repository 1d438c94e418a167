package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;

/// A file with many equal rows, in memory with each row once; what is read are the bytes of the whole file.
///
/// The embedding of the bundled model has 50257 rows, and all tokens that its training never met share one. The packed
/// form is itself a safetensors file, of four tensors: `before`, `U8`, the file's bytes up to its first row; `rows`,
/// `U8` `[different rows, bytes of a row]`; `index`, `I32` `[rows of the file]`, which of them stands there; `after`,
/// `U8`, the bytes behind the last row.
final class PackedSource implements ByteSource {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final int rowBytes;
    private final int[] index;
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
            index = index(bytes(bytes, container, tensor(container, "index", DType.I32, 1)), rows.shape().get(0));
            parts = new Parts(bytes(bytes, container, tensor(container, "before", DType.U8, 1)),
                    bytes(bytes, container, rows), bytes(bytes, container, tensor(container, "after", DType.U8, 1)));
        }
        rowsStart = parts.before.byteSize();
        rowsEnd = rowsStart + (long) rowBytes * index.length;
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

    private int[] index(MemorySegment bytes, long rows) {
        int[] values = new int[(int) (bytes.byteSize() / Integer.BYTES)];
        MemorySegment.copy(bytes, INT, 0, MemorySegment.ofArray(values), ValueLayout.JAVA_INT, 0, values.length);
        for (int row = 0; row < values.length; row++) {
            if (values[row] < 0 || values[row] >= rows) {
                throw damaged("index of row " + row + ": expected 0 to " + (rows - 1) + ", got " + values[row]);
            }
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
    public void read(long position, MemorySegment dst) {
        Parts open = parts;
        if (open == null) {
            throw new IllegalStateException("closed: " + name);
        }
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
            at = (long) index[row] * rowBytes + inRow;
            there = rowBytes - inRow;
        }
        long count = Math.min(there, dst.byteSize() - done);
        MemorySegment.copy(from, at, dst, done, count);
        return count;
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
