package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The arithmetic the model is made of. Arguments are trusted: callers validate.
///
/// Every implementation gives the same bits. What fixes them:
///
/// * an element of a product is one chain `acc = fma(a[k], b[k][n], acc)`, k ascending, whatever the tile or thread;
/// * a sum over a row (LayerNorm, softmax) runs in [Lanes#COUNT] virtual lanes, element `i` in lane `i % 16`, and ends in
///   the tree of [Lanes#sum];
/// * exponentials are [Exp]'s polynomial, operation by operation, and so are [JensenShannon]'s.
///
/// NaN compares as NaN; its payload is not promised.
public interface Kernels {

    /// Columns of one panel, on every machine.
    int PANEL = 64;

    /// Rows of a full row block.
    int BLOCK = 6;

    /// Most panels that [#multiplyRow] takes at once.
    int ROW_PANELS = 4;

    /// What runs, for people: `vector (512-bit)`, `scalar`, or `scalar (no FMA)` where [Fma] has to do without the instruction.
    String description();

    /// Told before a run how much it is going to multiply, by the thread that runs it.
    default void expect(long multiplyAdds) {
    }

    /// Told that a model was opened on these kernels.
    default void enter() {
    }

    /// Told that it was closed.
    default void leave() {
    }

    /// A row that a chain starts from where nothing is added: `[64]`, *not modified*.
    float[] ZEROS = new float[PANEL];

    /// Factors that leave the rows of a block as they are: `[6]`, *not modified*.
    float[] ONES = {1, 1, 1, 1, 1, 1};

    /// `out = start + a · b` for one row block and one panel of columns.
    ///
    /// @param a           row block, `[depth][height]` at `aOffset`, *not modified*
    /// @param height      rows in the block: 1, 2, 4 or 6
    /// @param b           panel, `[depth][64]` float32 at byte `bOffset`, *not modified*
    /// @param depth       length of the chain, at least 1
    /// @param start       what the chains start from: `height` rows of 64 from `startOffset`, *not modified*
    /// @param startStride from one row of `start` to the next: 0 where all start from the same
    /// @param out         `height` rows of 64 from `outOffset`, *written*; may be `start`, with the same offset and stride
    /// @param outStride   from one row of `out` to the next, at least 64
    void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride);

    /// `tile += a · b`: the same where the rows stand together.
    ///
    /// @param tile `[height][64]` at `tileOffset`, *written*
    default void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth, float[] tile, int tileOffset) {
        multiply(a, aOffset, height, b, bOffset, depth, tile, tileOffset, PANEL, tile, tileOffset, PANEL);
    }

    /// `tile += a · b` for one row and several panels that follow each other.
    ///
    /// A row alone waits for memory, which serves several streams faster than one.
    ///
    /// @param a          `[depth]` at `aOffset`, *not modified*
    /// @param panels     how many: 1, 2 or 4
    /// @param b          `[panels][depth][64]` float32 at byte `bOffset`, *not modified*
    /// @param depth      length of the chain, at least 1
    /// @param tile       `[panels][64]` at `tileOffset`, *written*
    default void multiplyRow(
            float[] a, int aOffset, int panels, MemorySegment b, long bOffset, int depth, float[] tile, int tileOffset) {
        for (int panel = 0; panel < panels; panel++) {
            multiply(a, aOffset, 1, b, bOffset + panel * (4L * PANEL * depth), depth, tile, tileOffset + panel * PANEL);
        }
    }

    /// Whether [#multiplyTogether] is faster than one product for each block and panel.
    default boolean joinsPanels() {
        return false;
    }

    /// `out = start + a · b` for row blocks of one height and neighbouring panels: rows of `panels · 64` columns.
    ///
    /// @param a           `[blocks][depth][height]` at `aOffset`, *not modified*
    /// @param blocks      how many blocks, at least 1
    /// @param height      rows in each of them: 1, 2, 4 or 6
    /// @param b           the first panel and those behind it
    /// @param panels      how many panels, at least 1
    /// @param depth       length of the chain, at least 1
    /// @param start       what the chains start from: rows from `startOffset`, *not modified*
    /// @param startStride from one row of `start` to the next: 0 where all start from the same
    /// @param out         rows from `outOffset`, *written*; may be `start`, with the same offset and stride
    /// @param outStride   from one row of `out` to the next, at least `panels · 64`
    default void multiplyTogether(
            float[] a, int aOffset, int blocks, int height, Panels b, int panels, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        if (!b.areInTurn()) {
            try (Arena arena = Arena.ofConfined()) {
                multiplyTogether(a, aOffset, blocks, height, b.copyInTurn(panels, depth, arena), panels, depth,
                        start, startOffset, startStride, out, outOffset, outStride);
            }
            return;
        }
        for (int panel = 0; panel < panels; panel++) {
            for (int block = 0; block < blocks; block++) {
                int row = block * height;
                multiply(a, aOffset + row * depth, height, b.memory(), b.offset(panel), depth,
                        start, startOffset + row * startStride + panel * PANEL, startStride,
                        out, outOffset + row * outStride + panel * PANEL, outStride);
            }
        }
    }

    /// The same as [#multiply], while the memory that is multiplied with next comes into the caches.
    ///
    /// @param next       holds `[depth][64]` float32 at byte `nextOffset`, *not modified*
    /// @param nextOffset its first byte
    default void multiplyAndFetch(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset) {
        multiply(a, aOffset, height, b, bOffset, depth, start, startOffset, startStride, out, outOffset, outStride);
        fetch(next, nextOffset, 4L * PANEL * depth);
    }

    /// Brings a stretch of a panel from memory into the caches, faster than a product that needs it does; computes nothing.
    ///
    /// @param b       *not modified*
    /// @param bOffset first byte
    /// @param bytes   how many
    default void fetch(MemorySegment b, long bOffset, long bytes) {
    }

    /// `out = (x − μ)/√(σ² + ε) · gain + bias`, σ² biased.
    ///
    /// @param x    `[n]` at `xOffset`, *not modified*
    /// @param gain `[n]`
    /// @param bias `[n]`
    /// @param out  `[n]` at `outOffset`, *written*; may be `x`
    /// @return `√(σ² + ε)`
    float layerNorm(float[] x, int xOffset, int n, float[] gain, float[] bias, double epsilon, float[] out, int outOffset);

    /// `row = softmax(row)` in place.
    ///
    /// @param row `[n]` at `offset`, *written*
    default void softmax(float[] row, int offset, int n) {
        scale(row, offset, n, exponentials(row, offset, n));
    }

    /// `row = e^(row − max)` in place: the softmax but for a factor.
    ///
    /// @param row `[n]` at `offset`, *written*
    /// @return the factor, `1 / Σ e^(row − max)`
    float exponentials(float[] row, int offset, int n);

    /// Lays six rows out as a row block, each times a factor of its own: `block[k][r] = rows[r][k] · factors[r]`.
    ///
    /// @param rows    `[6]` rows of `count` values, `stride` apart, from `offset`; *not modified*
    /// @param factors `[6]`, *not modified*
    /// @param block   `[count][6]` at `blockOffset`, *written*
    default void interleave(float[] rows, int offset, int stride, int count, float[] factors, float[] block, int blockOffset) {
        for (int k = 0; k < count; k++) {
            int from = offset + k;
            int to = blockOffset + k * BLOCK;
            block[to] = rows[from] * factors[0];
            block[to + 1] = rows[from + stride] * factors[1];
            block[to + 2] = rows[from + 2 * stride] * factors[2];
            block[to + 3] = rows[from + 3 * stride] * factors[3];
            block[to + 4] = rows[from + 4 * stride] * factors[4];
            block[to + 5] = rows[from + 5 * stride] * factors[5];
        }
    }

    /// `x = f(x)` in place.
    ///
    /// @param x `[n]` at `offset`, *written*
    void activate(ActivationFunction f, float[] x, int offset, int n);

    /// `x = x · factor` in place.
    ///
    /// @param x `[n]` at `offset`, *written*
    void scale(float[] x, int offset, int n, float factor);

    /// `x += y`.
    ///
    /// @param x `[n]` at `xOffset`, *written*
    /// @param y `[n]` at `yOffset`, *not modified*
    void add(float[] x, int xOffset, float[] y, int yOffset, int n);

    /// Takes one tile of logits into the running statistics of its rows.
    ///
    /// @param logits      `[rows][64]` at 0, *not modified*
    /// @param columns     how many of the 64 are real
    /// @param firstColumn vocabulary id of column 0
    /// @param stats       the rows' statistics, *written*
    /// @param firstRow    which row of `stats` the tile's row 0 is
    /// @param positions   how many positions the tile holds
    void reduce(float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions);

    /// Takes one tile of logits, whose rows' normalisers are known, into the running distances from each group's last row.
    ///
    /// @param logits    `[rows][64]` at 0, *not modified*
    /// @param columns   how many of the 64 are real
    /// @param distances the rows' distances, *written*
    /// @param firstRow  which row of `distances` the tile's row 0 is
    /// @param positions how many positions the tile holds
    void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions);
}
