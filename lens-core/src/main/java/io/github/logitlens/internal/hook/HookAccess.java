package io.github.logitlens.internal.hook;

import io.github.logitlens.hook.Hooks;
import java.util.function.Function;

/// The way from the public [Hooks] to what only the model calls.
public final class HookAccess {

    private static Function<Hooks, HookCalls> access;

    private HookAccess() {
    }

    /// Called once, by [Hooks].
    ///
    /// @param access what opens them
    public static void open(Function<Hooks, HookCalls> access) {
        HookAccess.access = access;
    }

    /// What the model calls of some hooks.
    public static HookCalls of(Hooks hooks) {
        return access.apply(hooks);
    }
}
