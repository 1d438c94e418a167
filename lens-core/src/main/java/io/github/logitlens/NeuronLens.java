package io.github.logitlens;

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
        Projection projection = new Projection(model, Readout.logit(), provenance.layerNorm());
        float[] row = projection.component(model.components().neuron(layer, neuron));
        VocabularyReadings readings = projection.unembedder().read(row, VocabularyQuery.points(1).top(topK).bottom(topK));
        List<NeuronPromotions.TokenLogit> promoted = new ArrayList<>();
        List<NeuronPromotions.TokenLogit> demoted = new ArrayList<>();
        for (int rank = 0; rank < readings.topK(); rank++) {
            promoted.add(token(readings.topId(0, 0, rank), readings.topLogit(0, 0, rank)));
            demoted.add(token(readings.bottomId(0, 0, rank), readings.bottomLogit(0, 0, rank)));
        }
        return new NeuronPromotions(provenance, layer, neuron, promoted, demoted);
    }

    private NeuronPromotions.TokenLogit token(int id, float logit) {
        return new NeuronPromotions.TokenLogit(tokenizer.label(id), logit);
    }
}
