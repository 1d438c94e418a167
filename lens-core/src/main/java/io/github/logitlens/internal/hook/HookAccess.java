package io.github.logitlens.internal.hook;

import io.github.logitlens.hook.Hooks;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The way from the public [Hooks] to what only the model calls.
public final class HookAccess {

    private static Function<Hooks, HookCalls> access;
    private static BiFunction<Hooks, EditRefusal, Hooks> guard;

    private HookAccess() {
    }

    /// Called once, by [Hooks].
    ///
    /// @param access what opens them
    /// @param guard  what [#guarded] does
    public static void open(Function<Hooks, HookCalls> access, BiFunction<Hooks, EditRefusal, Hooks> guard) {
        HookAccess.access = access;
        HookAccess.guard = guard;
    }

    /// Hooks whose editors end nothing but themselves when they refuse an activation: for one prompt of several.
    ///
    /// @param refusal told what the first one threw; from then on none of them is called
    public static Hooks guarded(Hooks hooks, EditRefusal refusal) {
        return guard.apply(hooks, refusal);
    }

    /// What the model calls of some hooks.
    public static HookCalls of(Hooks hooks) {
        return access.apply(hooks);
    }
}
