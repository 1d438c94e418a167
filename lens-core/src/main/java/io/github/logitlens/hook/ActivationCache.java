package io.github.logitlens.hook;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/// Keeps copies of the activations at chosen points of one run, whole or at some positions.
///
/// ```java
/// ActivationCache cache = ActivationCache.of(HookSite.ATTN_PATTERN.at(0), HookSite.RESID_POST.at(0));
/// model.run(tokens, cache.hooks());
/// cache.get(HookSite.ATTN_PATTERN.at(0)).shape()    // [12, 6, 6]: nHeads, query, key
///
/// ActivationCache last = ActivationCache.where(point -> point.site() == HookSite.RESID_POST).at(-1);
/// model.run(tokens, last.hooks());
/// last.get(HookSite.RESID_POST.at(0)).shape()       // [1, 768]
/// ```
///
/// A second run with the same cache replaces what it holds. Not thread-safe: one cache for one run at a time.
public final class ActivationCache implements ActivationObserver {

    private final Predicate<HookPoint> points;
    private final String description;
    /// Empty for all of them; negative ones count from the end.
    private final int[] positions;
    private final Map<HookPoint, Activation> activations = new LinkedHashMap<>();

    private ActivationCache(Predicate<HookPoint> points, String description, int... positions) {
        this.points = points;
        this.description = description;
        this.positions = positions;
    }

    /// A cache for some points.
    ///
    /// @param points what to keep
    /// @return an empty cache
    public static ActivationCache of(HookPoint... points) {
        return of(List.of(points));
    }

    /// A cache for some points.
    ///
    /// @param points what to keep; copied
    /// @return an empty cache
    public static ActivationCache of(Iterable<HookPoint> points) {
        Set<HookPoint> set = new LinkedHashSet<>();
        points.forEach(set::add);
        return new ActivationCache(set::contains, "one of " + set);
    }

    /// A cache for all points that match.
    ///
    /// @param points which points
    /// @return an empty cache
    public static ActivationCache where(Predicate<HookPoint> points) {
        return new ActivationCache(Objects.requireNonNull(points, "points"), "a point that the cache's condition names");
    }

    /// A cache for the same points that keeps the rows of some positions only, in the order given here: of scores and patterns the
    /// rows of those queries.
    ///
    /// @param positions rows of the run's activations, negative ones counting from the end; at least one; copied
    /// @return an empty cache
    /// @throws IllegalArgumentException if there are none
    public ActivationCache at(int... positions) {
        if (positions.length == 0) {
            throw new IllegalArgumentException("positions: expected at least one, got none");
        }
        return new ActivationCache(points, description, positions.clone());
    }

    /// The hooks to give to a run.
    ///
    /// @return hooks that observe this cache's points
    public Hooks hooks() {
        return after(Hooks.none());
    }

    /// Other hooks, and this cache after them: it keeps what they leave.
    ///
    /// @param hooks what observes and edits before
    /// @return those hooks and this cache
    public Hooks after(Hooks hooks) {
        return hooks.observe(points, this);
    }

    /// @throws IllegalArgumentException if a position of this cache lies outside the run
    @Override
    public void observe(HookPoint point, Activation activation) {
        if (points.test(point)) {
            activations.put(point, positions.length == 0 ? activation.copy() : rows(point, activation));
        }
    }

    private Activation rows(HookPoint point, Activation activation) {
        boolean byHead = point.site() == HookSite.ATTN_SCORES || point.site() == HookSite.ATTN_PATTERN;
        int[] shape = activation.shape();
        int axis = byHead ? 1 : 0;
        int outer = byHead ? shape[0] : 1;
        int row = activation.size() / outer / shape[axis];
        float[] kept = new float[outer * positions.length * row];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < positions.length; i++) {
                int position = positions[i] < 0 ? positions[i] + shape[axis] : positions[i];
                if (position < 0 || position >= shape[axis]) {
                    throw new IllegalArgumentException("activation cache: expected positions " + -shape[axis] + " to "
                            + (shape[axis] - 1) + ", got " + positions[i]);
                }
                activation.read((o * shape[axis] + position) * row, kept, (o * positions.length + i) * row, row);
            }
        }
        shape[axis] = positions.length;
        return new Activation(activation.firstPosition(), kept, shape);
    }

    /// What was kept at a point.
    ///
    /// @param point one of this cache's points
    /// @return the activation of the last run; with [#at], its positions' rows
    /// @throws IllegalArgumentException if nothing was kept there
    public Activation get(HookPoint point) {
        Activation activation = activations.get(point);
        if (activation == null) {
            throw new IllegalArgumentException(points.test(point)
                    ? "activation cache: nothing at " + point + " yet; run the model with this cache's hooks first"
                    : "activation cache: expected " + description + ", got " + point);
        }
        return activation;
    }

    /// The points kept so far, in the order of the forward pass.
    ///
    /// @return an immutable copy
    public List<HookPoint> points() {
        return List.copyOf(activations.keySet());
    }
}
