package io.github.logitlens.model;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.internal.layer.Sequences;
import java.util.List;
import java.util.Objects;

/// One of several token sequences that go through the model in one pass. Immutable: each method returns a changed copy.
///
/// ```java
/// List<float[]> residuals = model.run(List.of(
///         Sequence.of(464, 3139, 286, 4881, 318),
///         Sequence.of(next).after(cache).hooks(hooks)));    // [5, dModel] and [1, dModel]
/// ```
public final class Sequence {

    private final int[] tokens;
    private final Hooks hooks;
    /// Null where nothing came before and nothing is kept.
    private final KvCache cache;

    private Sequence(int[] tokens, Hooks hooks, KvCache cache) {
        this.tokens = tokens;
        this.hooks = hooks;
        this.cache = cache;
    }

    /// A sequence that begins at position 0 and leaves nothing, without hooks.
    ///
    /// @param tokens ids, at least one; *copied*
    /// @return the sequence
    public static Sequence of(int... tokens) {
        return new Sequence(tokens.clone(), Hooks.none(), null);
    }

    /// Changes what observes and edits this sequence.
    ///
    /// @param hooks called once per point, with this sequence's rows only
    /// @return a changed sequence
    public Sequence hooks(Hooks hooks) {
        return new Sequence(tokens, Objects.requireNonNull(hooks, "hooks"), cache);
    }

    /// Lets the sequence go on behind the positions in a cache.
    ///
    /// @param cache what earlier passes left, *written* by the pass; only this sequence of it may have it
    /// @return a changed sequence
    public Sequence after(KvCache cache) {
        return new Sequence(tokens, hooks, Objects.requireNonNull(cache, "cache"));
    }

    int length() {
        return tokens.length;
    }

    /// Null where there is none.
    KvCache cache() {
        return cache;
    }

    /// What the layers take, checked against a model.
    ///
    /// @param lastLayer the last block that runs
    Sequences.Input input(Gpt2Model model, int lastLayer) {
        if (cache != null) {
            cache.checkModel(model);
        }
        int past = cache == null ? 0 : cache.length();
        int[] ids = model.checked(tokens, past);
        HookCalls calls = HookAccess.of(hooks);
        calls.check(model.config(), model.id(), lastLayer);
        return new Sequences.Input(ids, past, cache == null ? List.of() : cache.layers, calls);
    }

    /// How many tokens, and behind how many.
    @Override
    public String toString() {
        return "Sequence[" + tokens.length + " tokens" + (cache == null ? "" : " after " + cache.length()) + "]";
    }
}
