package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.RepeatedRow;
import io.github.logitlens.weights.Weight;
import io.github.logitlens.weights.WeightRole;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;

/// GPT-2's weights in memory and its forward pass.
public final class Transformer {

    private static final HookPoint FINAL_SCALE = HookSite.LN_FINAL_SCALE.at(0);
    private static final HookPoint FINAL_NORMALIZED = HookSite.LN_FINAL_NORMALIZED.at(0);

    private final Gpt2Config config;
    private final Lifetime lifetime;
    private final TokenEmbedding embedding;
    private final float[] positions;
    private final List<TransformerBlock> blocks;
    private final LayerNorm finalNorm;
    private final PanelMatrix unembedding;
    private final SortedMap<String, Long> nonFinite;

    private Transformer(String id, Gpt2Config config, Arena arena, TokenEmbedding embedding, float[] positions,
            List<TransformerBlock> blocks, LayerNorm finalNorm, PanelMatrix unembedding, SortedMap<String, Long> nonFinite) {
        this.config = config;
        this.embedding = embedding;
        this.positions = positions;
        this.blocks = blocks;
        this.finalNorm = finalNorm;
        this.unembedding = unembedding;
        this.nonFinite = nonFinite;
        this.lifetime = new Lifetime("model '" + id + "'", arena);
    }

    /// Copies a checkpoint's weights off heap, in panels, with all threads.
    ///
    /// @param progress told how much is done, from 0 to 1, by any of the threads
    public static Transformer load(Checkpoint checkpoint, Workers workers, DoubleConsumer progress) {
        Arena arena = Arena.ofShared();
        try {
            return new Loading(checkpoint, arena, workers).load(progress);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private record Loading(
            Checkpoint checkpoint, Arena arena, List<Runnable> tasks, List<Runnable> lastTasks, WeightReader reader,
            Workers workers) {

        Loading(Checkpoint checkpoint, Arena arena, Workers workers) {
            this(checkpoint, arena, new ArrayList<>(), new ArrayList<>(), new WeightReader(), workers);
        }

        Transformer load(DoubleConsumer progress) {
            Gpt2Config config = checkpoint.config();
            WeightMemory.check(checkpoint.id(), config);
            PanelMatrix unembedding = transposed(
                    checkpoint.weight(config.tiedUnembedding() ? WeightRole.TOKEN_EMBEDDING : WeightRole.UNEMBEDDING));
            List<TransformerBlock> blocks = new ArrayList<>();
            for (int layer = 0; layer < config.nLayers(); layer++) {
                blocks.add(block(config, layer));
            }
            TransformerBlock.inOrder(blocks);
            AtomicInteger done = new AtomicInteger();
            int all = tasks.size() + lastTasks.size();
            for (List<Runnable> together : List.of(tasks, lastTasks)) {
                workers.run(together.size(), i -> {
                    together.get(i).run();
                    progress.accept((double) done.incrementAndGet() / all);
                });
            }
            TokenEmbedding embedding = config.tiedUnembedding()
                    ? new TokenEmbedding.Tied(unembedding)
                    : TokenEmbedding.Separate.load(arena, reader, checkpoint.weight(WeightRole.TOKEN_EMBEDDING));
            LayerNorm finalNorm = new LayerNorm(
                    reader.readAll(checkpoint.weight(WeightRole.FINAL_LN_GAIN)),
                    reader.readAll(checkpoint.weight(WeightRole.FINAL_LN_BIAS)),
                    config.layerNormEpsilon());
            float[] positions = reader.readAll(checkpoint.weight(WeightRole.POSITION_EMBEDDING));
            return new Transformer(checkpoint.id(), config, arena, embedding, positions, blocks, finalNorm, unembedding,
                    reader.nonFinite());
        }

        private TransformerBlock block(Gpt2Config config, int layer) {
            double scale = config.scaleAttnWeights() ? 1 / Math.sqrt(config.dHead()) : 1;
            if (config.scaleAttnByInverseLayerIdx()) {
                scale /= layer + 1;
            }
            return new TransformerBlock(
                    norm(layer, WeightRole.LN1_GAIN, WeightRole.LN1_BIAS),
                    new CausalSelfAttention(
                            linear(layer, WeightRole.QKV_WEIGHT, WeightRole.QKV_BIAS),
                            linear(layer, WeightRole.ATTN_OUT_WEIGHT, WeightRole.ATTN_OUT_BIAS),
                            config.nHeads(), (float) scale),
                    norm(layer, WeightRole.LN2_GAIN, WeightRole.LN2_BIAS),
                    new Mlp(
                            linear(layer, WeightRole.MLP_IN_WEIGHT, WeightRole.MLP_IN_BIAS),
                            config.activation(),
                            linear(layer, WeightRole.MLP_OUT_WEIGHT, WeightRole.MLP_OUT_BIAS)));
        }

        private LayerNorm norm(int layer, WeightRole gain, WeightRole bias) {
            return new LayerNorm(
                    reader.readAll(checkpoint.weight(gain, layer)), reader.readAll(checkpoint.weight(bias, layer)),
                    checkpoint.config().layerNormEpsilon());
        }

        private Linear linear(int layer, WeightRole weight, WeightRole bias) {
            Weight source = checkpoint.weight(weight, layer);
            PanelMatrix matrix = PanelMatrix.of(source);
            tasks.add(() -> matrix.load(arena, reader, source));
            return new Linear(matrix, reader.readAll(checkpoint.weight(bias, layer)));
        }

        private PanelMatrix transposed(Weight source) {
            PanelMatrix matrix = PanelMatrix.transposeOf(source);
            Optional<RepeatedRow> repeated = source.repeatedRow();
            if (repeated.isPresent()) {
                repeated(matrix, new FewRows(source, repeated.get()));
                return matrix;
            }
            for (int i = 0; i < matrix.chunkCount(); i++) {
                int chunk = i;
                tasks.add(() -> matrix.loadTransposed(arena, reader, source, chunk));
            }
            return matrix;
        }

        private void repeated(PanelMatrix matrix, FewRows rows) {
            for (int i = 0; i < rows.pieces(); i++) {
                int piece = i;
                tasks.add(() -> rows.read(reader, piece));
            }
            for (int i = 0; i < matrix.chunkCount(); i++) {
                int chunk = i;
                lastTasks.add(() -> matrix.loadRepeated(arena, rows, chunk));
            }
        }
    }

    public Gpt2Config config() {
        return config;
    }

    /// How many values of which tensors are NaN or infinite.
    public SortedMap<String, Long> nonFinite() {
        return nonFinite;
    }

    public Lifetime lifetime() {
        return lifetime;
    }

    public TransformerBlock block(int layer) {
        return blocks.get(layer);
    }

    public LayerNorm finalNorm() {
        return finalNorm;
    }

    public PanelMatrix unembedding() {
        return unembedding;
    }

    /// Runs the first blocks over new positions.
    ///
    /// @param tokens ids of the new positions, *not modified*
    /// @param past   positions before them, whose keys and values `caches` holds
    /// @param layers how many blocks run, at least 1
    /// @param caches one per layer, or one for all of them where nothing is kept; *written*
    /// @return the residual stream after the last of them, `[tokens.length, dModel]`, owned by the caller
    public float[] forward(Engine engine, int[] tokens, int past, int layers, List<KeyValues> caches, Hooks hooks) {
        refuseEditors(hooks);
        float[] x = embed(tokens, past, hooks);
        Workspace workspace = Workspace.of(config, tokens.length);
        for (int layer = 0; layer < layers; layer++) {
            KeyValues cache = caches.get(Math.min(layer, caches.size() - 1));
            blocks.get(layer).apply(engine, x, tokens.length, workspace, cache, past, config.nCtx(), layer, hooks);
        }
        if (layers == blocks.size() && (hooks.wants(FINAL_SCALE) || hooks.wants(FINAL_NORMALIZED))) {
            finalNorm.apply(engine, x, new RowPanels(tokens.length, config.dModel()), hooks, FINAL_SCALE, FINAL_NORMALIZED);
        }
        return x;
    }

    /// What follows the final LayerNorm is no part of a run: an editor there would change nothing.
    private static void refuseEditors(Hooks hooks) {
        for (HookPoint point : List.of(FINAL_SCALE, FINAL_NORMALIZED)) {
            if (hooks.edits(point)) {
                throw new IllegalArgumentException(point + ": expected an observer, got an editor; edit the last"
                        + " hook_resid_post, from which the final LayerNorm is computed");
            }
        }
    }

    private float[] embed(int[] tokens, int past, Hooks hooks) {
        int dModel = config.dModel();
        float[] x = new float[Math.multiplyExact(tokens.length, dModel)];
        float[] offsets = new float[x.length];
        System.arraycopy(positions, past * dModel, offsets, 0, x.length);
        for (int row = 0; row < tokens.length; row++) {
            embedding.row(tokens[row], x, row * dModel);
        }
        hooks.fire(new HookPoint(HookSite.EMBED, 0), x, tokens.length, dModel);
        hooks.fire(new HookPoint(HookSite.POS_EMBED, 0), offsets, tokens.length, dModel);
        for (int i = 0; i < x.length; i++) {
            x[i] += offsets[i];
        }
        return x;
    }
}
