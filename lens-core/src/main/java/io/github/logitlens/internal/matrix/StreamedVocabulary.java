package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panels;
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

    /// Memory that a use takes: the panels, and the rows that they are made of.
    static long bytes(long depth) {
        return 2 * Kernels.ROW_PANELS * PanelMatrix.bytes(depth, PANEL);
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
            MemorySegment read = piece.asSlice(0, Kernels.ROW_PANELS * panelBytes);
            MemorySegment panels = piece.asSlice(Kernels.ROW_PANELS * panelBytes);
            read(first, count, read);
            PanelTranspose transpose = new PanelTranspose(depth());
            for (int i = 0; i < count; i++) {
                transpose.write(read, i * panelBytes, columnsOf(first + i), panels, i * panelBytes);
            }
            product.with(PanelMatrix.inTurn(depth(), count * PANEL, panels), 0);
        });
    }

    @Override
    public Panels ahead(int panel) {
        return null;
    }

    private void read(int first, int count, MemorySegment target) {
        if (readRows(first, count, target) > 0) {
            for (int i = 0; i < count; i++) {
                note(first + i, readRows(first + i, 1, target.asSlice(i * PanelMatrix.bytes(depth(), PANEL))));
            }
        }
    }

    /// Returns how many values are no finite numbers.
    private long readRows(int firstPanel, int panels, MemorySegment target) {
        long rows = Math.min(columns(), (firstPanel + panels) * PANEL) - (long) firstPanel * PANEL;
        return weight.read((long) firstPanel * PANEL * depth(), target, 0, rows * depth());
    }

    private synchronized void note(int panel, long found) {
        nonFinite.put(panel, found);
        reader.noteWhole(weight, nonFinite.values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public void column(int column, float[] target, int targetOffset) {
        weight.read((long) column * depth(), MemorySegment.ofArray(target), (long) Float.BYTES * targetOffset, depth());
    }
}
