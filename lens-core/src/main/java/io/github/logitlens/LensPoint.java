package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import java.util.OptionalInt;

/// A place where the lens reads: the residual stream, or what a component writes into it.
///
/// Points stand in the order of the forward pass. The last one is the residual stream after the last block that ran, and
/// unless the run was stopped its reading is the model's own output.
///
/// @param index place among the points of its result, from 0
/// @param kind  what is read there
/// @param head  which head, for a point that is one head's; else empty
/// @param name  `embed` for the embedding, for all others the TransformerLens hook name, with `.7` behind it for head 7:
///              `blocks.3.hook_resid_post`, `blocks.3.attn.hook_result.7`
/// @param label for people: `Embedding`, `Layer 3 mid`, `Layer 3`, `L3H7`
/// @param hook  where it is captured; a head's write is made from its `hook_z`
public record LensPoint(int index, PointKind kind, OptionalInt head, String name, String label, HookPoint hook) {

    /// The block.
    ///
    /// @return from 0; empty for the embedding
    public OptionalInt layer() {
        return kind == PointKind.EMBED ? OptionalInt.empty() : OptionalInt.of(hook.layer());
    }

    /// The label.
    @Override
    public String toString() {
        return label;
    }
}
