package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Shares;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.matrix.BlockWeight;
import io.github.logitlens.internal.matrix.PanelMatrix;
import io.github.logitlens.internal.matrix.RowPanels;
import java.util.Arrays;

/// `y = x · W + b`, W `[depth, columns]` in panels, b `[columns]`.
public final class Linear {

    private static final int PANEL = Kernels.PANEL;
    private static final int TILE = Kernels.BLOCK * PANEL;
    /// Blocks of rows that one task takes: at least so many that a panel is worth fetching, at most so many that they and
    /// their tiles are about a megabyte where a slice is 768 deep.
    private static final int MIN_BLOCKS = 8;
    private static final int MAX_BLOCKS = 64;
    /// The same where panels are taken together.
    private static final int MAX_JOINED_BLOCKS = 16;

    private final BlockWeight weight;
    private final float[] bias;
    private PanelMatrix follower;

    /// What becomes of a finished tile, while it is in the first-level cache.
    @FunctionalInterface
    interface Sink {

        /// Takes one tile; called by any thread, once per block and panel; of a single row, for several panels at once.
        ///
        /// @param tile    `[height of the block][64]`, of a single row `[1][columns]`; *owned by the sink during the call*
        /// @param offset  where in `tile` it begins
        /// @param block   block of rows
        /// @param column  the tile's first column in the product
        /// @param columns how many of its columns are real
        void take(float[] tile, int offset, int block, int column, int columns);
    }

    /// @param bias `[columns]`, copied
    public Linear(BlockWeight weight, float[] bias) {
        this.weight = weight;
        this.bias = Arrays.copyOf(bias, weight.panels() * PANEL);
    }

    /// Says which matrix a run comes to after this one, so that its first panels are in the caches by then.
    void leadsTo(PanelMatrix follower) {
        this.follower = follower;
    }

    int columns() {
        return weight.columns();
    }

    public BlockWeight weight() {
        return weight;
    }

    /// A copy, `[columns]`.
    public float[] bias() {
        return Arrays.copyOf(bias, weight.columns());
    }

    /// Computes every row into a row-major array.
    ///
    /// @param x   `[rows, depth]`, *not modified*
    /// @param out `[rows, columns]`, *written*
    public void store(Engine engine, RowPanels x, float[] out) {
        apply(engine, x, (tile, offset, block, column, columns) -> {
            for (int r = 0; r < x.rowsOf(block); r++) {
                System.arraycopy(tile, offset + r * PANEL, out, (x.firstRow(block) + r) * weight.columns() + column, columns);
            }
        });
    }

    /// Computes every row and adds it to a row-major array.
    ///
    /// @param x   `[rows, depth]`, *not modified*
    /// @param out `[rows, columns]`, *written*
    void add(Engine engine, RowPanels x, float[] out) {
        apply(engine, x, (tile, offset, block, column, columns) -> {
            for (int r = 0; r < x.rowsOf(block); r++) {
                engine.kernels().add(out, (x.firstRow(block) + r) * weight.columns() + column, tile, offset + r * PANEL, columns);
            }
        });
    }

    /// Computes every row, tile by tile.
    ///
    /// @param x `[rows, depth]`, *not modified*
    void apply(Engine engine, RowPanels x, Sink sink) {
        boolean joined = engine.kernels().joinsPanels();
        weight.use(engine, joined, matrix -> {
            if (x.rows() == 1) {
                applyToRow(engine, matrix, x, sink);
            } else if (joined) {
                applyTogether(engine, matrix, x, sink);
            } else {
                applyInPasses(engine, matrix, x, sink);
            }
        });
    }

    private void applyInPasses(Engine engine, PanelMatrix matrix, RowPanels x, Sink sink) {
        int panels = matrix.panels();
        int groups = groups(x, panels, engine.workers().threads(), MAX_BLOCKS);
        int perGroup = (x.blocks() + groups - 1) / groups;
        Shares shares = new Shares(panels * groups, engine.workers().threads());
        engine.workers().run(shares.count(), slot -> {
            int share = shares.begin(Workers.place());
            matrix.slice(shares.first(share) % panels, 0).fetch(engine.kernels());
            Pass pass = new Pass(engine, matrix, x, perGroup, sink);
            for (int task = shares.take(share); task >= 0; task = shares.take(share)) {
                Workers.stopIfCancelled();
                int first = task / panels * perGroup;
                int end = Math.min(x.blocks(), first + perGroup);
                pass.multiply(first, end, task % panels, following(shares, share, task, matrix));
            }
        });
    }

    /// What a thread multiplies with after a task, or null. A wrong guess costs time and nothing else.
    private PanelMatrix.Slice following(Shares shares, int share, int task, PanelMatrix matrix) {
        if (!shares.owns(share, task)) {
            return null;
        }
        if (shares.owns(share, task + 1)) {
            return matrix.slice((task + 1) % matrix.panels(), 0);
        }
        return follower == null ? null : follower.slice(shares.first(follower.panels(), share), 0);
    }

    private static int groups(RowPanels x, int tasks, int threads, int maxBlocks) {
        int forThreads = Math.min(x.blocks() / MIN_BLOCKS, (4 * threads + tasks - 1) / tasks);
        return Math.max(1, Math.max(forThreads, (x.blocks() + maxBlocks - 1) / maxBlocks));
    }

    private void applyTogether(Engine engine, PanelMatrix matrix, RowPanels x, Sink sink) {
        int side = matrix.panelsSideBySide(engine.workers().threads());
        int sides = (matrix.panels() + side - 1) / side;
        int groups = groups(x, sides, engine.workers().threads(), MAX_JOINED_BLOCKS);
        int perGroup = (x.blocks() + groups - 1) / groups;
        engine.workers().run(sides * groups, task -> {
            int firstBlock = task / sides * perGroup;
            int endBlock = Math.min(x.blocks(), firstBlock + perGroup);
            int panel = task % sides * side;
            if (firstBlock < endBlock) {
                int panels = Math.min(side, matrix.panels() - panel);
                together(engine.kernels(), matrix, x, firstBlock, endBlock, panel, panels, sink);
            }
        });
    }

    private void together(Kernels kernels, PanelMatrix matrix, RowPanels x, int firstBlock, int endBlock,
            int firstPanel, int panels, Sink sink) {
        int width = panels * PANEL;
        float[] all = new float[(endBlock - firstBlock) * Kernels.BLOCK * width];
        matrix.multiplyTogether(kernels, x, firstBlock, endBlock, firstPanel, panels, bias, firstPanel * PANEL, all);
        float[] tile = new float[Kernels.BLOCK * PANEL];
        for (int block = firstBlock; block < endBlock; block++) {
            for (int panel = 0; panel < panels; panel++) {
                for (int r = 0; r < x.height(block); r++) {
                    int row = (block - firstBlock) * Kernels.BLOCK + r;
                    System.arraycopy(all, row * width + panel * PANEL, tile, r * PANEL, PANEL);
                }
                sink.take(tile, 0, block, (firstPanel + panel) * PANEL, matrix.columnsOf(firstPanel + panel));
            }
        }
    }

    private void applyToRow(Engine engine, PanelMatrix matrix, RowPanels row, Sink sink) {
        int panels = matrix.panels();
        int side = matrix.panelsSideBySide(engine.workers().threads());
        engine.workers().run((panels + side - 1) / side, task -> {
            int first = task * side;
            int end = Math.min(panels, first + side);
            float[] tile = Arrays.copyOfRange(bias, first * PANEL, end * PANEL);
            matrix.multiplyRow(engine.kernels(), row, first, end - first, tile, 0);
            sink.take(tile, 0, 0, first * PANEL, Math.min(matrix.columns(), end * PANEL) - first * PANEL);
        });
    }

    /// What one thread works in on its way through panels, each with some blocks of rows.
    private final class Pass {

        private final Kernels kernels;
        private final PanelMatrix matrix;
        private final RowPanels x;
        /// All blocks of a task, before any of them goes to the sink: a slice of the depth goes on where the one before it ended.
        private final float[] tiles;
        private final Sink sink;

        Pass(Engine engine, PanelMatrix matrix, RowPanels x, int blocks, Sink sink) {
            kernels = engine.kernels();
            this.matrix = matrix;
            this.x = x;
            tiles = new float[blocks * TILE];
            this.sink = sink;
        }

        /// One panel.
        ///
        /// @param following what comes after it, or null
        void multiply(int firstBlock, int endBlock, int panel, PanelMatrix.Slice following) {
            int slices = matrix.slices();
            for (int slice = 0; slice < slices; slice++) {
                PanelMatrix.Slice now = matrix.slice(panel, slice);
                PanelMatrix.Slice then = slice < slices - 1 ? matrix.slice(panel, slice + 1) : following;
                for (int block = firstBlock; block < endBlock; block++) {
                    now.multiply(kernels, x, block, block == firstBlock ? then : null,
                            bias, panel * PANEL, 0, tiles, (block - firstBlock) * TILE, PANEL);
                }
            }
            for (int block = firstBlock; block < endBlock; block++) {
                sink.take(tiles, (block - firstBlock) * TILE, block, panel * PANEL, matrix.columnsOf(panel));
            }
        }
    }
}
