package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Shares;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.internal.kernel.Products;
import io.github.logitlens.internal.kernel.Tile;
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

    private final BlockWeight weight;
    private final float[] bias;
    private BlockWeight follower;

    /// What becomes of a finished tile, while it is in the first-level cache.
    @FunctionalInterface
    interface Sink {

        /// Takes one tile; called by any thread, once per block and panel.
        ///
        /// @param tile    `[height of the block][64]`, *owned by the sink during the call*
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
    void leadsTo(BlockWeight follower) {
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
                engine.kernels().rows().add(out, (x.firstRow(block) + r) * weight.columns() + column, tile, offset + r * PANEL, columns);
            }
        });
    }

    /// Computes every row, tile by tile.
    ///
    /// @param x `[rows, depth]`, *not modified*
    void apply(Engine engine, RowPanels x, Sink sink) {
        weight.use(engine, matrix -> apply(engine, matrix, x, sink));
    }

    private void apply(Engine engine, PanelMatrix matrix, RowPanels x, Sink sink) {
        Products products = engine.kernels().products();
        int threads = engine.workers().threads();
        int side = matrix.panelsSideBySide(products.panelsAtOnce(x.rows()), threads);
        int sides = (matrix.panels() + side - 1) / side;
        int groups = groups(x, sides, threads, MAX_BLOCKS / side);
        int perGroup = (x.blocks() + groups - 1) / groups;
        Shares shares = new Shares(sides * groups, threads);
        engine.workers().run(shares.count(), slot -> {
            int share = shares.begin(Workers.place());
            if (x.rows() > 1) {
                products.fetch(matrix.panels(shares.first(share) % sides * side, 1));
            }
            Pass pass = new Pass(products, matrix, x, side, perGroup, sink);
            for (int task = shares.take(share); task >= 0; task = shares.take(share)) {
                Workers.stopIfCancelled();
                int first = task / sides * perGroup;
                int end = Math.min(x.blocks(), first + perGroup);
                if (first < end) {
                    pass.multiply(first, end, task % sides * side, following(shares, share, task, matrix, side));
                }
            }
        });
    }

    /// What a thread multiplies with after a task, or null. A wrong guess costs time and nothing else.
    private Panels following(Shares shares, int share, int task, PanelMatrix matrix, int side) {
        if (!shares.owns(share, task)) {
            return null;
        }
        if (shares.owns(share, task + 1)) {
            int sides = (matrix.panels() + side - 1) / side;
            return matrix.ahead((task + 1) % sides * side);
        }
        return follower == null ? null : follower.ahead(shares.first(follower.panels(), share));
    }

    private static int groups(RowPanels x, int tasks, int threads, int maxBlocks) {
        int forThreads = Math.min(x.blocks() / MIN_BLOCKS, (4 * threads + tasks - 1) / tasks);
        return Math.max(1, Math.max(forThreads, (x.blocks() + maxBlocks - 1) / maxBlocks));
    }

    /// What one thread works in on its way through panels, each with some blocks of rows.
    private final class Pass {

        private final Products products;
        private final PanelMatrix matrix;
        private final RowPanels x;
        private final int side;
        /// `[side][blocks][6][64]`: all blocks of a task, before any of them goes to the sink.
        private final float[] tiles;
        private final int panelStride;
        private final Sink sink;

        Pass(Products products, PanelMatrix matrix, RowPanels x, int side, int blocks, Sink sink) {
            this.products = products;
            this.matrix = matrix;
            this.x = x;
            this.side = side;
            panelStride = x.rows() == 1 ? PANEL : blocks * TILE;
            tiles = new float[side * panelStride];
            this.sink = sink;
        }

        /// Some panels.
        ///
        /// @param following what comes after them, or null
        void multiply(int firstBlock, int endBlock, int firstPanel, Panels following) {
            int panels = Math.min(side, matrix.panels() - firstPanel);
            products.multiplyAll(x.blocks(firstBlock, endBlock), matrix.panels(firstPanel, panels),
                    Tile.row(bias, firstPanel * PANEL), new Tile(tiles, 0, PANEL, panelStride), following);
            for (int block = firstBlock; block < endBlock; block++) {
                for (int panel = 0; panel < panels; panel++) {
                    sink.take(tiles, panel * panelStride + (block - firstBlock) * TILE, block, (firstPanel + panel) * PANEL,
                            matrix.columnsOf(firstPanel + panel));
                }
            }
        }
    }
}
