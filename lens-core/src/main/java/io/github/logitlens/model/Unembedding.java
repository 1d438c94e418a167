package io.github.logitlens.model;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.RankedLogits;
import io.github.logitlens.internal.kernel.Reduction;
import io.github.logitlens.internal.kernel.VocabularyDistances;
import io.github.logitlens.internal.kernel.VocabularyStatistics;
import io.github.logitlens.internal.layer.Engine;
import io.github.logitlens.internal.layer.PanelMatrix;
import io.github.logitlens.internal.layer.RowPanels;
import io.github.logitlens.internal.layer.Transformer;
import io.github.logitlens.internal.layer.VocabularyWeight;
import java.util.Arrays;
import java.util.function.Function;

/// `LN_f(h) · W_U`: the model's last step, and the logit lens when `h` is an earlier residual.
///
/// The statistics of `LN_f` are recomputed for each residual; [#withoutNorm] leaves the LayerNorm out. All residuals go
/// through one pass over `W_U`, whose logits are reduced tile by tile and never stored: memory is O(rows · k), not
/// O(rows · vocabSize). What needs normalised probabilities ([VocabularyQuery#distances]) takes a second pass.
public final class Unembedding {

    private static final int PANEL = Kernels.PANEL;
    /// The vocabulary is reduced in this many stretches, merged in order: the same bits for any number of threads.
    private static final int STRETCHES = 16;
    /// Rows whose logits of one panel are reduced while they are in the first-level cache.
    private static final int TILE_ROWS = 96;
    private static final int BATCH_ROWS = 1024;
    private static final long BATCH_TOP_BYTES = 32L << 20;

    private final Transformer transformer;
    private final Engine engine;
    private final boolean normalizes;

    Unembedding(Transformer transformer, Engine engine) {
        this(transformer, engine, true);
    }

    private Unembedding(Transformer transformer, Engine engine, boolean normalizes) {
        this.transformer = transformer;
        this.engine = engine;
        this.normalizes = normalizes;
    }

    /// `h · W_U`: the same readings of rows as they are, whether raw residuals or rows normalised elsewhere.
    ///
    /// @return an unembedding without the LayerNorm before it
    public Unembedding withoutNorm() {
        return new Unembedding(transformer, engine, false);
    }

    /// The gain `γ` of the final LayerNorm.
    ///
    /// @return `[dModel]`, a copy
    public float[] gain() {
        return transformer.finalNorm().gain().clone();
    }

    /// The bias `β` of the final LayerNorm.
    ///
    /// @return `[dModel]`, a copy
    public float[] bias() {
        return transformer.finalNorm().bias().clone();
    }

    /// `LN_f(h)`: what the model multiplies with `W_U` where `h` is the final residual. [#withoutNorm] makes the same logits of it.
    ///
    /// @param residual `[dModel]`, *not modified*
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if the residual has another length
    public float[] normalized(float[] residual) {
        checkLength(residual);
        RowPanels row = new RowPanels(1, dModel());
        transformer.finalNorm().pack(engine.kernels(), residual, 0, row, 0);
        return row.data();
    }

    /// A token's column of `W_U`: what a normalised row is multiplied with to become the token's logit.
    ///
    /// @param token id in `[0, vocabSize)`
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such token
    /// @throws IllegalStateException    after the model's `close()`
    public float[] direction(int token) {
        if (token < 0 || token >= vocabSize()) {
            throw new IllegalArgumentException("token: expected an id from 0 to " + (vocabSize() - 1) + ", got " + token);
        }
        return transformer.lifetime().during(() -> {
            float[] column = new float[dModel()];
            transformer.unembedding().column(token, column, 0);
            return column;
        });
    }

    private void checkLength(float[] residual) {
        if (residual.length != dModel()) {
            throw new IllegalArgumentException("residual: expected " + dModel() + " values (dModel), got " + residual.length);
        }
    }

    private void pack(float[] residuals, int firstRow, RowPanels out, int block) {
        if (normalizes) {
            transformer.finalNorm().pack(engine.kernels(), residuals, firstRow, out, block);
        } else {
            int from = (firstRow + out.firstRow(block)) * dModel();
            out.pack(engine.kernels(), block, residuals, from, dModel(), 0, dModel());
        }
    }

    /// The width of a residual.
    ///
    /// @return dModel
    public int dModel() {
        return transformer.config().dModel();
    }

    /// How many logits a residual has.
    ///
    /// @return vocabSize
    public int vocabSize() {
        return transformer.config().vocabSize();
    }

    /// All logits of one residual.
    ///
    /// @param residual `[dModel]`, *not modified*
    /// @return `[vocabSize]`, owned by the caller
    /// @throws IllegalArgumentException if the residual has another length
    /// @throws IllegalStateException    after the model's `close()`
    public float[] logits(float[] residual) {
        checkLength(residual);
        return transformer.lifetime().during(() -> {
            RowPanels row = new RowPanels(1, dModel());
            pack(residual, 0, row, 0);
            return logits(row);
        });
    }

    private float[] logits(RowPanels row) {
        VocabularyWeight weight = transformer.unembedding();
        float[] logits = new float[weight.panels() * PANEL];
        int side = weight.panelsSideBySide(engine.workers().threads());
        engine.workers().run((weight.panels() + side - 1) / side, task -> {
            int first = task * side;
            int count = Math.min(side, weight.panels() - first);
            weight.use(first, count, (matrix, at) ->
                    matrix.multiplyRow(engine.kernels(), row, at, count, logits, first * PANEL));
        });
        return Arrays.copyOf(logits, vocabSize());
    }

    /// Reads residuals: their most likely tokens, and statistics over the whole vocabulary.
    ///
    /// @param residuals `[positions, points, dModel]`, row-major, *not modified*; the last point of each position is the one
    ///                  that the others are compared with
    /// @param points    residuals per position, at least 1
    /// @param topK      tokens per residual, at least 1
    /// @param tracked   ids whose logit and rank are wanted; *not modified*
    /// @return the readings
    /// @throws IllegalArgumentException if the array is not a whole number of positions, or an id lies outside the vocabulary
    /// @throws IllegalStateException    after the model's `close()`
    public VocabularyReadings read(float[] residuals, int points, int topK, int... tracked) {
        return read(residuals, VocabularyQuery.points(points).top(topK).track(tracked));
    }

    /// Reads residuals: what a query asks for.
    ///
    /// @param residuals `[positions, query's points, dModel]`, row-major, *not modified*; the last point of each position is
    ///                  the one that the others are compared with
    /// @param query     what to read
    /// @return the readings
    /// @throws IllegalArgumentException if the array is not a whole number of positions, an id lies outside the vocabulary,
    ///                                  or there is not one next token per position
    /// @throws IllegalStateException    after the model's `close()`
    public VocabularyReadings read(float[] residuals, VocabularyQuery query) {
        int perPosition = Math.multiplyExact(query.points, dModel());
        if (residuals.length == 0 || residuals.length % perPosition != 0) {
            throw new IllegalArgumentException("residuals: expected a multiple of " + query.points + " points × "
                    + dModel() + " values (dModel), got " + residuals.length);
        }
        int positions = residuals.length / perPosition;
        checkTargets(query, positions);
        int topK = Math.min(query.topK, vocabSize());
        int bottomK = Math.min(query.bottomK, vocabSize());
        int[][] targets = query.targets(positions);
        return transformer.lifetime().during(() -> {
            VocabularyReadings readings = new VocabularyReadings(positions * query.points, query, topK, bottomK);
            int positionsPerTile = positionsPerTile(query.points);
            int widest = stretchColumns();
            int kept = Math.min(topK, widest) + Math.min(bottomK, widest);
            long rowsByMemory = BATCH_TOP_BYTES / (8L * STRETCHES * kept);
            int batch = (int) Math.max(positionsPerTile,
                    Math.min(BATCH_ROWS, rowsByMemory) / query.points / positionsPerTile * positionsPerTile);
            for (int first = 0; first < positions; first += batch) {
                int count = Math.min(batch, positions - first);
                int[][] ids = Arrays.copyOfRange(targets, first, first + count);
                Reduction reduction =
                        new Reduction(query.points, topK, bottomK, ids, query.ranked(), query.references());
                new Batch(residuals, first, count, positionsPerTile, query, reduction, readings).read();
            }
            return readings;
        });
    }

    private void checkTargets(VocabularyQuery query, int positions) {
        for (int id : query.tracked) {
            if (id < 0 || id >= vocabSize()) {
                throw new IllegalArgumentException(
                        "tracked token: expected an id from 0 to " + (vocabSize() - 1) + ", got " + id);
            }
        }
        if (query.next.length > 0 && query.next.length != positions) {
            throw new IllegalArgumentException(
                    "next tokens: expected " + positions + ", one per position, got " + query.next.length);
        }
        for (int id : query.next) {
            if (id < -1 || id >= vocabSize()) {
                throw new IllegalArgumentException("next token: expected an id from 0 to " + (vocabSize() - 1)
                        + ", or -1 for none, got " + id);
            }
        }
    }

    /// Whole positions, and whole blocks of rows where that is possible.
    private static int positionsPerTile(int points) {
        int most = Math.max(1, TILE_ROWS / points);
        for (int positions = most; positions > most / 2; positions--) {
            if (positions * points % Kernels.BLOCK == 0) {
                return positions;
            }
        }
        return most;
    }

    private int panels() {
        return transformer.unembedding().panels();
    }

    /// Panels that a kernel may take together stay in one stretch.
    private int sides() {
        return (panels() + Kernels.ROW_PANELS - 1) / Kernels.ROW_PANELS;
    }

    private int stretches() {
        return Math.min(STRETCHES, sides());
    }

    private int firstPanel(int stretch) {
        return Math.min(panels(), stretch * sides() / stretches() * Kernels.ROW_PANELS);
    }

    /// The most columns that a stretch has.
    private int stretchColumns() {
        return (sides() + stretches() - 1) / stretches() * Kernels.ROW_PANELS * PANEL;
    }

    /// Some positions, read in one pass over `W_U`, or two.
    private final class Batch {

        private final float[] residuals;
        private final int firstPosition;
        private final int positions;
        private final int points;
        private final int positionsPerTile;
        private final VocabularyQuery query;
        private final Reduction reduction;
        private final VocabularyReadings readings;
        private final RowPanels[] tiles;
        private final Merged[] merged;
        private final Limits limits;
        /// `[targets][rows]`
        private final float[][] targetLogits;

        Batch(float[] residuals, int firstPosition, int positions, int positionsPerTile, VocabularyQuery query,
                Reduction reduction, VocabularyReadings readings) {
            this.residuals = residuals;
            this.firstPosition = firstPosition;
            this.positions = positions;
            this.positionsPerTile = positionsPerTile;
            this.query = query;
            this.reduction = reduction;
            this.readings = readings;
            points = query.points;
            tiles = new RowPanels[(positions + positionsPerTile - 1) / positionsPerTile];
            merged = new Merged[positions * points];
            limits = new Limits(VocabularyStatistics.noLimits(merged.length), VocabularyStatistics.noLimits(merged.length));
            targetLogits = new float[reduction.targets()[0].length][positions * points];
        }

        private int positionsOf(int tile) {
            return Math.min(positionsPerTile, positions - tile * positionsPerTile);
        }

        private int firstRow(int tile) {
            return tile * positionsPerTile * points;
        }

        void read() {
            engine.workers().run(tiles.length, tile -> {
                tiles[tile] = new RowPanels(positionsOf(tile) * points, dModel());
                for (int block = 0; block < tiles[tile].blocks(); block++) {
                    pack(residuals, firstPosition * points + firstRow(tile), tiles[tile], block);
                }
                readTargets(tile);
            });
            VocabularyStatistics[] statistics = new VocabularyStatistics[stretches()];
            engine.workers().run(statistics.length, stretch -> statistics[stretch] = reduce(stretch));
            engine.workers().run(positions, position -> merge(statistics, position));
            if (query.distances) {
                readDistances();
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
                    matrix.multiply(engine.kernels(), rows, block, at, Kernels.ZEROS, 0, 0, logits, 0, PANEL));
        }

        private VocabularyStatistics reduce(int stretch) {
            VocabularyStatistics statistics = statistics((firstPanel(stretch + 1) - firstPanel(stretch)) * PANEL);
            VocabularyWeight weight = transformer.unembedding();
            forEachTile(stretch, (logits, panel, tile) -> engine.kernels().reduce(logits, weight.columnsOf(panel),
                    panel * PANEL, statistics, firstRow(tile), positionsOf(tile)));
            raiseLimits(statistics);
            return statistics;
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
            if (!engine.kernels().joinsPanels() && transformer.unembedding() instanceof PanelMatrix matrix) {
                forEachTileAhead(matrix, stretch, reader);
            } else {
                forEachTileTogether(stretch, reader);
            }
        }

        /// The next panel comes from memory meanwhile.
        private void forEachTileAhead(PanelMatrix matrix, int stretch, TileReader reader) {
            float[] logits = new float[(positionsPerTile * points + Kernels.BLOCK) * PANEL];
            matrix.slice(firstPanel(stretch), 0).fetch(engine.kernels());
            for (int panel = firstPanel(stretch); panel < firstPanel(stretch + 1); panel++) {
                PanelMatrix.Slice next = panel + 1 < firstPanel(stretch + 1) ? matrix.slice(panel + 1, 0) : null;
                for (int tile = 0; tile < tiles.length; tile++) {
                    for (int slice = 0; slice < matrix.slices(); slice++) {
                        PanelMatrix.Slice then = slice < matrix.slices() - 1 ? matrix.slice(panel, slice + 1) : next;
                        multiply(tiles[tile], matrix.slice(panel, slice), tile == 0 ? then : null, logits);
                    }
                    reader.read(logits, panel, tile);
                }
            }
        }

        private void multiply(RowPanels rows, PanelMatrix.Slice slice, PanelMatrix.Slice next, float[] logits) {
            for (int block = 0; block < rows.blocks(); block++) {
                slice.multiply(engine.kernels(), rows, block, block == 0 ? next : null,
                        Kernels.ZEROS, 0, 0, logits, rows.firstRow(block) * PANEL, PANEL);
            }
        }

        /// The same with panels taken together.
        private void forEachTileTogether(int stretch, TileReader reader) {
            int side = Kernels.ROW_PANELS;
            int rows = (positionsPerTile * points + Kernels.BLOCK - 1) / Kernels.BLOCK * Kernels.BLOCK;
            float[] all = new float[rows * side * PANEL];
            float[] logits = new float[rows * PANEL];
            int panels;
            for (int first = firstPanel(stretch); first < firstPanel(stretch + 1); first += panels) {
                panels = Math.min(side, firstPanel(stretch + 1) - first);
                readTogether(first, panels, all, logits, reader);
            }
        }

        private void readTogether(int first, int panels, float[] all, float[] logits, TileReader reader) {
            float[] start = new float[panels * PANEL];
            transformer.unembedding().use(first, panels, (matrix, at) -> {
                for (int tile = 0; tile < tiles.length; tile++) {
                    RowPanels rows = tiles[tile];
                    matrix.multiplyTogether(engine.kernels(), rows, 0, rows.blocks(), at, panels, start, 0, all);
                    for (int panel = 0; panel < panels; panel++) {
                        for (int row = 0; row < rows.rows(); row++) {
                            System.arraycopy(all, (row * panels + panel) * PANEL, logits, row * PANEL, PANEL);
                        }
                        reader.read(logits, first + panel, tile);
                    }
                }
            });
        }

        private void merge(VocabularyStatistics[] statistics, int position) {
            int last = position * points + points - 1;
            merged[last] = new Merged(statistics, last);
            for (int point = 0; point < points; point++) {
                int row = position * points + point;
                if (row != last) {
                    merged[row] = new Merged(statistics, row);
                }
                mergeStatistics(statistics, row, last);
                mergeRanked(statistics, VocabularyStatistics::top, row, readings.topK(), 1, readings::setTop);
                mergeRanked(statistics, VocabularyStatistics::bottom, row, readings.bottomK(), -1, readings::setBottom);
                mergeTargets(statistics, row);
            }
        }

        private int out(int row) {
            return firstPosition * points + row;
        }

        private void mergeStatistics(VocabularyStatistics[] statistics, int row, int last) {
            Merged own = merged[row];
            Merged end = merged[last];
            double cross = 0;
            for (VocabularyStatistics part : statistics) {
                cross += part.cross(row) * StrictMath.exp(part.max(last) - end.max);
            }
            double kl = row == last ? 0 : divergence(cross / end.sum - (end.logSumExp() - own.logSumExp()));
            readings.setStatistics(out(row), own.logSumExp(), own.entropy(), kl);
            int set = 0;
            if (query.klFromFinal) {
                readings.setKlFromFinal(out(row), row == last ? 0 : ownDivergence(statistics, set, row, last));
                set++;
            }
            if (query.previous.length > 0) {
                int point = row % points;
                int previous = query.previous[point];
                readings.setChange(
                        out(row), previous < 0 ? Double.NaN : ownDivergence(statistics, set, row, row - point + previous));
            }
        }

        /// `KL(row ‖ reference)` of the sums that the row's own weights made.
        private double ownDivergence(VocabularyStatistics[] statistics, int set, int row, int reference) {
            Merged own = merged[row];
            double cross = 0;
            for (VocabularyStatistics part : statistics) {
                cross += part.ownCross(set, row) * StrictMath.exp(part.max(row) - own.max);
            }
            return divergence(cross / own.sum - (own.logSumExp() - merged[reference].logSumExp()));
        }

        /// No divergence is negative, but a difference of rounded numbers can be; NaN stays NaN.
        private static double divergence(double rounded) {
            return Math.max(0, rounded);
        }

        private void mergeTargets(VocabularyStatistics[] statistics, int row) {
            int tracked = query.tracked.length;
            for (int t = 0; t < tracked; t++) {
                readings.setTracked(out(row), t, targetLogits[t][row], rank(statistics, row, t));
            }
            if (query.next.length > 0) {
                readings.setNextLogit(out(row), targetLogits[tracked][row]);
            }
            if (query.nextRanks) {
                boolean follows = reduction.targets()[row / points][tracked] >= 0;
                readings.setNextRank(out(row), follows ? rank(statistics, row, tracked) : 0);
            }
        }

        private static int rank(VocabularyStatistics[] statistics, int row, int t) {
            int rank = 1;
            for (VocabularyStatistics part : statistics) {
                rank += part.before(row, t);
            }
            return rank;
        }

        /// Merges the greatest logits, or with a sign of −1 the least ones, which are kept with their signs changed.
        private void mergeRanked(VocabularyStatistics[] statistics, Function<VocabularyStatistics, RankedLogits> side,
                int row, int k, int sign, RankSink sink) {
            int[] taken = new int[statistics.length];
            for (int rank = 0; rank < k; rank++) {
                RankedLogits best = null;
                int from = -1;
                for (int s = 0; s < statistics.length; s++) {
                    RankedLogits part = side.apply(statistics[s]);
                    if (taken[s] < part.count(row)
                            && (from < 0 || part.logit(row, taken[s]) > best.logit(row, taken[from]))) {
                        best = part;
                        from = s;
                    }
                }
                if (from < 0) {
                    fillRanked(row, rank, k, sign, sink);
                    return;
                }
                sink.set(out(row), rank, best.id(row, taken[from]), sign * best.logit(row, taken[from]));
                taken[from]++;
            }
        }

        /// Logits that pass no threshold come last, by id: infinite ones of the far end, then NaN.
        private void fillRanked(int row, int rank, int k, int sign, RankSink sink) {
            RowPanels one = new RowPanels(1, dModel());
            int tile = row / (positionsPerTile * points);
            tiles[tile].unpack(row - firstRow(tile), one.data(), 0);
            float[] logits = logits(one);
            int next = rank;
            for (int pass = 0; pass < 2; pass++) {
                for (int id = 0; id < logits.length && next < k; id++) {
                    if (pass == 0 ? sign * logits[id] == Float.NEGATIVE_INFINITY : Float.isNaN(logits[id])) {
                        sink.set(out(row), next++, id, logits[id]);
                    }
                }
            }
        }

        private void readDistances() {
            float[] max = new float[merged.length];
            float[] inverse = new float[merged.length];
            float[] logSum = new float[merged.length];
            for (int row = 0; row < merged.length; row++) {
                max[row] = (float) merged[row].max;
                inverse[row] = (float) (1 / merged[row].sum);
                logSum[row] = (float) StrictMath.log(merged[row].sum);
            }
            VocabularyDistances[] distances = new VocabularyDistances[stretches()];
            engine.workers().run(distances.length, stretch -> distances[stretch] =
                    compare(stretch, new VocabularyDistances(points, max, inverse, logSum)));
            for (int row = 0; row < merged.length; row++) {
                mergeDistances(distances, row);
            }
        }

        private VocabularyDistances compare(int stretch, VocabularyDistances distances) {
            VocabularyWeight weight = transformer.unembedding();
            forEachTile(stretch, (logits, panel, tile) -> engine.kernels().compare(
                    logits, weight.columnsOf(panel), distances, firstRow(tile), positionsOf(tile)));
            return distances;
        }

        private void mergeDistances(VocabularyDistances[] distances, int row) {
            double jensenShannon = 0;
            double variation = 0;
            for (VocabularyDistances part : distances) {
                jensenShannon += part.jensenShannon(row);
                variation += part.variation(row);
            }
            readings.setDistances(out(row), Math.min(StrictMath.log(2), jensenShannon / 2), Math.min(1, variation / 2));
        }
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

    /// Where a merged top or bottom goes.
    @FunctionalInterface
    private interface RankSink {

        void set(int row, int rank, int id, float logit);
    }

    /// One row's sums over the whole vocabulary, merged in the order of the stretches.
    private static final class Merged {

        private double max = Double.NEGATIVE_INFINITY;
        private double sum;
        private double weighted;

        Merged(VocabularyStatistics[] statistics, int row) {
            for (VocabularyStatistics part : statistics) {
                max = Math.max(max, part.max(row));
            }
            for (VocabularyStatistics part : statistics) {
                double shift = part.max(row) - max;
                double factor = StrictMath.exp(shift);
                sum += factor * part.sum(row);
                weighted += factor * (part.weighted(row) + shift * part.sum(row));
            }
        }

        double logSumExp() {
            return max + StrictMath.log(sum);
        }

        double entropy() {
            return StrictMath.log(sum) - weighted / sum;
        }
    }
}
