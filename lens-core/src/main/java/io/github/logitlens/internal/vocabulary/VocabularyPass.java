package io.github.logitlens.internal.vocabulary;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.internal.kernel.Products;
import io.github.logitlens.internal.kernel.Reduction;
import io.github.logitlens.internal.kernel.Tile;
import io.github.logitlens.internal.kernel.VocabularyDistances;
import io.github.logitlens.internal.kernel.VocabularyStatistics;
import io.github.logitlens.internal.layer.Transformer;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.internal.matrix.VocabularyWeight;
import java.util.function.Supplier;

/// Some positions, read in one pass over `W_U`, or two; their logits are reduced tile by tile and never stored.
final class VocabularyPass {

    private static final int PANEL = Kernels.PANEL;

    private final Unembedder unembedder;
    private final Transformer transformer;
    private final Engine engine;
    private final Stretches stretches;
    private final float[] residuals;
    private final int firstPosition;
    private final int positions;
    private final int points;
    private final int positionsPerTile;
    private final VocabularyQuery query;
    private final Reduction reduction;
    private final RowPanels[] tiles;
    private final Limits limits;
    /// `[targets][rows]`
    private final float[][] targetLogits;
    /// `[positions][kept points][vocabSize]`
    private final float[][][] kept;
    /// All logits of the only row, `[vocabSize]`, or null where there are more: alone it is multiplied with several panels at
    /// once, since it waits for memory.
    private float[] onlyRow;

    /// @param residuals        `[positions, points, dModel]` of all passes, *not modified*
    /// @param firstPosition    the first position of this one
    /// @param positions        how many it reads
    /// @param positionsPerTile how many of them are reduced at a time
    VocabularyPass(Unembedder unembedder, float[] residuals, int firstPosition, int positions, int positionsPerTile,
            VocabularyQuery query, Reduction reduction) {
        this.unembedder = unembedder;
        transformer = unembedder.transformer();
        engine = unembedder.engine();
        stretches = unembedder.stretches();
        this.residuals = residuals;
        this.firstPosition = firstPosition;
        this.positions = positions;
        this.positionsPerTile = positionsPerTile;
        this.query = query;
        this.reduction = reduction;
        points = query.points;
        int rows = positions * points;
        tiles = new RowPanels[(positions + positionsPerTile - 1) / positionsPerTile];
        limits = new Limits(VocabularyStatistics.noLimits(rows), VocabularyStatistics.noLimits(rows));
        targetLogits = new float[reduction.targets()[0].length][rows];
        kept = new float[positions][query.keptPoints][unembedder.vocabSize()];
    }

    private int positionsOf(int tile) {
        return Math.min(positionsPerTile, positions - tile * positionsPerTile);
    }

    private int firstRow(int tile) {
        return tile * positionsPerTile * points;
    }

    /// Reads all positions.
    void read(VocabularyReadings readings) {
        engine.workers().run(tiles.length, tile -> {
            tiles[tile] = new RowPanels(positionsOf(tile) * points, unembedder.dModel());
            unembedder.pack(residuals, firstPosition * points + firstRow(tile), tiles[tile]);
            readTargets(tile);
        });
        onlyRow = positions * points == 1 ? unembedder.logits(tiles[0]) : null;
        VocabularyStatistics[] statistics = new VocabularyStatistics[stretches.count()];
        engine.workers().run(statistics.length, stretch -> statistics[stretch] = reduce(stretch));
        VocabularyMerge merge = new VocabularyMerge(query, reduction, statistics, targetLogits, positions * points,
                this::logits, readings, firstPosition * points);
        engine.workers().run(positions, merge::position);
        if (query.distances) {
            readDistances(merge);
        }
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < query.keptPoints; i++) {
                readings.setLogits(firstPosition + position, points - query.keptPoints + i, kept[position][i]);
            }
        }
    }

    /// The targets' logits, by the same chains as all others.
    private void readTargets(int tile) {
        RowPanels rows = tiles[tile];
        float[] logits = new float[Kernels.BLOCK * PANEL];
        for (int t = 0; t < targetLogits.length; t++) {
            for (int block = 0; block < rows.blocks(); block++) {
                int panel = -1;
                for (int r = 0; r < rows.rowsOf(block); r++) {
                    int row = firstRow(tile) + rows.firstRow(block) + r;
                    int id = reduction.targets()[row / points][t];
                    if (id >= 0 && id / PANEL != panel) {
                        panel = id / PANEL;
                        multiply(rows, block, panel, logits);
                    }
                    targetLogits[t][row] = id < 0 ? Float.NaN : logits[r * PANEL + id % PANEL];
                }
            }
        }
    }

    private void multiply(RowPanels rows, int block, int panel, float[] logits) {
        transformer.unembedding().use(panel, 1, (matrix, at) ->
                engine.kernels().products().multiplyAll(
                        rows.blocks(block, block + 1), matrix.panels(at, 1), Tile.ZEROS, Tile.of(logits, 0), null));
    }

    private VocabularyStatistics reduce(int stretch) {
        VocabularyStatistics statistics = statistics((stretches.firstPanel(stretch + 1) - stretches.firstPanel(stretch)) * PANEL);
        VocabularyWeight weight = transformer.unembedding();
        forEachTile(stretch, (logits, panel, tile) -> {
            keep(logits, panel, weight.columnsOf(panel), tile);
            engine.kernels().vocabulary().reduce(logits, weight.columnsOf(panel), panel * PANEL, statistics, firstRow(tile), positionsOf(tile));
        });
        raiseLimits(statistics);
        return statistics;
    }

    private void keep(float[] logits, int panel, int columns, int tile) {
        for (int position = 0; query.keptPoints > 0 && position < positionsOf(tile); position++) {
            float[][] rows = kept[tile * positionsPerTile + position];
            for (int i = 0; i < rows.length; i++) {
                int row = position * points + points - rows.length + i;
                System.arraycopy(logits, row * PANEL, rows[i], panel * PANEL, columns);
            }
        }
    }

    /// The statistics of a stretch start from what the stretches before it found: only a logit that exceeds the k-th
    /// greatest of one of them, or equals it, can be among the k greatest of all.
    private VocabularyStatistics statistics(int columns) {
        synchronized (limits) {
            return new VocabularyStatistics(positions * points, reduction.within(columns), targetLogits,
                    limits.top().clone(), limits.bottom().clone());
        }
    }

    private void raiseLimits(VocabularyStatistics statistics) {
        synchronized (limits) {
            if (statistics.top().k() == reduction.top()) {
                statistics.top().raise(limits.top());
            }
            if (statistics.bottom().k() == reduction.bottom()) {
                statistics.bottom().raise(limits.bottom());
            }
        }
    }

    /// Computes the logits of a stretch of the vocabulary, panel by panel, a tile of rows at a time.
    private void forEachTile(int stretch, TileReader reader) {
        if (onlyRow != null) {
            forEachPanelOfTheOnlyRow(stretch, reader);
            return;
        }
        VocabularyWeight weight = transformer.unembedding();
        Products products = engine.kernels().products();
        int firstPanel = stretches.firstPanel(stretch);
        int end = stretches.firstPanel(stretch + 1);
        if (firstPanel < end && weight.ahead(firstPanel) != null) {
            products.fetch(weight.ahead(firstPanel));
        }
        int side = products.panelsAtOnce(positionsPerTile * points);
        float[] logits = new float[side * tileSize()];
        for (int first = firstPanel; first < end; first += Kernels.ROW_PANELS) {
            int group = first;
            int count = Math.min(Kernels.ROW_PANELS, end - first);
            weight.use(first, count, (matrix, at) -> {
                for (int panel = 0; panel < count; panel += side) {
                    int following = group + panel + side;
                    Panels next = following < group + count ? matrix.panels(at + panel + side, 1)
                            : following < end ? weight.ahead(following) : null;
                    read(matrix.panels(at + panel, Math.min(side, count - panel)), group + panel, next, logits, reader);
                }
            });
        }
    }

    /// Values that the tiles' rows take of one panel, in whole blocks.
    private int tileSize() {
        return (positionsPerTile * points + Kernels.BLOCK - 1) / Kernels.BLOCK * Kernels.BLOCK * PANEL;
    }

    /// Some neighbouring panels, a tile of rows at a time.
    ///
    /// @param panel  the first of them
    /// @param next   what comes after them, or null
    /// @param logits scratch for a tile of each
    private void read(Panels panels, int panel, Panels next, float[] logits, TileReader reader) {
        int size = tileSize();
        for (int tile = 0; tile < tiles.length; tile++) {
            Workers.stopIfCancelled();
            RowPanels rows = tiles[tile];
            engine.kernels().products().multiplyAll(rows.blocks(0, rows.blocks()), panels, Tile.ZEROS,
                    new Tile(logits, 0, PANEL, size), tile == 0 ? next : null);
            for (int i = 0; i < panels.count(); i++) {
                System.arraycopy(logits, i * size, logits, 0, i == 0 ? 0 : size);
                reader.read(logits, panel + i, tile);
            }
        }
    }

    private void forEachPanelOfTheOnlyRow(int stretch, TileReader reader) {
        float[] logits = new float[PANEL];
        for (int panel = stretches.firstPanel(stretch); panel < stretches.firstPanel(stretch + 1); panel++) {
            System.arraycopy(onlyRow, panel * PANEL, logits, 0, transformer.unembedding().columnsOf(panel));
            reader.read(logits, panel, 0);
        }
    }

    private float[] logits(int row) {
        RowPanels one = new RowPanels(1, unembedder.dModel());
        int tile = row / (positionsPerTile * points);
        tiles[tile].unpack(row - firstRow(tile), one.data(), 0);
        return unembedder.logits(one);
    }

    private void readDistances(VocabularyMerge merge) {
        VocabularyDistances[] distances = new VocabularyDistances[stretches.count()];
        Supplier<VocabularyDistances> none = merge.distances();
        engine.workers().run(distances.length, stretch -> distances[stretch] = compare(stretch, none.get()));
        for (int row = 0; row < positions * points; row++) {
            merge.distances(distances, row);
        }
    }

    private VocabularyDistances compare(int stretch, VocabularyDistances distances) {
        VocabularyWeight weight = transformer.unembedding();
        forEachTile(stretch, (logits, panel, tile) -> engine.kernels().vocabulary().compare(
                logits, weight.columnsOf(panel), distances, firstRow(tile), positionsOf(tile)));
        return distances;
    }

    /// What becomes of one tile's logits of one panel.
    @FunctionalInterface
    private interface TileReader {

        /// `logits` is `[rows][64]`, *not modified*.
        void read(float[] logits, int panel, int tile);
    }

    /// What a logit has to exceed to be among the greatest of the whole vocabulary, or, its sign changed, among the least:
    /// `[rows]` each, raised by stretch after stretch.
    private record Limits(float[] top, float[] bottom) {
    }
}
