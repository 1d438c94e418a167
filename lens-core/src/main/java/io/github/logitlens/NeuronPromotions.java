package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;
import java.util.List;

/// The tokens that one MLP neuron's write raises and lowers most: its row of `W_out` through the unembedding.
///
/// Under `FROZEN` the numbers are `(w − mean w) ⊙ γ · W_U`: multiplied with the neuron's activation and divided by the scale
/// of a position's final residual ([Attribution#scale]), they are what it adds to each logit there. A neuron has no position of
/// its own, so they are given for a scale of 1; their order is the same for any. The other modes are those of [LayerNormMode].
///
/// A row of `W_out` is what a neuron writes where it is active. It misleads where the neuron's activation is negative, which
/// turns the two lists around, and it says nothing about when the neuron is active.
///
/// @param provenance what made it: the model, and what became of the row before `W_U`
/// @param layer      the block
/// @param neuron     in `[0, dMlp)`
/// @param promoted   the tokens raised most, greatest first, equal ones by lower id
/// @param demoted    the tokens lowered most, lowest first, equal ones by lower id
public record NeuronPromotions(
        Provenance provenance, int layer, int neuron, List<TokenLogit> promoted, List<TokenLogit> demoted) {

    /// A token and its product with the row.
    ///
    /// @param token the token
    /// @param logit float32, exactly as computed
    public record TokenLogit(Token token, float logit) {
    }

    /// Copies the lists.
    public NeuronPromotions {
        promoted = List.copyOf(promoted);
        demoted = List.copyOf(demoted);
    }
}
