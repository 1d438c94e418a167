package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.weights.Weight;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/// `W_U` that stays in its file, as an embedding `[columns, depth]`: some rows of it are read and transposed for each use.
final class StreamedVocabulary implements VocabularyWeight {

    private static final int PANEL = Kernels.PANEL;

    private final Weight weight;
    private final WeightReader reader;
    private final LentMemory memory;
    private final Map<Integer, Long> nonFinite = new TreeMap<>();

    /// @param memory pieces of [#bytes]
    StreamedVocabulary(Weight weight, WeightReader reader, LentMemory memory) {
        this.weight = weight;
        this.reader = reader;
        this.memory = memory;
    }

    /// Memory that a use takes: the panels, and one of them as it was read.
    static long bytes(long depth) {
        return (Kernels.ROW_PANELS + 1) * PanelMatrix.bytes(depth, PANEL);
    }

    @Override
    public int depth() {
        return weight.columns();
    }

    @Override
    public int columns() {
        return weight.rows();
    }

    @Override
    public void use(int first, int count, PanelUse product) {
        memory.lend(piece -> {
            long panelBytes = PanelMatrix.bytes(depth(), PANEL);
            MemorySegment read = piece.asSlice(0, panelBytes);
            MemorySegment panels = piece.asSlice(panelBytes);
            PanelTranspose transpose = new PanelTranspose(depth());
            for (int i = 0; i < count; i++) {
                int rows = columnsOf(first + i);
                long elements = (long) rows * depth();
                note(first + i, weight.read((long) (first + i) * PANEL * depth(), read, 0, elements));
                transpose.write(read, 0, rows, panels, i * panelBytes);
            }
            product.with(PanelMatrix.inTurn(depth(), count * PANEL, panels), 0);
        });
    }

    private void note(int panel, long found) {
        if (found > 0) {
            synchronized (nonFinite) {
                nonFinite.put(panel, found);
                reader.noteWhole(weight, nonFinite.values().stream().mapToLong(Long::longValue).sum());
            }
        }
    }

    @Override
    public void column(int column, float[] target, int targetOffset) {
        weight.read((long) column * depth(), MemorySegment.ofArray(target), (long) Float.BYTES * targetOffset, depth());
    }
}
