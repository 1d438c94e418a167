package io.github.logitlens;

import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What a run of the lens reads. Immutable: each method with an argument returns a changed copy, the one of the same name without
/// an argument says what was chosen, and every result carries its options.
///
/// ```java
/// LensOptions options = LensOptions.defaults().topK(5).positions(Positions.last()).track(" Paris");
/// options.topK()    // 5
/// ```
public final class LensOptions {

    private static final LensOptions DEFAULTS = new LensOptions();

    private int topK = 10;
    private int bottomK;
    private Positions positions = Positions.all();
    private Bos bos = Bos.NONE;
    private SpecialTokens specialTokens = SpecialTokens.TEXT;
    private Set<PointKind> points = ordered(PointKind.class, List.of(PointKind.EMBED, PointKind.RESID_POST));
    private Layers layers = Layers.all();
    private Readout readout = Readout.logit();
    private LayerNormMode layerNorm = LayerNormMode.RECOMPUTED;
    private OptionalInt stopAfter = OptionalInt.empty();
    private Set<LensMetric> metrics = Set.of();
    private List<TokenRef> tracked = List.of();
    private Optional<TokenRef> versus = Optional.empty();
    private boolean keepResiduals;

    private LensOptions() {
    }

    private LensOptions copy() {
        LensOptions copy = new LensOptions();
        copy.topK = topK;
        copy.bottomK = bottomK;
        copy.positions = positions;
        copy.bos = bos;
        copy.specialTokens = specialTokens;
        copy.points = points;
        copy.layers = layers;
        copy.readout = readout;
        copy.layerNorm = layerNorm;
        copy.stopAfter = stopAfter;
        copy.metrics = metrics;
        copy.tracked = tracked;
        copy.versus = versus;
        copy.keepResiduals = keepResiduals;
        return copy;
    }

    private static <E extends Enum<E>> Set<E> ordered(Class<E> type, List<E> values) {
        EnumSet<E> copy = EnumSet.noneOf(type);
        copy.addAll(values);
        return Collections.unmodifiableSet(copy);
    }

    /// Top 10 and no bottom at every position, no BOS, special tokens' texts as text, embedding and every `resid_post`, the logit
    /// lens with recomputed statistics, nothing tracked.
    ///
    /// @return the default options
    public static LensOptions defaults() {
        return DEFAULTS;
    }

    /// Tokens read per point and position, highest logit first.
    ///
    /// @return at least 1
    public int topK() {
        return topK;
    }

    /// Changes how many tokens are read per point and position.
    ///
    /// @param topK at least 1; more than the vocabulary holds means the whole vocabulary
    /// @return changed options
    /// @throws IllegalArgumentException if it is below 1
    public LensOptions topK(int topK) {
        if (topK < 1) {
            throw new IllegalArgumentException("top-k: expected at least 1, got " + topK);
        }
        LensOptions copy = copy();
        copy.topK = topK;
        return copy;
    }

    /// Least likely tokens read per point and position, lowest logit first.
    ///
    /// @return 0 for none
    public int bottomK() {
        return bottomK;
    }

    /// Changes how many of the least likely tokens are read per point and position.
    ///
    /// @param bottomK 0 for none; more than the vocabulary holds means the whole vocabulary
    /// @return changed options
    /// @throws IllegalArgumentException if it is negative
    public LensOptions bottomK(int bottomK) {
        if (bottomK < 0) {
            throw new IllegalArgumentException("bottom-k: expected at least 0, got " + bottomK);
        }
        LensOptions copy = copy();
        copy.bottomK = bottomK;
        return copy;
    }

    /// The positions read.
    ///
    /// @return all of them by default
    public Positions positions() {
        return positions;
    }

    /// Changes the positions read.
    ///
    /// @param positions the positions
    /// @return changed options
    public LensOptions positions(Positions positions) {
        LensOptions copy = copy();
        copy.positions = Objects.requireNonNull(positions, "positions");
        return copy;
    }

    /// Whether the model's BOS is put before the prompt.
    ///
    /// @return none by default
    public Bos bos() {
        return bos;
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether the model's BOS, GPT-2's `<|endoftext|>`, goes before the prompt
    /// @return changed options
    public LensOptions bos(Bos bos) {
        LensOptions copy = copy();
        copy.bos = Objects.requireNonNull(bos, "bos");
        return copy;
    }

    /// What the text of a special token means in a prompt.
    ///
    /// @return plain text by default
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /// Changes what the text of a special token, such as `<|endoftext|>`, means where it stands in a prompt.
    ///
    /// @param specialTokens text, or the token
    /// @return changed options
    public LensOptions specialTokens(SpecialTokens specialTokens) {
        LensOptions copy = copy();
        copy.specialTokens = Objects.requireNonNull(specialTokens, "special tokens");
        return copy;
    }

    /// The kinds of point read; the residual stream after the last block is always read.
    ///
    /// @return immutable, in the order of the forward pass
    public Set<PointKind> points() {
        return points;
    }

    /// Changes the kinds of point read.
    ///
    /// @param points the kinds; the residual stream after the last block is read whether named or not
    /// @return changed options
    public LensOptions points(PointKind... points) {
        LensOptions copy = copy();
        copy.points = ordered(PointKind.class, Arrays.asList(points));
        return copy;
    }

    /// The blocks in which points are read.
    ///
    /// @return all by default
    public Layers layers() {
        return layers;
    }

    /// Changes the blocks in which points are read. The embedding and the residual stream after the last block are in none
    /// and always read where their kind is.
    ///
    /// @param layers the blocks
    /// @return changed options
    public LensOptions layers(Layers layers) {
        LensOptions copy = copy();
        copy.layers = Objects.requireNonNull(layers, "layers");
        return copy;
    }

    /// The kind of lens.
    ///
    /// @return the logit lens by default
    public Readout readout() {
        return readout;
    }

    /// Changes the kind of lens: what becomes of a residual before the final LayerNorm.
    ///
    /// @param readout the lens
    /// @return changed options
    public LensOptions readout(Readout readout) {
        LensOptions copy = copy();
        copy.readout = Objects.requireNonNull(readout, "readout");
        return copy;
    }

    /// What becomes of a row before it meets `W_U`.
    ///
    /// @return [LayerNormMode#RECOMPUTED] by default
    public LayerNormMode layerNorm() {
        return layerNorm;
    }

    /// Changes what becomes of a row before it meets `W_U`.
    ///
    /// @param layerNorm the mode
    /// @return changed options
    /// @throws IllegalArgumentException for [LayerNormMode#FROZEN] where the run is to be stopped
    public LensOptions layerNorm(LayerNormMode layerNorm) {
        LensOptions copy = copy();
        copy.layerNorm = Objects.requireNonNull(layerNorm, "layer norm");
        return copy.checkStop();
    }

    /// The last block that runs.
    ///
    /// @return from 0; empty where all of them run
    public OptionalInt stopAfter() {
        return stopAfter;
    }

    /// Runs no block after this one. The last point read is then this block's `resid_post`, which is not the model's output:
    /// [LensResult#finalPoint] and what is compared with it are not there. Stopping after the last block changes nothing.
    ///
    /// @param layer the last block that runs, from 0
    /// @return changed options
    /// @throws IllegalArgumentException if the layer is negative, or the layer norm mode is [LayerNormMode#FROZEN]
    public LensOptions stopAfter(int layer) {
        if (layer < 0) {
            throw new IllegalArgumentException("stop-after: expected a layer, 0 or more, got " + layer);
        }
        LensOptions copy = copy();
        copy.stopAfter = OptionalInt.of(layer);
        return copy.checkStop();
    }

    private LensOptions checkStop() {
        if (stopAfter.isPresent() && layerNorm == LayerNormMode.FROZEN) {
            throw new IllegalArgumentException("stop-after: expected layer norm recomputed or none, got frozen, which needs the"
                    + " scale of the final residual");
        }
        return this;
    }

    /// Numbers read besides those that come with every run.
    ///
    /// @return immutable, in the order of [LensMetric]
    public Set<LensMetric> metrics() {
        return metrics;
    }

    /// Changes which numbers are read besides those that come with every run.
    ///
    /// @param metrics the metrics
    /// @return changed options
    public LensOptions metrics(LensMetric... metrics) {
        LensOptions copy = copy();
        copy.metrics = ordered(LensMetric.class, Arrays.asList(metrics));
        return copy;
    }

    /// Tokens followed through every point.
    ///
    /// @return immutable, in the order in which they were added
    public List<TokenRef> tracked() {
        return tracked;
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
        LensOptions copy = copy();
        copy.tracked = List.copyOf(more);
        return copy;
    }

    /// The token that the first tracked one is compared with.
    ///
    /// @return empty where no difference is read
    public Optional<TokenRef> versus() {
        return versus;
    }

    /// Compares the first tracked token with this one, which is then tracked as well: [LensResult#logitDifference(LensPoint, int)].
    ///
    /// ```java
    /// LensOptions.defaults().track(" Paris").versus(" London")
    /// ```
    ///
    /// @param other the text of exactly one token
    /// @return changed options
    /// @throws IllegalArgumentException if no token is tracked yet, or it is the first of them
    public LensOptions versus(String other) {
        return versus(TokenRef.of(other));
    }

    /// Compares the first tracked token with this one, which is then tracked as well: [LensResult#logitDifference(LensPoint, int)].
    ///
    /// @param other a token by text or id
    /// @return changed options
    /// @throws IllegalArgumentException if no token is tracked yet, or it is the first of them
    public LensOptions versus(TokenRef other) {
        if (tracked.isEmpty() || tracked.getFirst().equals(other)) {
            throw new IllegalArgumentException("versus: expected another token to be tracked before it, got "
                    + (tracked.isEmpty() ? "none" : "the same"));
        }
        LensOptions copy = tracked.contains(other) ? copy() : track(other);
        copy.versus = Optional.of(other);
        return copy;
    }

    /// Whether a result keeps the residuals it was read from, so that it can be [compared][LensResult#compare].
    ///
    /// @return false by default
    public boolean keepResiduals() {
        return keepResiduals;
    }

    /// Changes whether a result keeps the residuals it was read from: 4 bytes × points × positions × dModel, 600 kB for 15 tokens in
    /// GPT-2 small.
    ///
    /// @param keepResiduals true for a result that is to be [compared][LensResult#compare]
    /// @return changed options
    public LensOptions keepResiduals(boolean keepResiduals) {
        LensOptions copy = copy();
        copy.keepResiduals = keepResiduals;
        return copy;
    }

    /// Whether one of the metrics needs a reading.
    boolean reads(LensMetric.Reading reading) {
        return metrics.stream().anyMatch(metric -> metric.reading() == reading);
    }

    private List<Object> values() {
        return List.of(
                topK, bottomK, positions, bos, specialTokens, points, layers, readout, layerNorm, stopAfter, metrics, tracked, versus,
                keepResiduals);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LensOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /// Every option, in one line.
    @Override
    public String toString() {
        return "LensOptions[topK=" + topK + ", bottomK=" + bottomK + ", positions=" + positions + ", bos=" + bos
                + ", specialTokens=" + specialTokens + ", points=" + points + ", layers=" + layers + ", readout=" + readout
                + ", layerNorm=" + layerNorm.key() + ", stopAfter=" + (stopAfter.isPresent() ? stopAfter.getAsInt() : "none")
                + ", metrics=" + metrics.stream().map(LensMetric::key).toList() + ", tracked=" + tracked
                + versus.map(other -> ", versus=" + other).orElse("") + (keepResiduals ? ", keepResiduals" : "") + "]";
    }
}
