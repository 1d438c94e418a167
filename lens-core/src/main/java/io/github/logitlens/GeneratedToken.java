package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;
import java.util.Optional;

/// One token that a model wrote.
///
/// @param sample         which sample it belongs to, from 0
/// @param position       where it stands in the sample's tokens, those of the prompt counted; it was predicted at the position before
/// @param token          the token
/// @param text           what can be shown of the sample's text now: less than the token's own where a character, or a text at which
///                       the sample would end, has only begun, and what was held back before. All of a sample's put together are its
///                       text
/// @param logit          its logit, before temperature and cuts, float32
/// @param logProbability `ln p` under the softmax over the whole vocabulary, before temperature and cuts, in nats
/// @param lens           what the lens read at the position before, where it was asked for
/// @param ended          why it is the sample's last token; empty if it is not
public record GeneratedToken(int sample, int position, Token token, String text, float logit, double logProbability,
        Optional<LensResult> lens, Optional<GenerationEnd> ended) {

    /// The token's probability, before temperature and cuts.
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
