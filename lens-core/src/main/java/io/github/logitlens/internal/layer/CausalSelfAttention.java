package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panel;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.internal.kernel.RowBlock;
import io.github.logitlens.internal.kernel.RowBlocks;
import io.github.logitlens.internal.kernel.RowOperations;
import io.github.logitlens.internal.kernel.Tile;
import io.github.logitlens.internal.matrix.PanelMatrix;
import io.github.logitlens.internal.matrix.RowPanels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/// Multi-head causal attention: `softmax(q·kᵀ · scale) · v`, heads side by side, then `W_O`.
///
/// Queries go in blocks of six rows. A row's scores are computed for the keys up to its own and no others, each
/// normalised in full, and then weight the values key by key in absolute order: a key after the query is never
/// touched, and neither the block, the cache, nor a hook that looks at the pattern changes a bit.
///
/// @param qkv    `[dModel, 3 dModel]`: queries, keys and values of all heads
/// @param out    `[dModel, dModel]`
/// @param nHeads heads
/// @param scale  factor of the scores, `1/√dHead` unless the configuration says otherwise
public record CausalSelfAttention(Linear qkv, Linear out, int nHeads, float scale) {

    private static final int PANEL = Kernels.PANEL;
    private static final int BLOCK = Kernels.BLOCK;
    /// Keys that a block's pattern is packed for at a time: few enough for the first-level cache, and whole turns of the
    /// products' loops.
    private static final int CHUNK = 192;

    /// What the heads read for all rows, or for the last row of each sequence: the input of `out`.
    ///
    /// @param x         normalised residual, `[rows, dModel]`, *not modified*
    /// @param projected `[rows, 3 dModel]`, *written*
    /// @param z         what the heads read, `[rows, dModel]`, or `[sequences, dModel]` where nothing is hooked; *written*
    /// @param sequences whose rows they are; their caches are *written*
    public void heads(Engine engine, RowPanels x, float[] projected, RowPanels z, Sequences sequences, int nCtx, int layer) {
        int rows = x.rows();
        int dModel = out.columns();
        int dHead = dModel / nHeads;
        qkv.store(engine, x, projected);
        fireSlice(sequences, HookSite.ATTN_Q.at(layer), projected, 0, rows, dHead);
        fireSlice(sequences, HookSite.ATTN_K.at(layer), projected, dModel, rows, dHead);
        fireSlice(sequences, HookSite.ATTN_V.at(layer), projected, 2 * dModel, rows, dHead);
        store(engine, projected, sequences, nCtx, layer, dHead);

        List<Run> plain = new ArrayList<>();
        Shared shared = new Shared(engine.kernels(), projected, dHead, z, new ConcurrentLinkedQueue<>());
        for (int i = 0; i < sequences.parts().size(); i++) {
            Sequences.Part part = sequences.parts().get(i);
            int skipped = z.rows() < rows ? part.rows() - 1 : 0;
            Run run = new Run(shared, part, layer, skipped, z.rows() < rows ? i : part.firstRow());
            if (part.hooks().wants(HookSite.ATTN_SCORES.at(layer)) || part.hooks().wants(HookSite.ATTN_PATTERN.at(layer))) {
                run.hooked(engine, part.hooks(), layer);
            } else {
                plain.add(run);
            }
        }
        attend(engine, plain);
        fireZ(engine.kernels(), sequences, layer, z);
    }

    /// What the heads read where it is given and not computed.
    ///
    /// @param given `[rows, dModel]`, *not modified*
    /// @param z     likewise, *written*
    void enter(Engine engine, float[] given, RowPanels z, Sequences sequences, int layer) {
        pack(engine.kernels(), given, z);
        fireZ(engine.kernels(), sequences, layer, z);
    }

    private void store(Engine engine, float[] projected, Sequences sequences, int nCtx, int layer, int dHead) {
        int dModel = nHeads * dHead;
        for (Sequences.Part part : sequences.parts()) {
            part.cache(layer).reserve(part.firstKey() + part.past() - part.held() + part.rows(), nCtx);
        }
        engine.workers().run(nHeads * sequences.parts().size(), task -> {
            Sequences.Part part = sequences.parts().get(task / nHeads);
            int key = part.firstRow() * 3 * dModel + dModel + task % nHeads * dHead;
            part.cache(layer).store(task % nHeads, part.firstKey() + part.past() - part.held(), part.rows(),
                    projected, key, projected, key + dModel, 3 * dModel);
        });
    }

    /// Head by head, so that its keys and values stay in the second-level cache; the longest rows first, so that no thread is
    /// left alone with one of them at the end.
    private void attend(Engine engine, List<Run> runs) {
        int[] ends = new int[runs.size()];
        int tasks = 0;
        for (int i = 0; i < ends.length; i++) {
            tasks += nHeads * runs.get(i).blocks();
            ends[i] = tasks;
        }
        engine.workers().run(tasks, task -> {
            int found = Arrays.binarySearch(ends, task + 1);
            int index = found < 0 ? -found - 1 : found;
            Run run = runs.get(index);
            int own = task - ends[index] + nHeads * run.blocks();
            run.attend(own / run.blocks(), run.blocks() - 1 - own % run.blocks());
        });
    }

    private void fireSlice(Sequences sequences, HookPoint point, float[] projected, int column, int rows, int dHead) {
        if (!sequences.wants(point)) {
            return;
        }
        int dModel = nHeads * dHead;
        float[] slice = new float[rows * dModel];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(projected, row * 3 * dModel + column, slice, row * dModel, dModel);
        }
        sequences.fire(point, slice, nHeads, dHead);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(slice, row * dModel, projected, row * 3 * dModel + column, dModel);
        }
    }

    private void fireZ(Kernels kernels, Sequences sequences, int layer, RowPanels z) {
        HookPoint point = HookSite.ATTN_Z.at(layer);
        if (!sequences.wants(point)) {
            return;
        }
        float[] whole = new float[z.rows() * z.depth()];
        for (int row = 0; row < z.rows(); row++) {
            z.unpack(row, whole, row * z.depth());
        }
        sequences.fire(point, whole, nHeads, z.depth() / nHeads);
        pack(kernels, whole, z);
    }

    private static void pack(Kernels kernels, float[] rows, RowPanels z) {
        for (int block = 0; block < z.blocks(); block++) {
            z.pack(kernels, block, rows, z.firstRow(block) * z.depth(), z.depth(), 0, z.depth());
        }
    }

    /// What each head writes, `z_h · W_O^h`, without the bias.
    ///
    /// @param z `[positions, nHeads, dHead]`, *not modified*
    /// @return `[positions, nHeads, dModel]`, owned by the caller
    public float[] headWrites(Engine engine, float[] z) {
        int dModel = out.columns();
        int dHead = dModel / nHeads;
        int positions = z.length / dModel;
        float[] writes = new float[Math.multiplyExact(z.length, nHeads)];
        out.weight().use(engine, weight -> engine.workers().run(nHeads, head -> {
            RowPanels rows = new RowPanels(positions, dHead);
            for (int block = 0; block < rows.blocks(); block++) {
                rows.pack(engine.kernels(), block, z, rows.firstRow(block) * dModel + head * dHead, dModel, 0, dHead);
            }
            headWrites(engine.kernels(), weight, rows, head, writes);
        }));
        return writes;
    }

    /// One head's rows of `W_O` stand together in each panel: the product is a chain over dHead of them.
    private void headWrites(Kernels kernels, PanelMatrix weight, RowPanels rows, int head, float[] writes) {
        int dModel = weight.columns();
        float[] tiles = new float[rows.blocks() * BLOCK * PANEL];
        for (int panel = 0; panel < weight.panels(); panel++) {
            kernels.products().multiplyAll(rows.blocks(0, rows.blocks()),
                    weight.panels(panel, 1).steps(head * rows.depth(), rows.depth()), Tile.ZEROS, Tile.of(tiles, 0), null);
            for (int r = 0; r < rows.rows(); r++) {
                int row = r * nHeads + head;
                System.arraycopy(tiles, r * PANEL, writes, row * dModel + panel * PANEL, weight.columnsOf(panel));
            }
        }
    }

    /// Shows hooks what each head writes.
    ///
    /// @param z what the heads read, `[rows, dModel]`, *not modified*
    /// @return what an editor added to the sum of all heads, `[rows, dModel]` in float64; null where nothing was changed
    double[] fireResult(Engine engine, RowPanels z, int layer, Sequences sequences) {
        HookPoint point = HookSite.ATTN_RESULT.at(layer);
        if (!sequences.wants(point)) {
            return null;
        }
        int dModel = out.columns();
        float[] whole = new float[z.rows() * dModel];
        for (int row = 0; row < z.rows(); row++) {
            z.unpack(row, whole, row * dModel);
        }
        float[] writes = headWrites(engine, whole);
        float[] before = sequences.edits(point) ? writes.clone() : writes;
        sequences.fire(point, writes, nHeads, dModel);
        if (Arrays.equals(before, writes)) {
            return null;
        }
        double[] change = new double[whole.length];
        for (int i = 0; i < writes.length; i++) {
            change[i / (nHeads * dModel) * dModel + i % dModel] += (double) writes[i] - before[i];
        }
        return change;
    }

    /// What one layer's attention has in common for all sequences.
    ///
    /// @param projected `[rows, 3 dModel]`, *not modified*
    /// @param z         *written*
    /// @param scratch   what no thread works in at the moment
    private record Shared(Kernels kernels, float[] projected, int dHead, RowPanels z, Queue<Scratch> scratch) {
    }

    /// What one thread works in. Memory that is in no cache yet costs attention more than its arithmetic.
    private static final class Scratch {

        final float[] query;
        float[] scores = new float[0];
        final float[] factors = new float[BLOCK];
        /// Keys that each row of a block weighs.
        final int[] seen = new int[BLOCK];
        final float[] packed = new float[BLOCK * CHUNK];
        final float[] tiles;

        Scratch(int dHead, int valuePanels) {
            query = new float[BLOCK * dHead];
            tiles = new float[valuePanels * BLOCK * PANEL];
        }

        void reserve(int columns) {
            if (scores.length < BLOCK * columns) {
                scores = new float[BLOCK * columns];
            }
        }
    }

    /// One layer's attention of the last rows of one sequence, in blocks of its own.
    private final class Run {

        private final Shared shared;
        private final Kernels kernels;
        private final int dHead;
        private final int dModel;
        private final RowPanels z;
        /// The first row, in `projected` and in `z`.
        private final int firstRow;
        private final int firstOut;
        private final int rows;
        private final KeyValues cache;
        /// The first position whose key is in `cache`, and where it stands there.
        private final int held;
        private final int firstKey;
        /// The keys of the positions before that one, if there are any.
        private final KeyValues prefix;
        /// Where the key of position 0 stands in its panel.
        private final int lead;
        /// Positions before the first row.
        private final int past;
        private final float[] scales = new float[BLOCK];

        /// @param skipped  rows of the sequence before the first that is computed
        /// @param firstOut the row of `z` for that one
        Run(Shared shared, Sequences.Part part, int layer, int skipped, int firstOut) {
            this.shared = shared;
            kernels = shared.kernels;
            dHead = shared.dHead;
            z = shared.z;
            dModel = z.depth();
            firstRow = part.firstRow() + skipped;
            this.firstOut = firstOut;
            rows = part.rows() - skipped;
            cache = part.cache(layer);
            held = part.held();
            firstKey = part.firstKey();
            prefix = held == 0 ? cache : part.prefix(layer);
            lead = held == 0 ? firstKey % PANEL : 0;
            past = part.past() + skipped;
            Arrays.fill(scales, scale);
        }

        int blocks() {
            return (rows + BLOCK - 1) / BLOCK;
        }

        private int rowsOf(int block) {
            return Math.min(BLOCK, rows - block * BLOCK);
        }

        private int height(int block) {
            return RowPanels.heightFor(rowsOf(block));
        }

        /// Keys that row `r` of a block sees.
        private int visible(int block, int r) {
            return past + block * BLOCK + r + 1;
        }

        /// Keys that are weighed for all rows of a block together: those that the first row sees, unless it is alone.
        private int common(int block) {
            return rowsOf(block) == 1 ? 0 : visible(block, 0);
        }

        void attend(int head, int block) {
            withScratch(own -> {
                int stride = paddedKeys(block);
                score(head, block, own);
                normalise(block, own.scores, stride, own.factors);
                for (int r = 0; r < rowsOf(block); r++) {
                    own.seen[r] = visible(block, r);
                }
                weigh(head, block, own.scores, lead, stride, own.factors, own);
            });
        }

        /// The softmax of a block's rows, except that the [#common] keys are left to be multiplied with `factors`: where
        /// they are packed, that costs nothing.
        private void normalise(int block, float[] scores, int stride, float[] factors) {
            int common = common(block);
            for (int r = 0; r < rowsOf(block); r++) {
                int row = r * stride + lead;
                factors[r] = kernels.rows().exponentials(scores, row, visible(block, r));
                kernels.rows().scale(scores, row + common, visible(block, r) - common, factors[r]);
            }
        }

        private void withScratch(Consumer<Scratch> work) {
            Scratch own = shared.scratch.poll();
            if (own == null) {
                own = new Scratch(dHead, cache.valuePanels());
            }
            own.reserve(paddedKeys(blocks() - 1));
            work.accept(own);
            shared.scratch.add(own);
        }

        /// Keys that the last row of a block sees, with what stands before and behind them in their panels.
        private int paddedKeys(int block) {
            return (lead + visible(block, rowsOf(block) - 1) + PANEL - 1) / PANEL * PANEL;
        }

        /// The same in three passes over all heads, with the hooks between them.
        void hooked(Engine engine, HookCalls hooks, int layer) {
            int keys = past + rows;
            float[] whole = new float[Math.multiplyExact(Math.multiplyExact(nHeads, rows), keys)];
            Arrays.fill(whole, Float.NEGATIVE_INFINITY);
            int tasks = nHeads * blocks();
            engine.workers().run(tasks, task -> withScratch(own -> {
                int block = task / nHeads;
                score(task % nHeads, block, own);
                for (int r = 0; r < rowsOf(block); r++) {
                    System.arraycopy(own.scores, r * paddedKeys(block) + lead, whole,
                            (task % nHeads * rows + block * BLOCK + r) * keys, visible(block, r));
                }
            }));
            hooks.fire(HookSite.ATTN_SCORES.at(layer), past, whole, nHeads, rows, keys);
            boolean edited = hooks.edits(HookSite.ATTN_SCORES.at(layer)) || hooks.edits(HookSite.ATTN_PATTERN.at(layer));
            engine.workers().run(nHeads * rows, row -> {
                int seen = edited ? seen(whole, row, keys, Float.NEGATIVE_INFINITY) : past + row % rows + 1;
                kernels.rows().softmax(whole, row * keys, seen);
                Arrays.fill(whole, row * keys + seen, (row + 1) * keys, 0f);
            });
            hooks.fire(HookSite.ATTN_PATTERN.at(layer), past, whole, nHeads, rows, keys);
            engine.workers().run(tasks, task -> withScratch(own -> {
                int block = task / nHeads;
                int first = task % nHeads * rows + block * BLOCK;
                for (int r = 0; r < rowsOf(block); r++) {
                    own.seen[r] = edited ? seen(whole, first + r, keys, 0f) : visible(block, r);
                }
                weigh(task % nHeads, block, whole, first * keys, keys, RowOperations.ONES, own);
            }));
        }

        /// Keys of a row that count: those up to its own, and those behind it up to the last that an editor made to count.
        ///
        /// @param none what stands where a key does not count
        private int seen(float[] whole, int row, int keys, float none) {
            int seen = keys;
            while (seen > past + row % rows + 1 && whole[row * keys + seen - 1] == none) {
                seen--;
            }
            return seen;
        }

        /// `scores[r][key] = (scale · q[r]) · k[key]`.
        ///
        /// @param own its scores `[height of the block][#paddedKeys]` are *written*, position 0's at `lead`; what stands before it
        ///            and behind the keys a row sees means nothing
        private void score(int head, int block, Scratch own) {
            int height = height(block);
            int stride = paddedKeys(block);
            RowPanels.interleave(kernels, shared.projected, (firstRow + block * BLOCK) * 3 * dModel + head * dHead, 3 * dModel,
                    rowsOf(block), dHead, scales, own.query, 0, height);
            RowBlock query = new RowBlock(own.query, 0, height);
            if (held == 0) {
                scoreBlocks(head, query, cache, firstKey, stride, stride, own);
                return;
            }
            scoreBlocks(head, query, prefix, 0, held, stride, own);
            int end = firstKey + visible(block, rowsOf(block) - 1) - held;
            for (int first = firstKey / PANEL * PANEL; first < end; first += PANEL) {
                kernels.products().multiply(
                        query, cache.keys(first / PANEL, head, 1).panel(0), Tile.ZEROS, Tile.of(own.tiles, 0));
                int from = Math.max(first, firstKey);
                for (int r = 0; r < rowsOf(block); r++) {
                    System.arraycopy(own.tiles, r * PANEL + from - first, own.scores, r * stride + held + from - firstKey,
                            Math.min(end, first + PANEL) - from);
                }
            }
        }

        /// Scores of whole blocks of 64 keys, as far as the first `keys` columns.
        private void scoreBlocks(int head, RowBlock query, KeyValues keyValues, int firstKey, int keys, int stride, Scratch own) {
            Panels blocks = keyValues.keys(firstKey / PANEL, head, (keys + PANEL - 1) / PANEL);
            if (query.height() == 1) {
                kernels.products().multiplyAll(
                        RowBlocks.of(query, dHead), blocks, Tile.ZEROS, new Tile(own.scores, 0, stride, PANEL), null);
                return;
            }
            // The keys that one block of queries meets are in a cache for the next: reading ahead would only take its time.
            for (int panel = 0; panel < blocks.count(); panel++) {
                kernels.products().multiply(
                        query, blocks.panel(panel), Tile.ZEROS, new Tile(own.scores, panel * PANEL, stride, PANEL));
            }
        }

        /// The values of some keys that lie behind each other, where they are.
        private Panel values(int position, int count, int head, int panel) {
            return position < held
                    ? prefix.values(position, count, head, panel)
                    : cache.values(firstKey + position - held, count, head, panel);
        }

        /// How many of some positions lie behind each other.
        private int together(int position, int end) {
            return (position < held ? Math.min(held, end) : end) - position;
        }

        /// `z[r] = Σ pattern[r][key] · v[key]`: the keys that all rows of the block see together, the rest row by row.
        ///
        /// @param pattern `[rows of the block]` rows, `stride` apart, from `offset`; *not modified*
        /// @param factors what the [#common] keys have yet to be multiplied with in each row
        /// @param own     its `seen` says how many keys each row weighs
        private void weigh(int head, int block, float[] pattern, int offset, int stride, float[] factors, Scratch own) {
            int height = height(block);
            int real = rowsOf(block);
            int common = common(block);
            float[] tiles = own.tiles;
            RowBlock packed = new RowBlock(own.packed, 0, height);
            Arrays.fill(tiles, 0f);
            int count;
            for (int first = 0; first < common; first += count) {
                count = Math.min(CHUNK, together(first, common));
                RowPanels.interleave(
                        kernels, pattern, offset + first, stride, real, count, factors, own.packed, 0, height);
                for (int panel = 0; panel < cache.valuePanels(); panel++) {
                    kernels.products().multiply(packed, values(first, count, head, panel), Tile.of(tiles, panel * BLOCK * PANEL));
                }
            }
            for (int r = 0; r < real; r++) {
                for (int first = common; first < own.seen[r]; first += count) {
                    count = together(first, own.seen[r]);
                    RowBlock row = new RowBlock(pattern, offset + r * stride + first, 1);
                    for (int panel = 0; panel < cache.valuePanels(); panel++) {
                        kernels.products().multiply(
                                row, values(first, count, head, panel), Tile.of(tiles, (panel * BLOCK + r) * PANEL));
                    }
                }
            }
            for (int panel = 0; panel < cache.valuePanels(); panel++) {
                z.packRows(kernels, firstOut + block * BLOCK, real, tiles, panel * BLOCK * PANEL, PANEL,
                        head * dHead + panel * PANEL, cache.valueColumns(panel));
            }
        }
    }
}
