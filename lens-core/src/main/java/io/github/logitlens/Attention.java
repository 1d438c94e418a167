package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Gpt2Config;
import java.util.List;

/// What the heads of a model attend to in one prompt. Immutable.
///
/// ```java
/// try (LogitLens lens = LogitLens.open("demo")) {
///     Attention attention = lens.attention("The capital of France is", AttentionOptions.defaults());
///     attention.head(3, 0).weight(4, 3);    // how much " is" looks at " France"
///     attention.heads().getFirst();         // L0H0: entropy 1.29, previous 0.09, …
/// }
/// ```
///
/// Each head holds `seqLen²` numbers: of a long prompt, read some layers only.
public final class Attention {

    private final Provenance provenance;
    private final Gpt2Config config;
    private final AttentionOptions options;
    private final List<Token> tokens;
    private final List<AttentionHead> heads;

    Attention(Provenance provenance, Gpt2Config config, AttentionOptions options, List<Token> tokens, List<AttentionHead> heads) {
        this.provenance = provenance;
        this.config = config;
        this.options = options;
        this.tokens = tokens;
        this.heads = List.copyOf(heads);
    }

    /// The model's name.
    ///
    /// @return such as `demo`
    public String modelId() {
        return provenance.modelId();
    }

    /// What the result was made with. No lens reads here: its kind and layer norm mode are the usual ones.
    ///
    /// @return the provenance
    public Provenance provenance() {
        return provenance;
    }

    /// The model's sizes and options.
    ///
    /// @return the configuration
    public Gpt2Config config() {
        return config;
    }

    /// What was asked for.
    ///
    /// @return the options
    public AttentionOptions options() {
        return options;
    }

    /// The tokens the model saw, BOS included where it was asked for.
    ///
    /// @return one token per position
    public List<Token> tokens() {
        return tokens;
    }

    /// The heads that were read.
    ///
    /// @return layer by layer, in each by number
    public List<AttentionHead> heads() {
        return heads;
    }

    /// One head.
    ///
    /// @param layer from 0; negative counts from the end
    /// @param head  from 0; negative counts from the end
    /// @return the head
    /// @throws IllegalArgumentException if it was not read
    public AttentionHead head(int layer, int head) {
        int wantedLayer = layer < 0 ? layer + config.nLayers() : layer;
        int wantedHead = head < 0 ? head + config.nHeads() : head;
        return heads.stream().filter(each -> each.layer() == wantedLayer && each.head() == wantedHead).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("head: expected one of "
                        + heads.stream().map(AttentionHead::label).toList() + ", got L" + layer + "H" + head));
    }

    /// The model, how many heads, how many tokens.
    @Override
    public String toString() {
        return "Attention[" + modelId() + ": " + heads.size() + (heads.size() == 1 ? " head, " : " heads, ") + tokens.size()
                + (tokens.size() == 1 ? " token]" : " tokens]");
    }
}
