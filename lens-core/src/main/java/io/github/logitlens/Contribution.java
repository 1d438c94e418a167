package io.github.logitlens;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/// What one component added to an attributed logit. Immutable.
public final class Contribution {

    private final Kind kind;
    private final OptionalInt layer;
    private final OptionalInt head;
    private final String name;
    private final String label;
    private final double logit;
    private final List<Neuron> neurons;

    Contribution(Kind kind, OptionalInt layer, OptionalInt head, String name, String label, double logit, List<Neuron> neurons) {
        this.kind = kind;
        this.layer = layer;
        this.head = head;
        this.name = name;
        this.label = label;
        this.logit = logit;
        this.neurons = List.copyOf(neurons);
    }

    /// Which sort of component.
    ///
    /// @return the kind
    public Kind kind() {
        return kind;
    }

    /// The block.
    ///
    /// @return from 0; empty for the embeddings
    public OptionalInt layer() {
        return layer;
    }

    /// Which head, for one.
    ///
    /// @return from 0; empty for all others
    public OptionalInt head() {
        return head;
    }

    /// Where its write comes from.
    ///
    /// @return a TransformerLens hook name, with `.7` behind it for head 7, or parameter name
    public String name() {
        return name;
    }

    /// The name for people.
    ///
    /// @return such as `Embedding`, `L3H7`, `Layer 3 MLP`
    public String label() {
        return label;
    }

    /// Its share of the logit, or of the difference of two.
    ///
    /// @return in the unit of logits
    public double logit() {
        return logit;
    }

    /// Of an MLP, the neurons that contributed most.
    ///
    /// @return greatest magnitude first, if they were asked for; immutable
    public List<Neuron> neurons() {
        return neurons;
    }

    /// The label and the share, such as `L3H7: +1.20`.
    @Override
    public String toString() {
        return label + ": " + String.format(Locale.ROOT, "%+.2f", logit);
    }

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
}
