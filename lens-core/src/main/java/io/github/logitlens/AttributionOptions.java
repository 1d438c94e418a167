package io.github.logitlens;

import java.util.Objects;
import java.util.Optional;

/// Which logit is taken apart, and how finely. Immutable: each method returns a changed copy.
///
/// ```java
/// AttributionOptions.of(" Paris").versus(" London").neurons(3)
/// ```
///
/// @param token    the token whose logit is attributed
/// @param versus   another token whose logit is subtracted; empty for the logit alone
/// @param position the position whose prediction it is; negative counts from the prompt's end
/// @param neurons  how many neurons of each MLP are listed, those that contribute most, 0 for none
/// @param bos      whether `<|endoftext|>` is put before the prompt
public record AttributionOptions(TokenRef token, Optional<TokenRef> versus, int position, int neurons, Bos bos) {

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if `neurons` is negative, or a token is compared with itself
    public AttributionOptions {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(bos, "bos");
        if (neurons < 0) {
            throw new IllegalArgumentException("neurons: expected 0 or more, got " + neurons);
        }
        if (versus.isPresent() && versus.get().equals(token)) {
            throw new IllegalArgumentException("versus: expected another token than \"" + token + "\", got the same");
        }
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
        return new AttributionOptions(token, Optional.empty(), -1, 0, Bos.NONE);
    }

    /// Attributes how much higher the token's logit is than another one's.
    ///
    /// @param other the text of exactly one token
    /// @return changed options
    public AttributionOptions versus(String other) {
        return versus(TokenRef.of(other));
    }

    /// Attributes how much higher the token's logit is than another one's.
    ///
    /// @param other a token by text or id
    /// @return changed options
    public AttributionOptions versus(TokenRef other) {
        return new AttributionOptions(token, Optional.of(other), position, neurons, bos);
    }

    /// Changes the position.
    ///
    /// @param position negative counts from the prompt's end
    /// @return changed options
    public AttributionOptions position(int position) {
        return new AttributionOptions(token, versus, position, neurons, bos);
    }

    /// Also lists the neurons of each MLP that contribute most.
    ///
    /// @param neurons how many of each MLP, 0 for none
    /// @return changed options
    public AttributionOptions neurons(int neurons) {
        return new AttributionOptions(token, versus, position, neurons, bos);
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether `<|endoftext|>` goes before the prompt
    /// @return changed options
    public AttributionOptions bos(Bos bos) {
        return new AttributionOptions(token, versus, position, neurons, bos);
    }
}
