package io.github.logitlens;

import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Which logit is taken apart, and how finely. Immutable: each method with an argument returns a changed copy.
///
/// ```java
/// AttributionOptions.of(" Paris").versus(" London").neurons(3)
/// ```
public final class AttributionOptions {

    private final TokenRef token;
    private Optional<TokenRef> versus = Optional.empty();
    private int position = -1;
    private int neurons;
    private Bos bos = Bos.NONE;
    private SpecialTokens specialTokens = SpecialTokens.TEXT;

    private AttributionOptions(TokenRef token) {
        this.token = Objects.requireNonNull(token, "token");
    }

    private AttributionOptions copy() {
        AttributionOptions copy = new AttributionOptions(token);
        copy.versus = versus;
        copy.position = position;
        copy.neurons = neurons;
        copy.bos = bos;
        copy.specialTokens = specialTokens;
        return copy;
    }

    /// The logit of a token at the last position, no neurons, no BOS.
    ///
    /// @param token the text of exactly one token, such as `" Paris"` with its leading space
    /// @return options
    public static AttributionOptions of(String token) {
        return of(TokenRef.of(token));
    }

    /// The logit of a token at the last position, no neurons, no BOS.
    ///
    /// @param token a token by text or id
    /// @return options
    public static AttributionOptions of(TokenRef token) {
        return new AttributionOptions(token);
    }

    /// The token whose logit is attributed.
    ///
    /// @return the token
    public TokenRef token() {
        return token;
    }

    /// Another token whose logit is subtracted.
    ///
    /// @return empty for the logit alone
    public Optional<TokenRef> versus() {
        return versus;
    }

    /// Attributes how much higher the token's logit is than another one's.
    ///
    /// @param other the text of exactly one token
    /// @return changed options
    /// @throws IllegalArgumentException if it is the same token
    public AttributionOptions versus(String other) {
        return versus(TokenRef.of(other));
    }

    /// Attributes how much higher the token's logit is than another one's.
    ///
    /// @param other a token by text or id
    /// @return changed options
    /// @throws IllegalArgumentException if it is the same token
    public AttributionOptions versus(TokenRef other) {
        if (other.equals(token)) {
            throw new IllegalArgumentException("versus: expected another token than \"" + token + "\", got the same");
        }
        AttributionOptions copy = copy();
        copy.versus = Optional.of(other);
        return copy;
    }

    /// The position whose prediction it is.
    ///
    /// @return negative counts from the prompt's end; −1 by default
    public int position() {
        return position;
    }

    /// Changes the position.
    ///
    /// @param position negative counts from the prompt's end
    /// @return changed options
    public AttributionOptions position(int position) {
        AttributionOptions copy = copy();
        copy.position = position;
        return copy;
    }

    /// How many neurons of each MLP are listed, those that contribute most.
    ///
    /// @return 0 for none
    public int neurons() {
        return neurons;
    }

    /// Also lists the neurons of each MLP that contribute most.
    ///
    /// @param neurons how many of each MLP, 0 for none
    /// @return changed options
    /// @throws IllegalArgumentException if it is negative
    public AttributionOptions neurons(int neurons) {
        if (neurons < 0) {
            throw new IllegalArgumentException("neurons: expected 0 or more, got " + neurons);
        }
        AttributionOptions copy = copy();
        copy.neurons = neurons;
        return copy;
    }

    /// Whether the model's BOS is put before the prompt.
    ///
    /// @return none by default
    public Bos bos() {
        return bos;
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether the model's BOS goes before the prompt
    /// @return changed options
    public AttributionOptions bos(Bos bos) {
        AttributionOptions copy = copy();
        copy.bos = Objects.requireNonNull(bos, "bos");
        return copy;
    }

    /// What the text of a special token means in a prompt.
    ///
    /// @return plain text by default
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /// Changes what the text of a special token, such as `<|endoftext|>`, means where it stands in a prompt.
    ///
    /// @param specialTokens text, or the token
    /// @return changed options
    public AttributionOptions specialTokens(SpecialTokens specialTokens) {
        AttributionOptions copy = copy();
        copy.specialTokens = Objects.requireNonNull(specialTokens, "special tokens");
        return copy;
    }

    private List<Object> values() {
        return List.of(token, versus, position, neurons, bos, specialTokens);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttributionOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /// Every option, in one line.
    @Override
    public String toString() {
        return "AttributionOptions[token=" + token + ", versus=" + versus.map(TokenRef::toString).orElse("none") + ", position="
                + position + ", neurons=" + neurons + ", bos=" + bos + ", specialTokens=" + specialTokens + "]";
    }
}
