package io.github.logitlens;

import java.util.List;

/// What the lens reads at one point and one position.
///
/// @param point     the place in the residual stream
/// @param position  the token position, from 0
/// @param top       the most likely next tokens, by descending logit, equal logits by lower id
/// @param entropy   `−Σ p ln p` over the whole vocabulary, in nats
/// @param klToFinal `KL(final ‖ point) = Σ p_final (ln p_final − ln p_point)`, in nats; exactly 0 at the last point;
///                  NaN if the run was stopped before the last block
/// @param logSumExp `ln Σ exp(logit)` over the whole vocabulary: `ln p = logit − logSumExp`
public record LensReading(
        LensPoint point, int position, List<TokenPrediction> top, double entropy, double klToFinal, double logSumExp) {
}
