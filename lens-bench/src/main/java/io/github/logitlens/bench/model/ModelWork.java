package io.github.logitlens.bench.model;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.weights.Gpt2Config;
import java.util.stream.IntStream;

/// How much work a model is: products and attention, whose sizes follow from its shapes. Embeddings and element-wise work are
/// not counted.
public final class ModelWork {

    private ModelWork() {
    }

    /// A forward pass and the logits of `rows` residuals.
    ///
    /// @param past positions before the new ones, in a cache
    public static Work.Limited run(Gpt2Config config, int positions, int past, int rows) {
        Work.Phase block = heads(config, positions, past).plus(afterHeads(config, positions));
        return Work.Limited.of(block.times(config.nLayers()), Shape.UNEMBED.product(config, rows));
    }

    /// Prompts whose rows go through the blocks together, in passes that read the weights once each, and the logits of `rows`
    /// residuals.
    ///
    /// @param lengths of the prompts
    public static Work.Limited batch(Gpt2Config config, int[] lengths, int passes, int rows) {
        int positions = IntStream.of(lengths).sum();
        double pairs = IntStream.of(lengths).mapToDouble(length -> length * (length + 1.0) / 2).sum();
        Work.Phase products = Shape.QKV.product(config, positions).plus(afterHeads(config, positions));
        Work.Phase block = new Work.Phase(products.flops(), products.bytes() * passes).plus(attention(config, pairs, 0));
        return Work.Limited.of(block.times(config.nLayers()), Shape.UNEMBED.product(config, rows));
    }

    /// Token after token from a cache, `rows` residuals read of each.
    ///
    /// @param tokens how many, the first of them at position 0
    public static Work.Limited generation(Gpt2Config config, int tokens, int rows) {
        Work.Limited step = run(config, 1, tokens / 2, rows);
        return new Work.Limited(step.phases().stream().map(phase -> phase.times(tokens)).toList());
    }

    /// A prompt's next token: of the last block only what the last position needs, and all keys and values.
    public static Work.Limited nextToken(Gpt2Config config, int positions) {
        Work.Phase lastBlock = Shape.QKV.product(config, positions).plus(attention(config, positions, 0)).plus(afterHeads(config, 1));
        Work.Phase others = heads(config, positions, 0).plus(afterHeads(config, positions)).times(config.nLayers() - 1);
        return Work.Limited.of(others.plus(lastBlock), Shape.UNEMBED.product(config, 1));
    }

    /// A patching sweep of two prompts that differ everywhere: the two unpatched runs, then of each patched one the blocks from its
    /// patch on, for the positions from its patch on, and of the last block the last position; the weights once for each block that a
    /// layer's runs go through together. Attention is not counted: the prompts are short.
    ///
    /// @param heads whether each head is patched at all positions, and not each position's residual
    /// @param whole whether each patched run is a whole one, by itself
    public static Work.Limited sweep(Gpt2Config config, int positions, boolean heads, boolean whole) {
        Work.Phase block = Shape.QKV.product(config, positions).plus(afterHeads(config, positions));
        int columns = heads ? config.nHeads() : positions;
        int nLayers = config.nLayers();
        if (whole) {
            return Work.Limited.of(block.times(nLayers * (1 + columns * nLayers)));
        }
        int rows = heads ? columns * positions : positions * (positions + 1) / 2;
        Work.Phase qkv = Shape.QKV.product(config, rows);
        Work.Phase rest = afterHeads(config, rows);
        Work.Phase lastOnly = afterHeads(config, columns);
        Work.Phase total = block.times(2 * nLayers).plus(heads ? lastOnly : qkv.plus(lastOnly));
        for (int layer = 0; layer < nLayers - 1; layer++) {
            total = total.plus(heads ? rest : qkv.plus(rest)).plus(qkv.plus(rest).times(nLayers - 2 - layer)).plus(qkv).plus(lastOnly);
        }
        return Work.Limited.of(total);
    }

    /// One attention layer without its last projection; of the scores the causal half.
    ///
    /// @param past positions before the new ones, in a cache
    public static Work.Phase heads(Gpt2Config config, int positions, int past) {
        double pairs = (double) positions * past + positions * (positions + 1.0) / 2;
        return Shape.QKV.product(config, positions).plus(attention(config, pairs, past));
    }

    /// Scores and sums of values.
    ///
    /// @param pairs of a query and a key
    /// @param past  positions whose keys and values come from memory
    private static Work.Phase attention(Gpt2Config config, double pairs, int past) {
        return new Work.Phase(4 * pairs * config.dModel(), 8.0 * past * config.dModel());
    }

    /// What follows the heads of one block.
    private static Work.Phase afterHeads(Gpt2Config config, int positions) {
        return Shape.ATTN_OUT.product(config, positions).plus(Shape.MLP_IN.product(config, positions))
                .plus(Shape.MLP_OUT.product(config, positions));
    }
}
