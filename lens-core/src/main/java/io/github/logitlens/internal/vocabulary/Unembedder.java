package io.github.logitlens.internal.vocabulary;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Products;
import io.github.logitlens.internal.kernel.Reduction;
import io.github.logitlens.internal.kernel.Tile;
import io.github.logitlens.internal.layer.Transformer;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.internal.matrix.VocabularyWeight;
import java.util.Arrays;
import java.util.function.Function;

/// `LN_f(h) · W_U` as products and reductions: what the exported `Unembedding` wraps, and what the lens reads with.
///
/// All residuals go through one pass over `W_U`, whose logits are reduced tile by tile and never stored: memory is O(rows · k), not
/// O(rows · vocabSize). What needs normalised probabilities ([VocabularyQuery#distances]) takes a second pass.
public final class Unembedder {

    private static final int PANEL = Kernels.PANEL;
    /// Rows whose logits of one panel are reduced while they are in the first-level cache.
    private static final int TILE_ROWS = 96;
    private static final int BATCH_ROWS = 1024;
    private static final long BATCH_TOP_BYTES = 32L << 20;

    private static volatile Function<Object, Unembedder> opener;

    private final Transformer transformer;
    private final Engine engine;
    private final boolean normalizes;

    /// An unembedding with the final LayerNorm before it.
    public Unembedder(Transformer transformer, Engine engine) {
        this(transformer, engine, true);
    }

    private Unembedder(Transformer transformer, Engine engine, boolean normalizes) {
        this.transformer = transformer;
        this.engine = engine;
        this.normalizes = normalizes;
    }

    /// `h · W_U`: the same readings of rows as they are, whether raw residuals or rows normalised elsewhere.
    ///
    /// @return an unembedding without the LayerNorm before it
    public Unembedder withoutNorm() {
        return new Unembedder(transformer, engine, false);
    }

    /// What an exported class wraps, for the rest of this module: a public method that returned it would show an internal type.
    ///
    /// @param unembedding of the exported class
    public static Unembedder behind(Object unembedding) {
        return opener.apply(unembedding);
    }

    /// Has an exported class say what it wraps; called by its initialiser.
    public static void openedBy(Function<Object, Unembedder> opener) {
        Unembedder.opener = opener;
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
        transformer.finalNorm().pack(engine.kernels(), residual, 0, row, 0, 1);
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

    /// Packs rows, normalised where this unembedding normalises.
    ///
    /// @param firstRow the row of `residuals` that is row 0 of `out`
    void pack(float[] residuals, int firstRow, RowPanels out) {
        if (normalizes) {
            transformer.finalNorm().pack(engine.kernels(), residuals, firstRow, out, 0, out.blocks());
            return;
        }
        for (int block = 0; block < out.blocks(); block++) {
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

    /// All logits of some residuals.
    ///
    /// @param residuals `[rows, dModel]`, *not modified*
    /// @return `[rows, vocabSize]`, owned by the caller
    /// @throws IllegalArgumentException if that is not a whole number of rows, or none
    /// @throws IllegalStateException    after the model's `close()`
    public float[] logits(float[] residuals) {
        if (residuals.length == 0 || residuals.length % dModel() != 0) {
            throw new IllegalArgumentException("residuals: expected a multiple of " + dModel() + " values (dModel), got "
                    + residuals.length);
        }
        return transformer.lifetime().during(() -> {
            RowPanels rows = new RowPanels(residuals.length / dModel(), dModel());
            pack(residuals, 0, rows);
            return rows.rows() == 1 ? logits(rows) : logitsOfAll(rows);
        });
    }

    private float[] logitsOfAll(RowPanels rows) {
        VocabularyWeight weight = transformer.unembedding();
        float[] logits = new float[Math.multiplyExact(rows.rows(), vocabSize())];
        engine.workers().run(weight.panels(), panel -> weight.use(panel, 1, (matrix, at) -> {
            float[] tile = new float[rows.blocks() * Kernels.BLOCK * PANEL];
            engine.kernels().products().multiplyAll(
                    rows.blocks(0, rows.blocks()), matrix.panels(at, 1), Tile.ZEROS, Tile.of(tile, 0), null);
            for (int row = 0; row < rows.rows(); row++) {
                System.arraycopy(tile, row * PANEL, logits, row * vocabSize() + panel * PANEL, weight.columnsOf(panel));
            }
        }));
        return logits;
    }

    Transformer transformer() {
        return transformer;
    }

    /// What multiplies: for what is done to residuals before they come here.
    public Engine engine() {
        return engine;
    }

    Stretches stretches() {
        return new Stretches(transformer.unembedding().panels());
    }

    /// All logits of one row that is packed.
    float[] logits(RowPanels row) {
        VocabularyWeight weight = transformer.unembedding();
        float[] logits = new float[weight.panels() * PANEL];
        Products products = engine.kernels().products();
        int side = weight.panelsSideBySide(products.panelsAtOnce(1), engine.workers().threads());
        engine.workers().run((weight.panels() + side - 1) / side, task -> {
            int first = task * side;
            int count = Math.min(side, weight.panels() - first);
            weight.use(first, count, (matrix, at) ->
                    products.multiplyAll(row.blocks(0, 1), matrix.panels(at, count), Tile.ZEROS, Tile.of(logits, first * PANEL), null));
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
        engine.kernels().expect((long) residuals.length * vocabSize());
        return transformer.lifetime().during(() -> {
            VocabularyReadings readings = new VocabularyReadings(positions * query.points, query, topK, bottomK);
            int positionsPerTile = positionsPerTile(query.points);
            int widest = stretches().columns();
            int kept = Math.min(topK, widest) + Math.min(bottomK, widest);
            long rowsByMemory = BATCH_TOP_BYTES / (8L * Stretches.MOST * kept);
            int batch = (int) Math.max(positionsPerTile,
                    Math.min(BATCH_ROWS, rowsByMemory) / query.points / positionsPerTile * positionsPerTile);
            for (int first = 0; first < positions; first += batch) {
                int count = Math.min(batch, positions - first);
                int[][] ids = Arrays.copyOfRange(targets, first, first + count);
                Reduction reduction =
                        new Reduction(query.points, topK, bottomK, ids, query.ranked(), query.references());
                new VocabularyPass(this, residuals, first, count, positionsPerTile, query, reduction).read(readings);
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
    static int positionsPerTile(int points) {
        int most = Math.max(1, TILE_ROWS / points);
        for (int positions = most; positions > most / 2; positions--) {
            if (positions * points % Kernels.BLOCK == 0) {
                return positions;
            }
        }
        return most;
    }
}
