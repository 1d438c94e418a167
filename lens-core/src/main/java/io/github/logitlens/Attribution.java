package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Direct logit attribution: one logit, or the difference of two, as the sum of what each component wrote. Immutable.
///
/// The final residual is a sum, `h = Σ c`, of the embeddings and of what every head, attention bias and MLP wrote. With the
/// scale `s` of `h` held fixed, the final LayerNorm and `W_U` are linear, so the logit of a token `t` is a sum too:
///
/// `logit(t) = Σ_c (c − mean c)/s · (γ ⊙ W_U[t]) + β · W_U[t]`
///
/// (Elhage et al., "A Mathematical Framework for Transformer Circuits", 2021; the LayerNorm's scale held fixed as in
/// TransformerLens.)
///
/// ```java
/// Attribution a = lens.attribute("The Eiffel Tower is in", AttributionOptions.of(" Paris").versus(" London"));
/// a.logit()                             // 11.36: how much higher the logit of " Paris" is
/// a.strongest().getFirst().label()      // "Layer 7 MLP", which spoke for it the loudest
/// a.strongest().getFirst().logit()      // 2.51
/// a.residue()                           // some 1e-6: what float32 lost
/// ```
///
/// It is arithmetic about this one run, not a cause: take a component away and later ones would write something else.
public final class Attribution {

    private final Provenance provenance;
    private final Gpt2Config config;
    private final AttributionOptions options;
    private final List<Token> tokens;
    private final int position;
    private final Token token;
    private final Optional<Token> versus;
    private final double scale;
    private final List<Contribution> components;
    private final double bias;
    private final double logit;
    private final double residualError;

    Attribution(Provenance provenance, Gpt2Config config, AttributionOptions options, List<Token> tokens, int position, Token token,
            Optional<Token> versus, Breakdown breakdown) {
        this.provenance = provenance;
        this.config = config;
        this.options = options;
        this.tokens = List.copyOf(tokens);
        this.position = position;
        this.token = token;
        this.versus = versus;
        scale = breakdown.scale();
        components = List.copyOf(breakdown.components());
        bias = breakdown.bias();
        logit = breakdown.logit();
        residualError = breakdown.residualError();
    }

    /// The numbers of an attribution, named as its accessors are.
    record Breakdown(double scale, List<Contribution> components, double bias, double logit, double residualError) {
    }

    /// The model's name.
    ///
    /// @return such as `demo`
    public String modelId() {
        return provenance.modelId();
    }

    /// What made it, down to the weights' hash.
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
    public AttributionOptions options() {
        return options;
    }

    /// The tokens the model saw, BOS included where it was asked for.
    ///
    /// @return one token per position
    public List<Token> tokens() {
        return tokens;
    }

    /// The position whose prediction is taken apart.
    ///
    /// @return from 0
    public int position() {
        return position;
    }

    /// The token whose logit is taken apart.
    ///
    /// @return the token
    public Token token() {
        return token;
    }

    /// The token whose logit is subtracted.
    ///
    /// @return empty if the logit of one token is taken apart
    public Optional<Token> versus() {
        return versus;
    }

    /// `s = √(variance + ε)` of the final residual at the position, by which every component is divided.
    ///
    /// @return the scale
    public double scale() {
        return scale;
    }

    /// What each component contributed, in the order of the forward pass: the embeddings, then of each block its heads, its
    /// attention's bias and its MLP.
    ///
    /// @return all of them: their logits and [#bias] add up to [#sum]
    public List<Contribution> components() {
        return components;
    }

    /// The components by the magnitude of what they contributed, greatest first, equal ones in the order of the forward pass.
    ///
    /// @return all of them
    public List<Contribution> strongest() {
        return components.stream()
                .sorted(Comparator.comparingDouble((Contribution c) -> Math.abs(c.logit())).reversed()).toList();
    }

    /// `β · W_U[t]`, the final LayerNorm's bias: no component wrote it. It does not cancel in a difference.
    ///
    /// @return its share of the logit, or of the difference
    public double bias() {
        return bias;
    }

    /// All contributions and the bias, added in float64.
    ///
    /// @return [#logit] but for what float32 rounding loses
    public double sum() {
        double sum = 0;
        for (Contribution component : components) {
            sum += component.logit();
        }
        return sum + bias;
    }

    /// The model's own logit, as [LensResult] has it, or the difference of two of them.
    ///
    /// @return what is taken apart
    public double logit() {
        return logit;
    }

    /// What the sum misses: `logit − sum`. More than rounding means that something else wrote into the residual stream, such as
    /// a hook that edited it.
    ///
    /// @return of the order of 1e-6 of the magnitudes that were added
    public double residue() {
        return logit - sum();
    }

    /// How far the components' writes, added up, are from the final residual: the greatest difference over its dimensions.
    ///
    /// @return not negative; like [#residue] more than rounding only if something else wrote
    public double residualError() {
        return residualError;
    }

    /// Model, token and sum in one line.
    @Override
    public String toString() {
        return "Attribution[model " + modelId() + ", position " + position + ", \"" + token.display() + "\""
                + versus.map(other -> " − \"" + other.display() + "\"").orElse("") + ", " + components.size()
                + " components, logit " + logit + "]";
    }
}
