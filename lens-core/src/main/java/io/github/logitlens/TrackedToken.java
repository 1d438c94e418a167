package io.github.logitlens;

/// One tracked token at one point and position.
///
/// @param id          the token's id
/// @param logit       its logit, float32
/// @param probability its probability, in `[0, 1]`
/// @param rank        `1 +` the number of tokens with a greater logit, equal logits counting when their id is lower:
///                    1 means top-1, and rank ≤ k exactly when the token is in the top k
public record TrackedToken(int id, float logit, double probability, int rank) {
}
