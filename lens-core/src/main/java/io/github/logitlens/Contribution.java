package io.github.logitlens;

import java.util.List;
import java.util.OptionalInt;

/// What one component added to an attributed logit.
///
/// @param kind    which sort of component
/// @param layer   the block; empty for the embeddings
/// @param head    which head, for one; else empty
/// @param name    where its write comes from: a TransformerLens hook name, with `.7` behind it for head 7, or parameter name
/// @param label   for people: `Embedding`, `L3H7`, `Layer 3 MLP`
/// @param logit   its share of the logit, or of the difference of two
/// @param neurons of an MLP, the neurons that contributed most, greatest magnitude first, if they were asked for
public record Contribution(
        Kind kind, OptionalInt layer, OptionalInt head, String name, String label, double logit, List<Neuron> neurons) {

    /// The sorts of component whose writes add up to the final residual.
    public enum Kind {
        /// The token's embedding, `hook_embed`.
        EMBEDDING,
        /// The position's embedding, `hook_pos_embed`.
        POSITION,
        /// One attention head, without a bias.
        HEAD,
        /// The bias `b_O` of one block's attention, which belongs to no head.
        ATTENTION_BIAS,
        /// One block's MLP, its bias included.
        MLP
    }

    /// What one MLP neuron added.
    ///
    /// @param layer      the block
    /// @param neuron     in `[0, dMlp)`
    /// @param activation `mlp.hook_post` at the position
    /// @param logit      its share of the logit, or of the difference of two
    public record Neuron(int layer, int neuron, float activation, double logit) {

        /// For people.
        ///
        /// @return such as `L3N1234`
        public String label() {
            return "L" + layer + "N" + neuron;
        }
    }

    /// Copies the neurons.
    public Contribution {
        neurons = List.copyOf(neurons);
    }
}
