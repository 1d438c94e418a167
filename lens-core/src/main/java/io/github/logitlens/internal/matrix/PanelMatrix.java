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
/// What is only there for one product ([BlockWeight#use]) may stand as it does in the file, `[depth][columns]`, for kernels
/// that [join panels][Kernels#joinsPanels]; where the last panel ends in padding, that is then whatever comes next.
public final class PanelMatrix implements BlockWeight, VocabularyWeight {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final long SCRATCH_BYTES = 1 << 20;
    private static final long CHUNK_BYTES = 8 << 20;
    /// Steps of `k` that are fetched at once: 192 KiB, so that two slices and the rows they meet fit in a second-level cache.
    private static final int SLICE_STEPS = 768;
    /// Whole turns of any kernel's loop.
    private static final int SLICE_MULTIPLE = 12;
    private static final int PANEL = Kernels.PANEL;

    private final int depth;
    private final int columns;
    private final int sliceSteps;
    private final int panelsPerChunk;
    private final boolean inRows;
    private final MemorySegment[] chunks;
    private RepeatedChunks repeated;

    private PanelMatrix(int depth, int columns, int panelsPerChunk, boolean inRows) {
        this.depth = depth;
        this.columns = columns;
        this.panelsPerChunk = panelsPerChunk;
        this.inRows = inRows;
        int slices = (depth + SLICE_STEPS - 1) / SLICE_STEPS;
        sliceSteps = Math.min(depth, roundUp((depth + slices - 1) / slices, SLICE_MULTIPLE));
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
    public void use(Engine engine, boolean joined, Consumer<PanelMatrix> product) {
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

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    private Panels place(int panel) {
        return inRows ? Panels.inRows(segment(panel), 4L * PANEL * panel, columns)
                : Panels.inTurn(segment(panel), offset(panel), depth);
    }

    /// `tile += row · panels` for one row; see [Kernels#multiplyRow].
    ///
    /// @param first  first panel, a multiple of what [#panelsSideBySide] says
    /// @param count  how many, at most as many; those that make no whole power of two come one by one
    /// @param tile   `[count][64]` at `tileOffset`, *written*
    public void multiplyRow(Kernels kernels, RowPanels row, int first, int count, float[] tile, int tileOffset) {
        int done = 0;
        while (done < count) {
            int side = Integer.highestOneBit(count - done);
            int panel = first + done;
            int at = tileOffset + done * PANEL;
            if (inRows) {
                kernels.multiplyTogether(row.data(), 0, 1, 1, place(panel), side, depth, tile, at, 0, tile, at, 0);
            } else {
                kernels.multiplyRow(row.data(), 0, side, segment(panel), offset(panel), depth, tile, at);
            }
            done += side;
        }
    }

    /// `out = start + rows · panel` for one block of rows; see [Kernels#multiply].
    ///
    /// @param start `[height of the block]` rows of 64, or one where `startStride` is 0, *not modified*
    /// @param out   `[height of the block]` rows of 64, `outStride` apart, *written*
    public void multiply(Kernels kernels, RowPanels rows, int block, int panel,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        kernels.multiply(rows.data(), rows.offset(block), rows.height(block), segment(panel), offset(panel), depth,
                start, startOffset, startStride, out, outOffset, outStride);
    }

    /// How many slices of the depth a product goes through, so that what it reads of one stays in the caches.
    public int slices() {
        return (depth + sliceSteps - 1) / sliceSteps;
    }

    /// One of the [#slices] of a panel.
    public Slice slice(int panel, int slice) {
        return new Slice(panel, slice);
    }

    /// Some steps of `k` of one panel.
    public final class Slice {

        private final int panel;
        private final int first;
        private final int steps;
        private final long at;

        private Slice(int panel, int slice) {
            this.panel = panel;
            first = slice * sliceSteps;
            steps = Math.min(sliceSteps, depth - first);
            at = offset(panel) + 4L * PANEL * first;
        }

        /// `out = start + rows · panel` over this slice, for one block of rows. A product is made of all slices of a panel
        /// in order, each but the first starting from the rows that the one before it wrote.
        ///
        /// @param next what this thread will multiply with next, and comes into the caches meanwhile if it stands in no less
        ///             memory than this slice; or null
        public void multiply(Kernels kernels, RowPanels rows, int block, Slice next,
                float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
            int height = rows.height(block);
            int a = rows.offset(block) + first * height;
            float[] from = first == 0 ? start : out;
            int fromOffset = first == 0 ? startOffset : outOffset;
            int fromStride = first == 0 ? startStride : outStride;
            if (next == null || next.memory().byteSize() < 4L * PANEL * steps) {
                kernels.multiply(rows.data(), a, height, segment(panel), at, steps,
                        from, fromOffset, fromStride, out, outOffset, outStride);
            } else {
                kernels.multiplyAndFetch(rows.data(), a, height, segment(panel), at, steps,
                        from, fromOffset, fromStride, out, outOffset, outStride, next.memory(), next.startOf(steps));
            }
        }

        /// Brings it into the caches.
        public void fetch(Kernels kernels) {
            kernels.fetch(memory(), at, 4L * PANEL * steps);
        }

        private MemorySegment memory() {
            return segment(panel);
        }

        /// Where to read that many steps from: here, or before, where the memory ends sooner.
        private long startOf(int steps) {
            return Math.min(at, memory().byteSize() - 4L * PANEL * steps);
        }
    }

    /// `out = start + rows · panels` for neighbouring blocks and panels; see [Kernels#multiplyTogether].
    ///
    /// @param panel where the panels begin; they stand in one segment
    /// @param start one row of `64 · panels` at `startOffset`, that all chains start from; *not modified*
    /// @param out   `6 · (endBlock - firstBlock)` rows of `64 · panels`, *written*
    public void multiplyTogether(Kernels kernels, RowPanels rows, int firstBlock, int endBlock, int panel, int panels,
            float[] start, int startOffset, float[] out) {
        int width = panels * PANEL;
        int full = rows.height(endBlock - 1) == Kernels.BLOCK ? endBlock : endBlock - 1;
        if (full > firstBlock) {
            kernels.multiplyTogether(rows.data(), rows.offset(firstBlock), full - firstBlock, Kernels.BLOCK,
                    place(panel), panels, depth, start, startOffset, 0, out, 0, width);
        }
        if (full < endBlock) {
            kernels.multiplyTogether(rows.data(), rows.offset(full), 1, rows.height(full), place(panel),
                    panels, depth, start, startOffset, 0, out, (full - firstBlock) * Kernels.BLOCK * width, width);
        }
    }

    /// `tile += rows · panel` over some steps of `k` only, for one block of rows as deep as these.
    ///
    /// @param first the first step
    /// @param tile  `[height of the block][64]`, *written*
    public void multiplySome(Kernels kernels, RowPanels rows, int block, int panel, int first, float[] tile) {
        Panels from = place(panel).from(first);
        kernels.multiplyTogether(rows.data(), rows.offset(block), 1, rows.height(block), from, 1, rows.depth(),
                tile, 0, PANEL, tile, 0, PANEL);
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
