package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;

/// One tracked token at one point and position.
///
/// @param token       the token
/// @param logit       its logit, float32
/// @param probability its probability, in `[0, 1]`
/// @param rank        `1 +` the number of tokens with a greater logit, equal logits counting when their id is lower:
///                    1 means top-1, and rank ≤ k exactly when the token is in the top k
public record TrackedToken(Token token, float logit, double probability, int rank) {

    /// The token's id.
    ///
    /// @return id in `[0, vocabSize)`
    public int id() {
        return token.id();
    }
}
