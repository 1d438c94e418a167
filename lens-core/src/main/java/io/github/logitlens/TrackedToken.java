package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;

/// One tracked token at one point and position.
///
/// @param token          the token
/// @param logit          its logit, float32
/// @param logProbability `ln p`, in nats
/// @param rank           `1 +` the number of tokens with a greater logit, equal logits counting when their id is lower:
///                       1 means top-1, and rank ≤ k exactly when the token is in the top k
public record TrackedToken(Token token, float logit, double logProbability, int rank) {

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
}
