package io.github.logitlens;

import io.github.logitlens.ReadoutException.Reason;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.model.Gpt2Model;
import java.util.Objects;
import java.util.Optional;

/// The lens that leaves the last blocks of the model in: see [Readout#extended].
final class ExtendedReadout implements Readout {

    private static final String PREFIX = "extended:";

    private final int blocks;

    ExtendedReadout(int blocks) {
        if (blocks < 1) {
            throw new IllegalArgumentException("extended lens: expected at least 1 block, got " + blocks);
        }
        this.blocks = blocks;
    }

    /// Reads a name such as `extended:2`.
    ///
    /// @return empty if it is another lens's
    static Optional<Readout> named(String name) {
        return name.matches(PREFIX + "\\d{1,6}")
                ? Optional.of(new ExtendedReadout(Integer.parseInt(name.substring(PREFIX.length()))))
                : Optional.empty();
    }

    /// The place where a residual goes on: before the last blocks, or where it is if that is later.
    HookPoint from(HookPoint point, int nLayers) {
        int half = Math.max(ResidualPlace.of(point, nLayers).half(), ResidualPlace.before(nLayers - blocks).half());
        return half % 2 == 1 ? HookSite.RESID_MID.at(half / 2) : HookSite.RESID_PRE.at(half / 2);
    }

    /// Whether some of the last blocks are before a point.
    boolean isPast(HookPoint point, int nLayers) {
        return ResidualPlace.of(point, nLayers).half() > ResidualPlace.before(nLayers - blocks).half();
    }

    @Override
    public String kind() {
        return PREFIX + blocks;
    }

    @Override
    public Optional<String> sha256() {
        return Optional.empty();
    }

    @Override
    public void check(Gpt2Model model) {
        int nLayers = model.config().nLayers();
        if (blocks > nLayers) {
            throw new ReadoutException(Reason.OTHER_MODEL,
                    "lens " + kind() + ": expected at most " + nLayers + " blocks (model '" + model.id() + "'), got " + blocks);
        }
    }

    @Override
    public boolean maps(LensPoint point) {
        return point.kind().isResidual();
    }

    @Override
    public float[] direction(Gpt2Model model, HookPoint point, int token) {
        throw new IllegalArgumentException(
                "lens " + kind() + ": expected one that multiplies with a matrix, to have directions, got one that runs blocks");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExtendedReadout readout && blocks == readout.blocks;
    }

    @Override
    public int hashCode() {
        return Objects.hash(PREFIX, blocks);
    }

    @Override
    public String toString() {
        return kind();
    }
}
