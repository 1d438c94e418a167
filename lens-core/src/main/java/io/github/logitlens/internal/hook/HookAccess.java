package io.github.logitlens.internal.hook;

import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.Hooks;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The way from the public [Hooks] to what only the model calls.
public final class HookAccess {

    private static Function<Hooks, HookCalls> access;
    private static BiFunction<Hooks, EditRefusal, Hooks> guard;
    private static BiFunction<Hooks, UnaryOperator<Edit>, Hooks> mapping;

    private HookAccess() {
    }

    /// Called once, by [Hooks].
    ///
    /// @param access  what opens them
    /// @param guard   what [#guarded] does
    /// @param mapping what [#mapped] does
    public static void open(Function<Hooks, HookCalls> access, BiFunction<Hooks, EditRefusal, Hooks> guard,
            BiFunction<Hooks, UnaryOperator<Edit>, Hooks> mapping) {
        HookAccess.access = access;
        HookAccess.guard = guard;
        HookAccess.mapping = mapping;
    }

    /// Hooks whose editors end nothing but themselves when they refuse an activation: for one prompt of several.
    ///
    /// @param refusal told what the first one threw; from then on none of them is called
    public static Hooks guarded(Hooks hooks, EditRefusal refusal) {
        return guard.apply(hooks, refusal);
    }

    /// Hooks with other edits in the places of theirs.
    public static Hooks mapped(Hooks hooks, UnaryOperator<Edit> change) {
        return mapping.apply(hooks, change);
    }

    /// Hooks whose edits are ready for a run that ends after so many positions.
    ///
    /// @throws IllegalArgumentException if one names a position that is not there
    public static Hooks forPrompt(Hooks hooks, int seqLen) {
        return mapped(hooks, edit -> edit.forPrompt(seqLen));
    }

    /// What the model calls of some hooks.
    public static HookCalls of(Hooks hooks) {
        return access.apply(hooks);
    }
}
