package io.github.logitlens.tools.explore;

import io.github.logitlens.LayerNormMode;
import io.github.logitlens.NeuronPromotions;
import java.io.IOException;
import java.util.Set;

/// Of which neuron the page wants to know what it promotes.
///
/// @param page   what the page calls itself: its older requests of the same name are cancelled
/// @param model  the model's id, see [Models]
/// @param layer  the block
/// @param neuron its number there
/// @param topK   how many tokens each way
/// @param norm   what becomes of its row before `W_U`
record NeuronRequest(String page, String model, int layer, int neuron, int topK, LayerNormMode norm) {

    static final Set<String> FIELDS = Set.of("page", "model", "layer", "neuron", "topK", "layerNorm");

    private static final int TOP_K = 10;
    /// More than any model has.
    private static final int MAX_INDEX = 1_000_000;

    static NeuronRequest read(Exchange exchange, String model) throws IOException {
        RequestJson json = RequestJson.read(exchange, FIELDS);
        for (String field : new String[] {"layer", "neuron"}) {
            if (!json.has(field)) {
                throw Refusal.badRequest(field + ": expected a whole number from 0 to " + MAX_INDEX + ", got nothing");
            }
        }
        return new NeuronRequest(Subject.page(json), json.text("model", model), json.number("layer", 0, 0, MAX_INDEX),
                json.number("neuron", 0, 0, MAX_INDEX), json.number("topK", TOP_K, 1, RunRequest.MAX_TOP_K),
                Subject.asked(() -> LayerNormMode.named(json.text("layerNorm", LayerNormMode.FROZEN.key()))));
    }

    Job<NeuronPromotions> job() {
        return (lens, turn) -> turn.part(lens.neuron(layer, neuron, topK, norm));
    }
}
