package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.weights.Weight;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// A block's matrix that stays in its file, `[depth, columns]`: read by all threads for each product.
final class StreamedMatrix implements BlockWeight {

    private static final long ROW_BYTES = 4L * Kernels.PANEL;
    private static final int PIECE_ELEMENTS = 1 << 18;

    private final Weight weight;
    private final WeightReader reader;
    private final LentMemory memory;

    /// @param memory pieces of [#bytes], or more
    StreamedMatrix(Weight weight, WeightReader reader, LentMemory memory) {
        this.weight = weight;
        this.reader = reader;
        this.memory = memory;
    }

    /// Memory that a use of a matrix takes.
    static long bytes(long depth, long columns) {
        return PanelMatrix.bytes(depth, columns) + ROW_BYTES;
    }

    @Override
    public int depth() {
        return weight.rows();
    }

    @Override
    public int columns() {
        return weight.columns();
    }

    @Override
    public void use(Engine engine, Consumer<PanelMatrix> product) {
        memory.lend(rows -> {
            read(engine, rows);
            product.accept(PanelMatrix.inRows(depth(), columns(), rows));
        });
    }

    @Override
    public Panels ahead(int panel) {
        return null;
    }

    private void read(Engine engine, MemorySegment rows) {
        long pieces = (weight.length() + PIECE_ELEMENTS - 1) / PIECE_ELEMENTS;
        AtomicLong nonFinite = new AtomicLong();
        engine.workers().run(Math.toIntExact(pieces), piece -> {
            long first = (long) piece * PIECE_ELEMENTS;
            long count = Math.min(PIECE_ELEMENTS, weight.length() - first);
            nonFinite.addAndGet(weight.read(first, rows, Float.BYTES * first, count));
        });
        reader.noteWhole(weight, nonFinite.get());
    }

    @Override
    public void row(int row, float[] target, int targetOffset) {
        weight.read((long) row * columns(), MemorySegment.ofArray(target), (long) Float.BYTES * targetOffset, columns());
    }
}
