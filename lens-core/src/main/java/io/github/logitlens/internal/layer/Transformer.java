package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Lifetime;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.internal.kernel.KernelChoice;
import io.github.logitlens.internal.matrix.BlockWeight;
import io.github.logitlens.internal.matrix.LoadedWeights;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.internal.matrix.StreamedWeights;
import io.github.logitlens.internal.matrix.VocabularyWeight;
import io.github.logitlens.internal.matrix.WeightMemory;
import io.github.logitlens.internal.matrix.WeightReader;
import io.github.logitlens.internal.matrix.WeightStorage;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.WeightRole;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.DoubleConsumer;
import java.util.function.Function;

/// GPT-2's weights, in memory or in their file, and its forward pass.
public final class Transformer {

    /// Where tokens begin.
    public static final HookPoint EMBEDDING = HookSite.EMBED.at(0);

    private static final HookPoint FINAL_SCALE = HookSite.LN_FINAL_SCALE.at(0);
    private static final HookPoint FINAL_NORMALIZED = HookSite.LN_FINAL_NORMALIZED.at(0);

    private final Gpt2Config config;
    private final Lifetime lifetime;
    private final TokenEmbedding embedding;
    private final float[] positions;
    private final List<TransformerBlock> blocks;
    private final LayerNorm finalNorm;
    private final VocabularyWeight unembedding;
    private final SortedMap<String, Long> nonFinite;

    private Transformer(String id, Gpt2Config config, Runnable free, TokenEmbedding embedding, float[] positions,
            List<TransformerBlock> blocks, LayerNorm finalNorm, VocabularyWeight unembedding, SortedMap<String, Long> nonFinite) {
        this.config = config;
        this.embedding = embedding;
        this.positions = positions;
        this.blocks = blocks;
        this.finalNorm = finalNorm;
        this.unembedding = unembedding;
        this.nonFinite = nonFinite;
        this.lifetime = new Lifetime("model '" + id + "'", free);
    }

    /// Copies a checkpoint's weights off heap, in panels, with all threads.
    ///
    /// @param progress told how much is done, from 0 to 1, by any of the threads
    public static Transformer load(Checkpoint checkpoint, Engine engine, DoubleConsumer progress) {
        WeightMemory.check(checkpoint.id(), checkpoint.config());
        return open(engine, arena -> {
            WeightReader reader = new WeightReader();
            return new Assembly(checkpoint, reader, new LoadedWeights(arena, engine.workers(), reader), () -> free(arena, engine))
                    .transformer(progress);
        });
    }

    /// Leaves a checkpoint's matrices where they are; every run reads them there.
    ///
    /// @param checkpoint closed with the model
    public static Transformer stream(Checkpoint checkpoint, Engine engine) {
        return open(engine, arena -> {
            WeightReader reader = new WeightReader();
            StreamedWeights storage = StreamedWeights.of(checkpoint.config(), arena, reader);
            return new Assembly(checkpoint, reader, storage, () -> {
                free(arena, engine);
                checkpoint.close();
            }).transformer(done -> { });
        });
    }

    private static Transformer open(Engine engine, Function<Arena, Transformer> assembly) {
        engine.enter();
        Arena arena = Arena.ofShared();
        try {
            return assembly.apply(arena);
        } catch (RuntimeException | Error e) {
            free(arena, engine);
            throw e;
        }
    }

    private static void free(Arena arena, Engine engine) {
        arena.close();
        engine.leave();
    }

    private record Assembly(Checkpoint checkpoint, WeightReader reader, WeightStorage storage, Runnable free) {

        Transformer transformer(DoubleConsumer progress) {
            Gpt2Config config = checkpoint.config();
            VocabularyWeight unembedding = storage.vocabulary(
                    checkpoint.weight(config.tiedUnembedding() ? WeightRole.TOKEN_EMBEDDING : WeightRole.UNEMBEDDING));
            List<TransformerBlock> blocks = new ArrayList<>();
            for (int layer = 0; layer < config.nLayers(); layer++) {
                blocks.add(block(config, layer));
            }
            TransformerBlock.inOrder(blocks);
            storage.load(progress);
            TokenEmbedding embedding = config.tiedUnembedding()
                    ? new TokenEmbedding.Tied(unembedding)
                    : new TokenEmbedding.Untied(storage.embedding(checkpoint.weight(WeightRole.TOKEN_EMBEDDING)));
            LayerNorm finalNorm = new LayerNorm(
                    reader.readAll(checkpoint.weight(WeightRole.FINAL_LN_GAIN)),
                    reader.readAll(checkpoint.weight(WeightRole.FINAL_LN_BIAS)),
                    config.layerNormEpsilon());
            float[] positions = reader.readAll(checkpoint.weight(WeightRole.POSITION_EMBEDDING));
            return new Transformer(checkpoint.id(), config, free, embedding, positions, blocks, finalNorm, unembedding,
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
            BlockWeight matrix = storage.block(checkpoint.weight(weight, layer));
            return new Linear(matrix, reader.readAll(checkpoint.weight(bias, layer)));
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

    /// Reads a token's row of `W_E`.
    ///
    /// @param target `[dModel]`, *written*
    public void embedding(int token, float[] target) {
        embedding.row(token, target, 0);
    }

    public TransformerBlock block(int layer) {
        return blocks.get(layer);
    }

    public LayerNorm finalNorm() {
        return finalNorm;
    }

    public VocabularyWeight unembedding() {
        return unembedding;
    }

    /// Runs the blocks up to one of them over new positions.
    ///
    /// @param inputs the sequences, at least one
    /// @param from   where all of them begin: [#EMBEDDING] for tokens, else where rows enter a block
    /// @param layers how many blocks there are up to the last that runs, at least 1
    /// @return the residual stream after the last of them, `[rows of all sequences, dModel]`, owned by the caller
    public float[] forward(Engine engine, List<Sequences.Input> inputs, HookPoint from, int layers) {
        inputs.forEach(input -> refuseEditors(input.hooks()));
        Sequences sequences = new Sequences(config, inputs);
        begin(engine, sequences.rows(), layers - from.layer());
        float[] x = throughBlocks(engine, sequences, from, layers, Workspace.of(config, sequences.rows()));
        if (layers == blocks.size() && (sequences.wants(FINAL_SCALE) || sequences.wants(FINAL_NORMALIZED))) {
            RowPanels unused = new RowPanels(sequences.rows(), config.dModel());
            finalNorm.apply(engine, x, unused, sequences, FINAL_SCALE, FINAL_NORMALIZED);
        }
        return x;
    }

    /// Runs all blocks over new positions, of the last block only what each sequence's last position needs and later ones will.
    ///
    /// @param inputs the sequences, at least one, without hooks
    /// @param from   where all of them begin, as for [#forward]
    /// @return the residual stream after the last block at their last positions, `[sequences, dModel]`, owned by the caller
    public float[] forwardToLast(Engine engine, List<Sequences.Input> inputs, HookPoint from) {
        Sequences sequences = new Sequences(config, inputs);
        begin(engine, sequences.rows(), blocks.size() - from.layer());
        int last = blocks.size() - 1;
        Workspace workspace = Workspace.of(config, sequences.rows());
        if (from.layer() == last && TransformerBlock.isEntered(from.site())) {
            return sequences.lastRows(throughBlocks(engine, sequences, from, blocks.size(), workspace), config.dModel());
        }
        float[] x = throughBlocks(engine, sequences, from, last, workspace);
        return blocks.get(last).applyToLast(
                engine, x, workspace, Workspace.of(config, inputs.size()), sequences, config.nCtx(), last);
    }

    private void begin(Engine engine, int rows, int layers) {
        KernelChoice.warnIfSlow(engine.kernels());
        engine.kernels().expect((long) rows * layers * config.dModel() * (4L * config.dModel() + 2L * config.dMlp()));
    }

    private float[] throughBlocks(Engine engine, Sequences sequences, HookPoint from, int layers, Workspace workspace) {
        float[] x = from.equals(EMBEDDING) ? embed(engine, sequences) : sequences.residuals(config.dModel());
        int layer = from.layer();
        if (TransformerBlock.isEntered(from.site())) {
            blocks.get(layer).applyFrom(from.site(), engine, x, workspace, sequences, layer);
            layer++;
        }
        for (; layer < layers; layer++) {
            blocks.get(layer).apply(engine, x, workspace, sequences, config.nCtx(), layer);
        }
        return x;
    }

    /// What follows the final LayerNorm is no part of a run: an editor there would change nothing.
    private static void refuseEditors(HookCalls hooks) {
        for (HookPoint point : List.of(FINAL_SCALE, FINAL_NORMALIZED)) {
            if (hooks.edits(point)) {
                throw new IllegalArgumentException(point + ": expected an observer, got an editor; edit the last"
                        + " hook_resid_post, from which the final LayerNorm is computed");
            }
        }
    }

    private float[] embed(Engine engine, Sequences sequences) {
        int dModel = config.dModel();
        float[] x = new float[Math.multiplyExact(sequences.rows(), dModel)];
        float[] offsets = new float[x.length];
        int[] tokens = sequences.tokens();
        for (Sequences.Part part : sequences.parts()) {
            System.arraycopy(positions, part.past() * dModel, offsets, part.firstRow() * dModel, part.rows() * dModel);
        }
        engine.workers().run(tokens.length, row -> embedding.row(tokens[row], x, row * dModel));
        sequences.fire(EMBEDDING, x, dModel);
        sequences.fire(new HookPoint(HookSite.POS_EMBED, 0), offsets, dModel);
        for (int i = 0; i < x.length; i++) {
            x[i] += offsets[i];
        }
        return x;
    }
}
