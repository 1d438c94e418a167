package io.github.logitlens.weights;

import io.github.logitlens.weights.internal.bytes.FloatReader;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.SoftReference;
import java.util.Objects;

/// A matrix that its file has as `[columns, rows]`, the way `torch.nn.Linear` keeps it. Some rows at a time are brought
/// into memory and turned around there; they stay as long as nobody needs the memory, since readers come in pieces and
/// in order.
final class TransposedValues implements WeightValues {

    private static final int BAND_ELEMENTS = 1 << 22;
    /// Stored rows that are turned around together, so that a cache line is written once.
    private static final int STORED_AT_ONCE = 16;

    /// Rows `first` to `first + count - 1`, `[count, columns]`.
    private record Band(int first, int count, float[] values) {
    }

    private final TensorFile file;
    private final TensorInfo tensor;
    private final int rows;
    private final int columns;
    private final int rowsPerBand;
    private SoftReference<Band> last = new SoftReference<>(null);

    TransposedValues(TensorFile file, TensorInfo tensor, int rows, int columns) {
        this(file, tensor, rows, columns, BAND_ELEMENTS);
    }

    TransposedValues(TensorFile file, TensorInfo tensor, int rows, int columns, int bandElements) {
        this.file = file;
        this.tensor = tensor;
        this.rows = rows;
        this.columns = columns;
        this.rowsPerBand = Math.clamp(bandElements / columns, 1, rows);
    }

    @Override
    public long read(long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
        Objects.checkFromIndexSize(firstElement, count, (long) rows * columns);
        MemorySegment floats = FloatReader.room(dst, dstOffsetBytes, count * Float.BYTES);
        long found = 0;
        for (long done = 0; done < count; ) {
            int row = (int) ((firstElement + done) / columns);
            Band band = band(row / rowsPerBand * rowsPerBand);
            int from = (int) (firstElement + done - (long) band.first * columns);
            int length = (int) Math.min(count - done, band.values.length - from);
            MemorySegment.copy(MemorySegment.ofArray(band.values), ValueLayout.JAVA_FLOAT, (long) from * Float.BYTES,
                    floats, ValueLayout.JAVA_FLOAT_UNALIGNED, done * Float.BYTES, length);
            for (int i = from; i < from + length; i++) {
                found += Float.isFinite(band.values[i]) ? 0 : 1;
            }
            done += length;
        }
        return found;
    }

    private synchronized Band band(int first) {
        Band band = last.get();
        if (band == null || band.first != first) {
            band = load(first, Math.min(rowsPerBand, rows - first));
            last = new SoftReference<>(band);
        }
        return band;
    }

    private Band load(int first, int count) {
        float[] values = new float[count * columns];
        float[] stored = new float[STORED_AT_ONCE * count];
        for (int column = 0; column < columns; column += STORED_AT_ONCE) {
            int together = Math.min(STORED_AT_ONCE, columns - column);
            for (int i = 0; i < together; i++) {
                file.readFloats(tensor, (long) (column + i) * rows + first, stored, i * count, count);
            }
            for (int row = 0; row < count; row++) {
                for (int i = 0; i < together; i++) {
                    values[row * columns + column + i] = stored[i * count + row];
                }
            }
        }
        return new Band(first, count, values);
    }
}
