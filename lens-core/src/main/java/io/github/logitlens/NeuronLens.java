package io.github.logitlens;

import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.Unembedding;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Reads one neuron's row of `W_out` through the unembedding.
final class NeuronLens {

    private final Gpt2Model model;
    private final Gpt2Tokenizer tokenizer;

    NeuronLens(Gpt2Model model, Gpt2Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    NeuronPromotions read(int layer, int neuron, int topK, LayerNormMode mode) {
        if (topK < 1) {
            throw new IllegalArgumentException("top-k: expected at least 1, got " + topK);
        }
        float[] logits = logits(model.components().neuron(layer, neuron), mode);
        return new NeuronPromotions(model.id(), layer, neuron, mode,
                first(logits, topK, Comparator.comparingDouble(id -> -logits[id])),
                first(logits, topK, Comparator.comparingDouble(id -> logits[id])));
    }

    private float[] logits(float[] row, LayerNormMode mode) {
        Unembedding unembedding = model.unembedding();
        return switch (mode) {
            case RECOMPUTED -> unembedding.logits(row);
            case FROZEN_FINAL -> {
                new FrozenNorm(model).apply(row, 0, 1, false);
                yield unembedding.withoutNorm().logits(row);
            }
            case NONE -> unembedding.withoutNorm().logits(row);
        };
    }

    private List<NeuronPromotions.TokenLogit> first(float[] logits, int k, Comparator<Integer> order) {
        return IntStream.range(0, logits.length).boxed().sorted(order).limit(k)
                .map(id -> new NeuronPromotions.TokenLogit(LensResult.token(tokenizer, id), logits[id])).toList();
    }
}
