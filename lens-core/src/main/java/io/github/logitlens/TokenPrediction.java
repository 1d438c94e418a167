package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;

/// One token of a reading's top-k or bottom-k.
///
/// @param token          the predicted token
/// @param logit          its logit, float32, exactly as computed
/// @param logProbability `ln p` under the softmax over the whole vocabulary, in nats; finite where p is too small for a double
public record TokenPrediction(Token token, float logit, double logProbability) {

    /// The token's probability.
    ///
    /// @return in `[0, 1]`
    public double probability() {
        return StrictMath.exp(logProbability);
    }

    /// The token's id.
    ///
    /// @return id in `[0, vocabSize)`
    public int id() {
        return token.id();
    }

    /// The token and its probability to three decimals, such as `" Paris": 0.412`.
    @Override
    public String toString() {
        return String.format(java.util.Locale.ROOT, "\"%s\": %.3f", token.display(), probability());
    }
}
