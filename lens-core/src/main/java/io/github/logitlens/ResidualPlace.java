package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;

/// A place in the residual stream, whatever it is called: `resid_post` of a block is `resid_pre` of the next one.
///
/// @param half twice the number of blocks before it, and one more between a block's attention and its MLP
record ResidualPlace(int half) implements Comparable<ResidualPlace> {

    /// @throws IllegalArgumentException if it is not the residual stream of one of the blocks
    static ResidualPlace of(HookPoint point, int nLayers) {
        if (point.layer() >= nLayers) {
            throw new IllegalArgumentException("place of a lens: expected a block from 0 to " + (nLayers - 1) + ", got " + point);
        }
        return switch (point.site()) {
            case RESID_PRE -> before(point.layer());
            case RESID_MID -> new ResidualPlace(2 * point.layer() + 1);
            case RESID_POST -> after(point.layer());
            default -> throw new IllegalArgumentException(
                    "place of a lens: expected hook_resid_pre, hook_resid_mid or hook_resid_post of a block, got " + point);
        };
    }

    /// Where a block reads; of block 0, the embedding.
    static ResidualPlace before(int layer) {
        return new ResidualPlace(2 * layer);
    }

    /// Where a block has written.
    static ResidualPlace after(int layer) {
        return before(layer + 1);
    }

    /// How many blocks the model has that ends here, at least.
    int blocks() {
        return (half + 1) / 2;
    }

    /// The name that a point of the lens has here.
    HookPoint hook() {
        if (half == 0) {
            return HookSite.RESID_PRE.at(0);
        }
        return half % 2 == 1 ? HookSite.RESID_MID.at(half / 2) : HookSite.RESID_POST.at(half / 2 - 1);
    }

    @Override
    public int compareTo(ResidualPlace other) {
        return Integer.compare(half, other.half);
    }

    /// The TransformerLens name.
    @Override
    public String toString() {
        return hook().toString();
    }
}
