package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import java.util.OptionalInt;

/// A place where the lens reads: the residual stream, or what a component writes into it. A value: the same place of two results
/// is equal, so a point of one can be asked for in another.
///
/// A result's points stand in the order of the forward pass. The last one is the residual stream after the last block that ran,
/// and unless the run was stopped its reading is the model's own output.
public final class LensPoint {

    private static final int NO_HEAD = -1;

    private final PointKind kind;
    private final int head;
    private final HookPoint hook;

    LensPoint(PointKind kind, HookPoint hook) {
        this(kind, hook, NO_HEAD);
    }

    LensPoint(PointKind kind, HookPoint hook, int head) {
        this.kind = kind;
        this.hook = hook;
        this.head = head;
    }

    /// What is read there.
    ///
    /// @return the kind
    public PointKind kind() {
        return kind;
    }

    /// The block.
    ///
    /// @return from 0; empty for the embedding
    public OptionalInt layer() {
        return kind == PointKind.EMBED ? OptionalInt.empty() : OptionalInt.of(hook.layer());
    }

    /// Which head, for a point that is one head's.
    ///
    /// @return from 0; empty for all others
    public OptionalInt head() {
        return head == NO_HEAD ? OptionalInt.empty() : OptionalInt.of(head);
    }

    /// The name: `embed` for the embedding, for all others the TransformerLens hook name, with `.7` behind it for head 7.
    ///
    /// @return such as `blocks.3.hook_resid_post` or `blocks.3.attn.hook_result.7`
    public String name() {
        return kind.name(hook.layer(), head);
    }

    /// The name for people.
    ///
    /// @return such as `Embedding`, `Layer 3 mid`, `Layer 3`, `L3H7`
    public String label() {
        return kind.label(hook.layer(), head);
    }

    /// Where it is captured; a head's write is made from its `hook_z`.
    ///
    /// @return the hook point
    public HookPoint hook() {
        return hook;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LensPoint point && kind == point.kind && head == point.head && hook.equals(point.hook);
    }

    @Override
    public int hashCode() {
        return (31 * kind.ordinal() + head) * 31 + hook.hashCode();
    }

    /// The label.
    @Override
    public String toString() {
        return label();
    }
}
