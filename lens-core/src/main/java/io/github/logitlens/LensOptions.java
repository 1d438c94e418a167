package io.github.logitlens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// What a run of the lens reads. Immutable: each method returns a changed copy, and every result carries its options.
///
/// ```java
/// LensOptions.defaults().topK(5).positions(Positions.last()).track(" Paris")
/// ```
///
/// @param topK       tokens read per point and position, highest logit first, at least 1
/// @param positions  the positions read
/// @param bos        whether `<|endoftext|>` is put before the prompt
/// @param points     the kinds of point read; the residual stream after the last block is always read
/// @param metrics    numbers read besides those that come with every run
/// @param tracked    tokens followed through every point
public record LensOptions(
        int topK, Positions positions, Bos bos, Set<PointKind> points, Set<LensMetric> metrics, List<TokenRef> tracked) {

    private static final LensOptions DEFAULTS = new LensOptions(10, Positions.all(), Bos.NONE,
            EnumSet.of(PointKind.EMBED, PointKind.RESID_POST), EnumSet.noneOf(LensMetric.class), List.of());

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if `topK` is below 1
    public LensOptions {
        if (topK < 1) {
            throw new IllegalArgumentException("top-k: expected at least 1, got " + topK);
        }
        Objects.requireNonNull(positions, "positions");
        Objects.requireNonNull(bos, "bos");
        points = ordered(PointKind.class, points);
        metrics = ordered(LensMetric.class, metrics);
        tracked = List.copyOf(tracked);
    }

    private static <E extends Enum<E>> Set<E> ordered(Class<E> type, Set<E> values) {
        EnumSet<E> copy = EnumSet.noneOf(type);
        copy.addAll(values);
        return Collections.unmodifiableSet(copy);
    }

    /// Top 10 at every position, no BOS, embedding and every `resid_post`, nothing tracked.
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
        return new LensOptions(topK, positions, bos, points, metrics, tracked);
    }

    /// Changes the positions read.
    ///
    /// @param positions the positions
    /// @return changed options
    public LensOptions positions(Positions positions) {
        return new LensOptions(topK, positions, bos, points, metrics, tracked);
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether `<|endoftext|>` goes before the prompt
    /// @return changed options
    public LensOptions bos(Bos bos) {
        return new LensOptions(topK, positions, bos, points, metrics, tracked);
    }

    /// Changes the kinds of point read.
    ///
    /// @param points the kinds; the residual stream after the last block is read whether named or not
    /// @return changed options
    public LensOptions points(PointKind... points) {
        return new LensOptions(topK, positions, bos, Set.copyOf(Arrays.asList(points)), metrics, tracked);
    }

    /// Changes which numbers are read besides those that come with every run.
    ///
    /// @param metrics the metrics
    /// @return changed options
    public LensOptions metrics(LensMetric... metrics) {
        return new LensOptions(topK, positions, bos, points, Set.copyOf(Arrays.asList(metrics)), tracked);
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
        return new LensOptions(topK, positions, bos, points, metrics, more);
    }
}
