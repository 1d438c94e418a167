package io.github.logitlens.model;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.VocabularyStatistics;
import io.github.logitlens.internal.layer.Engine;
import io.github.logitlens.internal.layer.PanelMatrix;
import io.github.logitlens.internal.layer.RowPanels;
import io.github.logitlens.internal.layer.Transformer;
import java.util.Arrays;

/// `LN_f(h) · W_U`: the model's last step, and the logit lens when `h` is an earlier residual.
///
/// The statistics of `LN_f` are recomputed for each residual; [#withoutNorm] leaves the LayerNorm out. All residuals go through one pass over `W_U`, whose logits
/// are reduced tile by tile and never stored: memory is O(rows · k), not O(rows · vocabSize).
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
            out.pack(block, residuals, (firstRow + out.firstRow(block)) * dModel(), dModel(), 0, dModel());
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
        PanelMatrix matrix = transformer.unembedding();
        float[] logits = new float[matrix.panels() * PANEL];
        engine.workers().run(matrix.panels(), panel -> multiply(row, 0, panel, logits, panel * PANEL));
        return Arrays.copyOf(logits, vocabSize());
    }

    private void multiply(RowPanels rows, int block, int panel, float[] tile, int tileOffset) {
        PanelMatrix matrix = transformer.unembedding();
        engine.kernels().multiply(rows.data(), rows.offset(block), rows.height(block), matrix.segment(panel),
                matrix.offset(panel), matrix.depth(), tile, tileOffset);
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
        int perPosition = Math.multiplyExact(points, dModel());
        if (points < 1 || residuals.length == 0 || residuals.length % perPosition != 0) {
            throw new IllegalArgumentException("residuals: expected a multiple of " + points + " points × " + dModel()
                    + " values (dModel), got " + residuals.length);
        }
        if (topK < 1) {
            throw new IllegalArgumentException("top-k: expected at least 1, got " + topK);
        }
        for (int id : tracked) {
            if (id < 0 || id >= vocabSize()) {
                throw new IllegalArgumentException(
                        "tracked token: expected an id from 0 to " + (vocabSize() - 1) + ", got " + id);
            }
        }
        int positions = residuals.length / perPosition;
        int k = Math.min(topK, vocabSize());
        return transformer.lifetime().during(() -> {
            VocabularyReadings readings = new VocabularyReadings(positions * points, points, k, tracked.length);
            int positionsPerTile = positionsPerTile(points);
            long rowsByMemory = BATCH_TOP_BYTES / (8L * STRETCHES * Math.min(k, stretchPanels() * PANEL));
            int batch = (int) Math.max(positionsPerTile,
                    Math.min(BATCH_ROWS, rowsByMemory) / points / positionsPerTile * positionsPerTile);
            for (int first = 0; first < positions; first += batch) {
                int count = Math.min(batch, positions - first);
                new Batch(residuals, first, count, points, positionsPerTile, k, tracked).read(readings);
            }
            return readings;
        });
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

    private int stretchPanels() {
        return (transformer.unembedding().panels() + STRETCHES - 1) / STRETCHES;
    }

    /// Some positions, read in one pass over `W_U`.
    private final class Batch {

        private final float[] residuals;
        private final int firstPosition;
        private final int positions;
        private final int points;
        private final int positionsPerTile;
        private final int k;
        private final int[] tracked;
        private final RowPanels[] tiles;
        private final float[] trackedLogits;

        Batch(float[] residuals, int firstPosition, int positions, int points, int positionsPerTile, int k, int[] tracked) {
            this.residuals = residuals;
            this.firstPosition = firstPosition;
            this.positions = positions;
            this.points = points;
            this.positionsPerTile = positionsPerTile;
            this.k = k;
            this.tracked = tracked;
            tiles = new RowPanels[(positions + positionsPerTile - 1) / positionsPerTile];
            trackedLogits = new float[positions * points * tracked.length];
        }

        private int positionsOf(int tile) {
            return Math.min(positionsPerTile, positions - tile * positionsPerTile);
        }

        void read(VocabularyReadings readings) {
            engine.workers().run(tiles.length, tile -> {
                tiles[tile] = new RowPanels(positionsOf(tile) * points, dModel());
                int firstRow = (firstPosition + tile * positionsPerTile) * points;
                for (int block = 0; block < tiles[tile].blocks(); block++) {
                    pack(residuals, firstRow, tiles[tile], block);
                }
                trackLogits(tile);
            });
            int panels = transformer.unembedding().panels();
            int stretchPanels = stretchPanels();
            int stretches = (panels + stretchPanels - 1) / stretchPanels;
            VocabularyStatistics[] statistics = new VocabularyStatistics[stretches];
            engine.workers().run(stretches, stretch -> statistics[stretch] = reduce(
                    stretch * stretchPanels, Math.min(panels, (stretch + 1) * stretchPanels)));
            for (int position = 0; position < positions; position++) {
                merge(statistics, position, readings);
            }
        }

        /// The tracked tokens' logits, by the same chains as all others.
        private void trackLogits(int tile) {
            RowPanels rows = tiles[tile];
            float[] logits = new float[Kernels.BLOCK * PANEL];
            for (int t = 0; t < tracked.length; t++) {
                for (int block = 0; block < rows.blocks(); block++) {
                    Arrays.fill(logits, 0f);
                    multiply(rows, block, tracked[t] / PANEL, logits, 0);
                    for (int r = 0; r < rows.rowsOf(block); r++) {
                        int row = tile * positionsPerTile * points + rows.firstRow(block) + r;
                        trackedLogits[row * tracked.length + t] = logits[r * PANEL + tracked[t] % PANEL];
                    }
                }
            }
        }

        private VocabularyStatistics reduce(int firstPanel, int endPanel) {
            PanelMatrix matrix = transformer.unembedding();
            int columns = (endPanel - firstPanel) * PANEL;
            VocabularyStatistics statistics = new VocabularyStatistics(
                    positions * points, points, Math.min(k, columns), tracked, trackedLogits);
            float[] logits = new float[(positionsPerTile * points + Kernels.BLOCK) * PANEL];
            for (int panel = firstPanel; panel < endPanel; panel++) {
                for (int tile = 0; tile < tiles.length; tile++) {
                    RowPanels rows = tiles[tile];
                    Arrays.fill(logits, 0f);
                    for (int block = 0; block < rows.blocks(); block++) {
                        multiply(rows, block, panel, logits, rows.firstRow(block) * PANEL);
                    }
                    engine.kernels().reduce(logits, matrix.columnsOf(panel), panel * PANEL, statistics,
                            tile * positionsPerTile * points, positionsOf(tile));
                }
            }
            return statistics;
        }

        private void merge(VocabularyStatistics[] statistics, int position, VocabularyReadings readings) {
            int last = position * points + points - 1;
            Merged end = new Merged(statistics, last);
            for (int point = 0; point < points; point++) {
                int row = position * points + point;
                int out = firstPosition * points + row;
                Merged merged = row == last ? end : new Merged(statistics, row);
                double cross = 0;
                for (VocabularyStatistics part : statistics) {
                    cross += part.cross(row) * StrictMath.exp(part.max(last) - end.max);
                }
                double kl = row == last ? 0 : cross / end.sum - (end.logSumExp() - merged.logSumExp());
                readings.setStatistics(out, merged.logSumExp(), merged.entropy(), kl);
                mergeTop(statistics, row, out, readings);
                for (int t = 0; t < tracked.length; t++) {
                    int rank = 1;
                    for (VocabularyStatistics part : statistics) {
                        rank += part.before(row, t);
                    }
                    readings.setTracked(out, t, trackedLogits[row * tracked.length + t], rank);
                }
            }
        }

        private void mergeTop(VocabularyStatistics[] statistics, int row, int out, VocabularyReadings readings) {
            int[] taken = new int[statistics.length];
            for (int rank = 0; rank < k; rank++) {
                int best = -1;
                for (int s = 0; s < statistics.length; s++) {
                    if (taken[s] < statistics[s].topCount(row)
                            && (best < 0 || statistics[s].topLogit(row, taken[s]) > statistics[best].topLogit(row, taken[best]))) {
                        best = s;
                    }
                }
                if (best < 0) {
                    fillTop(row, out, rank, readings);
                    return;
                }
                readings.setTop(out, rank, statistics[best].topId(row, taken[best]), statistics[best].topLogit(row, taken[best]));
                taken[best]++;
            }
        }

        /// Logits of `−∞` and NaN pass no threshold: they come last, by id, NaN after `−∞`.
        private void fillTop(int row, int out, int rank, VocabularyReadings readings) {
            RowPanels one = new RowPanels(1, dModel());
            int tile = row / (positionsPerTile * points);
            tiles[tile].unpack(row - tile * positionsPerTile * points, one.data(), 0);
            float[] logits = logits(one);
            int next = rank;
            for (int pass = 0; pass < 2; pass++) {
                for (int id = 0; id < logits.length && next < k; id++) {
                    if (pass == 0 ? logits[id] == Float.NEGATIVE_INFINITY : Float.isNaN(logits[id])) {
                        readings.setTop(out, next++, id, logits[id]);
                    }
                }
            }
        }
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
