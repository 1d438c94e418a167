package io.github.logitlens.hook;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/// The observers and editors of a run. Immutable: each method returns a changed copy, so hooks live exactly as long as
/// the runs they are given to.
///
/// ```java
/// Hooks hooks = Hooks.none()
///         .observe(HookSite.RESID_POST.at(3), (point, a) -> System.out.println(point + " " + a))
///         .edit(HookSite.ATTN_OUT.at(5), (point, a) -> a.fill(0));
/// // prints: blocks.3.hook_resid_post Activation[6, 768]
/// ```
///
/// At one point, observers and editors are called in the order in which they were added. A run with observers only gives
/// the bits of a run without hooks.
public final class Hooks {

    private static final Hooks NONE = new Hooks(List.of());

    private sealed interface Entry {

        Predicate<HookPoint> where();

        void fire(HookPoint point, float[] data, int... shape);
    }

    private record Observing(Predicate<HookPoint> where, ActivationObserver observer) implements Entry {

        @Override
        public void fire(HookPoint point, float[] data, int... shape) {
            Activation activation = new Activation(data, shape);
            try {
                observer.observe(point, activation);
            } finally {
                activation.close();
            }
        }
    }

    private record Editing(Predicate<HookPoint> where, ActivationEditor editor) implements Entry {

        @Override
        public void fire(HookPoint point, float[] data, int... shape) {
            EditableActivation activation = new EditableActivation(data, shape);
            try {
                editor.edit(point, activation);
            } finally {
                activation.close();
            }
        }
    }

    private final List<Entry> entries;

    private Hooks(List<Entry> entries) {
        this.entries = entries;
    }

    /// No hooks.
    ///
    /// @return an empty set of hooks, to which others can be added
    public static Hooks none() {
        return NONE;
    }

    /// Adds an observer at one point.
    ///
    /// @param point    where
    /// @param observer called there once per run
    /// @return these hooks and the new one
    public Hooks observe(HookPoint point, ActivationObserver observer) {
        return observe(Predicate.isEqual(Objects.requireNonNull(point, "point")), observer);
    }

    /// Adds an observer at every point that matches.
    ///
    /// @param where    which points
    /// @param observer called at each of them once per run
    /// @return these hooks and the new one
    public Hooks observe(Predicate<HookPoint> where, ActivationObserver observer) {
        return with(new Observing(
                Objects.requireNonNull(where, "where"), Objects.requireNonNull(observer, "observer")));
    }

    /// Adds an editor at one point.
    ///
    /// @param point  where
    /// @param editor called there once per run
    /// @return these hooks and the new one
    public Hooks edit(HookPoint point, ActivationEditor editor) {
        return edit(Predicate.isEqual(Objects.requireNonNull(point, "point")), editor);
    }

    /// Adds an editor at every point that matches.
    ///
    /// @param where  which points
    /// @param editor called at each of them once per run
    /// @return these hooks and the new one
    public Hooks edit(Predicate<HookPoint> where, ActivationEditor editor) {
        return with(new Editing(Objects.requireNonNull(where, "where"), Objects.requireNonNull(editor, "editor")));
    }

    private Hooks with(Entry entry) {
        List<Entry> more = new ArrayList<>(entries);
        more.add(entry);
        return new Hooks(List.copyOf(more));
    }

    /// Whether anything is hooked at a point. The model computes what only a hook can see, such as whole attention
    /// patterns, when this says so.
    ///
    /// @param point the point
    /// @return true if an observer or editor matches
    public boolean wants(HookPoint point) {
        for (Entry entry : entries) {
            if (entry.where().test(point)) {
                return true;
            }
        }
        return false;
    }

    /// Whether an editor may change the activation at a point.
    ///
    /// @param point the point
    /// @return true if an editor matches
    public boolean edits(HookPoint point) {
        for (Entry entry : entries) {
            if (entry instanceof Editing && entry.where().test(point)) {
                return true;
            }
        }
        return false;
    }

    /// Calls what is hooked at a point; used by the model.
    ///
    /// @param point where the forward pass is
    /// @param data  the activation, row-major; *written* by editors
    /// @param shape its extents
    public void fire(HookPoint point, float[] data, int... shape) {
        for (Entry entry : entries) {
            if (entry.where().test(point)) {
                entry.fire(point, data, shape);
            }
        }
    }
}
