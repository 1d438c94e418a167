package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;

/// One token of a reading's top-k.
///
/// @param token       the predicted token
/// @param logit       its logit, float32, exactly as computed
/// @param probability its probability under the softmax over the whole vocabulary, in `[0, 1]`
public record TokenPrediction(Token token, float logit, double probability) {

    /// The token's id.
    ///
    /// @return id in `[0, vocabSize)`
    public int id() {
        return token.id();
    }

    /// The token and its probability to three decimals, such as `" Paris": 0.412`.
    @Override
    public String toString() {
        return String.format(java.util.Locale.ROOT, "\"%s\": %.3f", token.display(), probability);
    }
}
