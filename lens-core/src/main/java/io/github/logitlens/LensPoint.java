package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;

/// A place in the residual stream where the lens reads.
///
/// Point 0 is the embedding, `wte + wpe`; then, for each block, `resid_mid` if asked for, and `resid_post`. The last
/// point's reading is the model's own output.
///
/// @param index place among the points of its result, from 0
/// @param name  `embed` for the embedding, the TransformerLens hook name for all others
/// @param label for people: `Embedding`, `Layer 3 mid`, `Layer 3`
/// @param hook  where the residual is captured
public record LensPoint(int index, String name, String label, HookPoint hook) {

    /// The label.
    @Override
    public String toString() {
        return label;
    }
}
