package io.github.logitlens;

import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyQuery;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import java.util.ArrayList;
import java.util.List;

/// Reads one neuron's row of `W_out` through the unembedding.
final class NeuronLens {

    private final Gpt2Model model;
    private final Gpt2Tokenizer tokenizer;

    NeuronLens(Gpt2Model model, Gpt2Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    NeuronPromotions read(int layer, int neuron, int topK, Provenance provenance) {
        LayerNormMode mode = provenance.layerNorm();
        float[] row = model.components().neuron(layer, neuron);
        if (mode == LayerNormMode.FROZEN_FINAL) {
            new FrozenNorm(model).apply(row, 0, 1, false);
        }
        Unembedder unembedder = Unembedder.behind(
                mode == LayerNormMode.RECOMPUTED ? model.unembedding() : model.unembedding().withoutNorm());
        VocabularyReadings readings = unembedder.read(row, VocabularyQuery.points(1).top(topK).bottom(topK));
        List<NeuronPromotions.TokenLogit> promoted = new ArrayList<>();
        List<NeuronPromotions.TokenLogit> demoted = new ArrayList<>();
        for (int rank = 0; rank < readings.topK(); rank++) {
            promoted.add(token(readings.topId(0, 0, rank), readings.topLogit(0, 0, rank)));
            demoted.add(token(readings.bottomId(0, 0, rank), readings.bottomLogit(0, 0, rank)));
        }
        return new NeuronPromotions(provenance, layer, neuron, promoted, demoted);
    }

    private NeuronPromotions.TokenLogit token(int id, float logit) {
        return new NeuronPromotions.TokenLogit(LensResult.token(tokenizer, id), logit);
    }
}
