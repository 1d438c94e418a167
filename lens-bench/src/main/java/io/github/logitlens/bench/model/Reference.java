package io.github.logitlens.bench.model;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Tile;
import io.github.logitlens.internal.layer.Sequences;
import io.github.logitlens.internal.layer.Transformer;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.internal.matrix.VocabularyWeight;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// A model on the scalar kernels that stores every logit: slow, plain, and what the fast paths must agree with.
public final class Reference implements AutoCloseable {

    private final Engine engine = Engines.scalar();
    private final Transformer transformer;

    public Reference(Path directory) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            transformer = Transformer.load(checkpoint, engine, done -> { });
        }
    }

    private Gpt2Config config() {
        return transformer.config();
    }

    /// The residuals that the lens reads, `[tokens.length, points, dModel]`.
    public float[] lensStack(int[] tokens) {
        LensStack stack = new LensStack(config(), tokens.length);
        forward(tokens, stack.hooks());
        return stack.values();
    }

    /// The next token's logits, `[vocabSize]`.
    public float[] logits(int[] tokens) {
        float[] residual = forward(tokens, Hooks.none());
        return logits(residual, tokens.length - 1);
    }

    private float[] forward(int[] tokens, Hooks hooks) {
        Sequences.Input prompt = new Sequences.Input(tokens, 0, List.of(), HookAccess.of(hooks));
        return transformer.forward(engine, List.of(prompt), Transformer.EMBEDDING, config().nLayers());
    }

    /// All logits of one row of residuals.
    ///
    /// @param residuals `[rows, dModel]`, *not modified*
    /// @return `[vocabSize]`
    public float[] logits(float[] residuals, int row) {
        VocabularyWeight weight = transformer.unembedding();
        RowPanels normalized = new RowPanels(1, config().dModel());
        transformer.finalNorm().pack(engine.kernels(), residuals, row, normalized, 0, 1);
        float[] logits = new float[weight.panels() * Kernels.PANEL];
        engine.workers().run(weight.panels(), panel -> weight.use(panel, 1, (matrix, at) ->
                engine.kernels().products().multiplyAll(normalized.blocks(0, 1), matrix.panels(at, 1),
                        Tile.ZEROS, Tile.of(logits, panel * Kernels.PANEL), null)));
        return Arrays.copyOf(logits, config().vocabSize());
    }

    /// The lens at every point of one position.
    ///
    /// @param stack `[positions, points, dModel]`, *not modified*
    public Reading[] readings(float[] stack, int position, int topK) {
        int points = config().nLayers() + 1;
        float[] last = logits(stack, position * points + points - 1);
        Reading[] readings = new Reading[points];
        for (int point = 0; point < points; point++) {
            readings[point] = Reading.of(logits(stack, position * points + point), last, topK);
        }
        return readings;
    }

    @Override
    public void close() {
        transformer.lifetime().close();
    }
}
