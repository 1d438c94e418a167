package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.weights.Weight;
import io.github.logitlens.weights.safetensors.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Consumer;

/// A matrix `[depth, columns]` off heap in panels of 64 columns, `[panel][depth][64]`, the last one padded with zeros.
///
/// One panel is one sequential stream for the kernels, whether they multiply many rows or one. Panels stand in chunks,
/// each allocated and filled by one task, so that first touch of the memory is spread over the threads.
///
/// What is only there for one product ([BlockWeight#use]) may stand as it does in the file, `[depth][columns]`; where the last
/// panel ends in padding, that is then whatever comes next.
public final class PanelMatrix implements BlockWeight, VocabularyWeight {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final long SCRATCH_BYTES = 1 << 20;
    private static final long CHUNK_BYTES = 8 << 20;
    private static final int PANEL = Kernels.PANEL;

    private final int depth;
    private final int columns;
    private final int panelsPerChunk;
    private final boolean inRows;
    private final MemorySegment[] chunks;
    private RepeatedChunks repeated;

    private PanelMatrix(int depth, int columns, int panelsPerChunk, boolean inRows) {
        this.depth = depth;
        this.columns = columns;
        this.panelsPerChunk = panelsPerChunk;
        this.inRows = inRows;
        chunks = new MemorySegment[(panels() + panelsPerChunk - 1) / panelsPerChunk];
    }

    /// A matrix stored as `[depth, columns]`, such as a Conv1D weight; filled by [#load].
    public static PanelMatrix of(Weight weight) {
        int panels = (weight.columns() + PANEL - 1) / PANEL;
        return new PanelMatrix(weight.rows(), weight.columns(), panels, false);
    }

    /// Panels that somebody else fills, and that stand at the start of `memory`.
    static PanelMatrix inTurn(int depth, int columns, MemorySegment memory) {
        return over(depth, columns, false, memory);
    }

    /// Rows `[depth][columns]` that somebody else fills, at the start of `memory`, which has room for one panel's row more.
    static PanelMatrix inRows(int depth, int columns, MemorySegment memory) {
        return over(depth, columns, true, memory);
    }

    private static PanelMatrix over(int depth, int columns, boolean inRows, MemorySegment memory) {
        PanelMatrix matrix = new PanelMatrix(depth, columns, (columns + PANEL - 1) / PANEL, inRows);
        matrix.chunks[0] = memory;
        return matrix;
    }

    /// The transpose of a matrix stored as `[columns, depth]`, such as an embedding; filled by [#loadTransposed].
    public static PanelMatrix transposeOf(Weight weight) {
        // Several chunks for each thread even of a small matrix.
        long chunkBytes = Math.min(CHUNK_BYTES, bytes(weight.columns(), weight.rows()) / 64);
        long panelBytes = 4L * PANEL * weight.columns();
        int side = Kernels.ROW_PANELS;
        return new PanelMatrix(weight.columns(), weight.rows(), (int) Math.max(side, chunkBytes / panelBytes / side * side), false);
    }

    /// The transpose of an array, in memory that is freed some time after nobody holds the matrix any more.
    ///
    /// @param values `[columns, depth]`, row-major, *not modified*
    public static PanelMatrix transposeOf(float[] values, int columns, int depth) {
        PanelMatrix matrix = new PanelMatrix(depth, columns, (columns + PANEL - 1) / PANEL, false);
        MemorySegment target = matrix.allocate(Arena.ofAuto(), 0);
        MemorySegment source = MemorySegment.ofArray(values);
        PanelTranspose transpose = new PanelTranspose(depth);
        for (int panel = 0; panel < matrix.panels(); panel++) {
            transpose.write(source, 4L * PANEL * depth * panel, matrix.columnsOf(panel), target, matrix.offset(panel));
        }
        return matrix;
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void use(Engine engine, Consumer<PanelMatrix> product) {
        product.accept(this);
    }

    @Override
    public void use(int first, int count, PanelUse product) {
        product.with(this, first);
    }

    /// The chunk that a panel is in; made now, if it repeats few rows and nobody has asked for it yet.
    public MemorySegment segment(int panel) {
        return repeated == null ? chunks[panel / panelsPerChunk] : repeated.get(panel / panelsPerChunk);
    }

    /// Where a panel begins in its [#segment].
    public long offset(int panel) {
        return panel % panelsPerChunk * (4L * PANEL * depth);
    }

    /// Neighbouring panels, as many as stand in one segment.
    public Panels panels(int first, int count) {
        return inRows ? Panels.inRows(segment(first), 4L * PANEL * first, count, depth, columns)
                : Panels.inTurn(segment(first), offset(first), count, depth);
    }

    @Override
    public Panels ahead(int panel) {
        return panels(panel, 1);
    }

    @Override
    public void column(int column, float[] target, int targetOffset) {
        int panel = column / PANEL;
        MemorySegment segment = segment(panel);
        long at = offset(panel) / 4 + column % PANEL;
        for (int k = 0; k < depth; k++) {
            target[targetOffset + k] = segment.getAtIndex(FLOAT, at + (long) k * PANEL);
        }
    }

    @Override
    public void row(int row, float[] target, int targetOffset) {
        for (int panel = 0; panel < panels(); panel++) {
            MemorySegment.copy(segment(panel), FLOAT, offset(panel) + (long) row * PANEL * 4, target,
                    targetOffset + panel * PANEL, columnsOf(panel));
        }
    }

    public int chunkCount() {
        return chunks.length;
    }

    /// Bytes that a matrix of this shape takes.
    static long bytes(long depth, long columns) {
        return (columns + PANEL - 1) / PANEL * PANEL * depth * 4;
    }

    private MemorySegment allocate(Arena arena, int chunk) {
        int panels = Math.min(panelsPerChunk, panels() - chunk * panelsPerChunk);
        chunks[chunk] = UnsetMemory.allocate(arena, 4L * PANEL * depth * panels);
        return chunks[chunk];
    }

    /// Allocates the one chunk and fills it from rows `[depth, columns]`.
    public void load(Arena arena, WeightReader reader, Weight weight) {
        MemorySegment target = allocate(arena, 0);
        if (weight.dtype() == DType.F32) {
            loadVerbatim(target, reader, weight);
        } else {
            loadConverted(target, reader, weight);
        }
    }

    /// By way of memory off heap, to which a file is read without another copy.
    private void loadVerbatim(MemorySegment target, WeightReader reader, Weight weight) {
        int rowsAtOnce = rowsAtOnce(SCRATCH_BYTES);
        try (Arena scratchArena = Arena.ofConfined()) {
            MemorySegment scratch = scratchArena.allocate(4L * columns * rowsAtOnce, 64);
            for (int k0 = 0; k0 < depth; k0 += rowsAtOnce) {
                int rows = Math.min(rowsAtOnce, depth - k0);
                reader.read(weight, (long) k0 * columns, scratch, (long) rows * columns);
                for (int panel = 0; panel < panels(); panel++) {
                    long bytes = 4L * columnsOf(panel);
                    long to = offset(panel) + (long) k0 * PANEL * 4;
                    for (int row = 0; row < rows; row++) {
                        long from = 4L * ((long) row * columns + (long) panel * PANEL);
                        MemorySegment.copy(scratch, from, target, to + row * (4L * PANEL), bytes);
                    }
                }
            }
        }
    }

    /// By way of arrays, which is where values are converted: short copies between arrays are fast before they are compiled.
    private void loadConverted(MemorySegment target, WeightReader reader, Weight weight) {
        int rowsAtOnce = rowsAtOnce(Math.min(SCRATCH_BYTES, target.byteSize() / 4));
        float[] rows = new float[rowsAtOnce * columns];
        float[] panelRows = new float[rowsAtOnce * PANEL];
        MemorySegment rowsBytes = MemorySegment.ofArray(rows);
        MemorySegment panelBytes = MemorySegment.ofArray(panelRows);
        for (int k0 = 0; k0 < depth; k0 += rowsAtOnce) {
            int count = Math.min(rowsAtOnce, depth - k0);
            reader.read(weight, (long) k0 * columns, rowsBytes, (long) count * columns);
            for (int panel = 0; panel < panels(); panel++) {
                int width = columnsOf(panel);
                if (width < PANEL) {
                    Arrays.fill(panelRows, 0);
                }
                for (int row = 0; row < count; row++) {
                    System.arraycopy(rows, row * columns + panel * PANEL, panelRows, row * PANEL, width);
                }
                MemorySegment.copy(panelBytes, 0, target, offset(panel) + 4L * PANEL * k0, 4L * PANEL * count);
            }
        }
    }

    private int rowsAtOnce(long bytes) {
        return Math.clamp(bytes / (4L * columns), 1, depth);
    }

    /// Allocates one chunk and fills it from rows `[columns, depth]`.
    public void loadTransposed(Arena arena, WeightReader reader, Weight weight, int chunk) {
        MemorySegment target = allocate(arena, chunk);
        int first = chunk * panelsPerChunk;
        int end = Math.min(panels(), first + panelsPerChunk);
        int panelsAtOnce = Math.clamp(SCRATCH_BYTES / (4L * PANEL * depth), 1, end - first);
        PanelTranspose transpose = new PanelTranspose(depth);
        try (Arena scratchArena = Arena.ofConfined()) {
            MemorySegment scratch = scratchArena.allocate(4L * PANEL * depth * panelsAtOnce, 64);
            for (int panel = first; panel < end; panel++) {
                int inScratch = (panel - first) % panelsAtOnce;
                if (inScratch == 0) {
                    long count = Math.min((long) panelsAtOnce * PANEL, columns - (long) panel * PANEL);
                    reader.read(weight, (long) panel * PANEL * depth, scratch, count * depth);
                }
                transpose.write(scratch, 4L * PANEL * depth * inScratch, columnsOf(panel), target, offset(panel));
            }
        }
    }

    /// Has chunks made of the few different rows of `[columns, depth]`, each when it is first used.
    ///
    /// @param rows read before then
    void repeat(Arena arena, FewRows rows) {
        repeated = new RepeatedChunks(arena, rows, columns, panelsPerChunk);
    }
}
