package io.github.logitlens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/// What a run of the lens reads. Immutable: each method returns a changed copy, and every result carries its options.
///
/// ```java
/// LensOptions.defaults().topK(5).positions(Positions.last()).track(" Paris")
/// ```
///
/// @param topK       tokens read per point and position, highest logit first, at least 1
/// @param bottomK    least likely tokens read per point and position, lowest logit first, 0 for none
/// @param positions  the positions read
/// @param bos        whether `<|endoftext|>` is put before the prompt
/// @param points     the kinds of point read; the residual stream after the last block is always read
/// @param layers     the blocks in which those points are read
/// @param layerNorm  what becomes of a row before it meets `W_U`
/// @param stopAfter  the last block that runs, from 0; empty to run them all
/// @param metrics    numbers read besides those that come with every run
/// @param tracked    tokens followed through every point
public record LensOptions(
        int topK, int bottomK, Positions positions, Bos bos, Set<PointKind> points, Layers layers, LayerNormMode layerNorm,
        OptionalInt stopAfter, Set<LensMetric> metrics, List<TokenRef> tracked) {

    private static final LensOptions DEFAULTS = new LensOptions(10, 0, Positions.all(), Bos.NONE,
            EnumSet.of(PointKind.EMBED, PointKind.RESID_POST), Layers.all(), LayerNormMode.RECOMPUTED, OptionalInt.empty(),
            EnumSet.noneOf(LensMetric.class), List.of());

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if `topK` is below 1, `bottomK` or `stopAfter` below 0, or a run that is to be stopped would have to
    ///                                  know the final residual's scale
    public LensOptions {
        if (topK < 1) {
            throw new IllegalArgumentException("top-k: expected at least 1, got " + topK);
        }
        if (bottomK < 0) {
            throw new IllegalArgumentException("bottom-k: expected at least 0, got " + bottomK);
        }
        Objects.requireNonNull(positions, "positions");
        Objects.requireNonNull(bos, "bos");
        points = ordered(PointKind.class, points);
        Objects.requireNonNull(layers, "layers");
        Objects.requireNonNull(layerNorm, "layer norm");
        if (stopAfter.isPresent() && stopAfter.getAsInt() < 0) {
            throw new IllegalArgumentException("stop-after: expected a layer, 0 or more, got " + stopAfter.getAsInt());
        }
        if (stopAfter.isPresent() && layerNorm == LayerNormMode.FROZEN_FINAL) {
            throw new IllegalArgumentException("stop-after: expected layer norm recomputed or none, got frozen, which needs the"
                    + " scale of the final residual");
        }
        metrics = ordered(LensMetric.class, metrics);
        tracked = List.copyOf(tracked);
    }

    private static <E extends Enum<E>> Set<E> ordered(Class<E> type, Set<E> values) {
        EnumSet<E> copy = EnumSet.noneOf(type);
        copy.addAll(values);
        return Collections.unmodifiableSet(copy);
    }

    /// Top 10 and no bottom at every position, no BOS, embedding and every `resid_post`, nothing tracked.
    ///
    /// @return the default options
    public static LensOptions defaults() {
        return DEFAULTS;
    }

    /// Changes how many tokens are read per point and position.
    ///
    /// @param topK at least 1; more than the vocabulary holds means the whole vocabulary
    /// @return changed options
    public LensOptions topK(int topK) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter, metrics, tracked);
    }

    /// Changes how many of the least likely tokens are read per point and position.
    ///
    /// @param bottomK 0 for none; more than the vocabulary holds means the whole vocabulary
    /// @return changed options
    public LensOptions bottomK(int bottomK) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter, metrics, tracked);
    }

    /// Changes the positions read.
    ///
    /// @param positions the positions
    /// @return changed options
    public LensOptions positions(Positions positions) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter, metrics, tracked);
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether `<|endoftext|>` goes before the prompt
    /// @return changed options
    public LensOptions bos(Bos bos) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter, metrics, tracked);
    }

    /// Changes the kinds of point read.
    ///
    /// @param points the kinds; the residual stream after the last block is read whether named or not
    /// @return changed options
    public LensOptions points(PointKind... points) {
        return new LensOptions(topK, bottomK, positions, bos, Set.copyOf(Arrays.asList(points)), layers, layerNorm, stopAfter,
                metrics, tracked);
    }

    /// Changes the blocks in which points are read. The embedding and the residual stream after the last block are in none
    /// and always read where their kind is.
    ///
    /// @param layers the blocks
    /// @return changed options
    public LensOptions layers(Layers layers) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter, metrics, tracked);
    }

    /// Changes what becomes of a row before it meets `W_U`.
    ///
    /// @param layerNorm the mode
    /// @return changed options
    /// @throws IllegalArgumentException for `FROZEN_FINAL` where the run is to be stopped
    public LensOptions layerNorm(LayerNormMode layerNorm) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter, metrics, tracked);
    }

    /// Runs no block after this one. The last point read is then this block's `resid_post`, which is not the model's output:
    /// [LensResult#finalPoint] and what is compared with it are not there. Stopping after the last block changes nothing.
    ///
    /// @param layer the last block that runs, from 0
    /// @return changed options
    /// @throws IllegalArgumentException if the layer is negative, or the layer norm mode is `FROZEN_FINAL`
    public LensOptions stopAfter(int layer) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, OptionalInt.of(layer), metrics, tracked);
    }

    /// Changes which numbers are read besides those that come with every run.
    ///
    /// @param metrics the metrics
    /// @return changed options
    public LensOptions metrics(LensMetric... metrics) {
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter,
                Set.copyOf(Arrays.asList(metrics)), tracked);
    }

    /// Follows one more token through every point: its logit, probability and rank.
    ///
    /// @param token the text of exactly one token, such as `" Paris"` with its leading space
    /// @return changed options
    public LensOptions track(String token) {
        return track(TokenRef.of(token));
    }

    /// Follows one more token through every point: its logit, probability and rank.
    ///
    /// @param token a token by text or id
    /// @return changed options
    public LensOptions track(TokenRef token) {
        List<TokenRef> more = new ArrayList<>(tracked);
        more.add(Objects.requireNonNull(token, "token"));
        return new LensOptions(topK, bottomK, positions, bos, points, layers, layerNorm, stopAfter, metrics, more);
    }

    /// Whether one of the metrics needs a reading.
    boolean reads(LensMetric.Reading reading) {
        return metrics.stream().anyMatch(metric -> metric.reading() == reading);
    }
}
