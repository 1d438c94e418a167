package io.github.logitlens.internal.hook;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;

/// What the model asks of the hooks of a run.
public interface HookCalls {

    /// No hooks.
    HookCalls NONE = HookAccess.of(Hooks.none());

    /// Refuses hooks that would never be called: at places that the model has not, or that the run does not reach.
    ///
    /// @param config    the model's sizes
    /// @param model     its name, for messages
    /// @param from      the first place that the run comes to
    /// @param lastLayer the last block that runs
    /// @throws IllegalArgumentException if there is one
    void check(Gpt2Config config, String model, HookPoint from, int lastLayer);

    /// The same for a run that begins with the embedding.
    default void check(Gpt2Config config, String model, int lastLayer) {
        check(config, model, HookSite.EMBED.at(0), lastLayer);
    }

    /// Whether anything is hooked at a point. The model computes what only a hook can see, such as whole attention patterns, when
    /// this says so.
    boolean wants(HookPoint point);

    /// Whether an editor may change the activation at a point.
    boolean edits(HookPoint point);

    /// Whether an editor may change what stands at a position of a point; those of users may at any.
    boolean edits(HookPoint point, int position);

    /// Calls what is hooked at a point.
    ///
    /// @param firstPosition the position of its first row
    /// @param data          the activation, row-major; *written* by editors
    /// @param shape         its extents
    void fire(HookPoint point, int firstPosition, float[] data, int... shape);
}
