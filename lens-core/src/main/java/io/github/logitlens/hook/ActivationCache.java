package io.github.logitlens.hook;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps copies of the activations at chosen points of one run.
///
/// ```java
/// ActivationCache cache = ActivationCache.of(HookSite.ATTN_PATTERN.at(0), HookSite.RESID_POST.at(0));
/// model.run(tokens, cache.hooks());
/// cache.get(HookSite.ATTN_PATTERN.at(0)).shape()    // [12, 6, 6]: nHeads, query, key
/// ```
///
/// A second run with the same cache replaces what it holds. Not thread-safe: one cache for one run at a time.
public final class ActivationCache implements ActivationObserver {

    private final Set<HookPoint> points;
    private final Map<HookPoint, Activation> activations = new LinkedHashMap<>();

    private ActivationCache(Set<HookPoint> points) {
        this.points = points;
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
        Set<HookPoint> set = new java.util.LinkedHashSet<>();
        points.forEach(set::add);
        return new ActivationCache(Collections.unmodifiableSet(set));
    }

    /// The hooks to give to a run.
    ///
    /// @return hooks that observe this cache's points
    public Hooks hooks() {
        return Hooks.none().observe(points::contains, this);
    }

    @Override
    public void observe(HookPoint point, Activation activation) {
        if (points.contains(point)) {
            activations.put(point, activation.copy());
        }
    }

    /// What was kept at a point.
    ///
    /// @param point one of this cache's points
    /// @return the activation of the last run
    /// @throws IllegalArgumentException if nothing was kept there
    public Activation get(HookPoint point) {
        Activation activation = activations.get(point);
        if (activation == null) {
            throw new IllegalArgumentException(points.contains(point)
                    ? "activation cache: nothing at " + point + " yet; run the model with this cache's hooks first"
                    : "activation cache: expected one of " + points + ", got " + point);
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
