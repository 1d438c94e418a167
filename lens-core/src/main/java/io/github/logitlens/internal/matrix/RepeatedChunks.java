package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Chunks of panels made of few different rows, each when it is first asked for: most of a load of the bundled model was
/// touching memory for the same numbers again and again. For any number of threads.
final class RepeatedChunks implements Function<Integer, MemorySegment> {

    private static final int PANEL = Kernels.PANEL;

    private final Arena arena;
    private final FewRows rows;
    private final int columns;
    private final int panelsPerChunk;
    private final ConcurrentHashMap<Integer, MemorySegment> made = new ConcurrentHashMap<>();

    /// @param arena   owns the chunks
    /// @param rows    read before the first chunk is asked for
    /// @param columns of the whole matrix
    RepeatedChunks(Arena arena, FewRows rows, int columns, int panelsPerChunk) {
        this.arena = arena;
        this.rows = rows;
        this.columns = columns;
        this.panelsPerChunk = panelsPerChunk;
    }

    MemorySegment get(int chunk) {
        MemorySegment there = made.get(chunk);
        return there != null ? there : made.computeIfAbsent(chunk, this);
    }

    /// Makes a chunk.
    @Override
    public MemorySegment apply(Integer chunk) {
        int first = chunk * panelsPerChunk;
        int end = Math.min((columns + PANEL - 1) / PANEL, first + panelsPerChunk);
        float[] repeated = rows.repeatedPanel();
        float[] filled = new float[repeated.length];
        MemorySegment filledBytes = MemorySegment.ofArray(filled);
        long panelBytes = filledBytes.byteSize();
        MemorySegment target = UnsetMemory.allocate(arena, panelBytes * (end - first));
        int other = rows.firstFrom(first * PANEL);
        for (int panel = first; panel < end; panel++) {
            System.arraycopy(repeated, 0, filled, 0, repeated.length);
            other = rows.fill(panel * PANEL, Math.min(PANEL, columns - panel * PANEL), other, filled);
            MemorySegment.copy(filledBytes, 0, target, panelBytes * (panel - first), panelBytes);
        }
        return target;
    }
}
