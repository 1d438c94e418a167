package io.github.logitlens.hook;

import io.github.logitlens.Prompt;
import io.github.logitlens.internal.hook.EditRefusal;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

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
/// the bits of a run without hooks. A run refuses hooks that it would never call, such as one at a layer that the model has not.
public final class Hooks {

    static {
        HookAccess.open(Calls::new, Hooks::guarded, Hooks::mapped);
    }

    private static final Hooks NONE = new Hooks(List.of());

    private sealed interface Entry {

        boolean at(HookPoint point);

        default boolean at(HookPoint point, int position) {
            return at(point);
        }

        default boolean edits() {
            return true;
        }

        void fire(HookPoint point, int firstPosition, float[] data, int... shape);

        default void check(Gpt2Config config) {
        }

        default Entry mapped(UnaryOperator<Edit> change) {
            return this;
        }

        default List<Prompt> sources() {
            return List.of();
        }
    }

    /// An observer or editor at one point, or at all that match; what it is called in messages and results.
    private sealed interface Placed extends Entry {

        Predicate<HookPoint> where();

        @Override
        default boolean at(HookPoint point) {
            return where().test(point);
        }
    }

    private record Observing(Predicate<HookPoint> where, ActivationObserver observer) implements Placed {

        @Override
        public boolean edits() {
            return false;
        }

        @Override
        public void fire(HookPoint point, int firstPosition, float[] data, int... shape) {
            Activation activation = new Activation(firstPosition, data, shape);
            try {
                observer.observe(point, activation);
            } finally {
                activation.close();
            }
        }

        @Override
        public String toString() {
            return "observer" + place(where);
        }
    }

    private record Editing(Predicate<HookPoint> where, ActivationEditor editor) implements Placed {

        @Override
        public void fire(HookPoint point, int firstPosition, float[] data, int... shape) {
            Hooks.edit(point, editor, firstPosition, data, shape);
        }

        @Override
        public String toString() {
            return "custom edit" + place(where);
        }
    }

    private record Written(Edit edit) implements Entry {

        @Override
        public boolean at(HookPoint point) {
            return edit.touches(point);
        }

        @Override
        public boolean at(HookPoint point, int position) {
            return edit.touches(point, position);
        }

        @Override
        public void check(Gpt2Config config) {
            edit.check(config);
        }

        @Override
        public void fire(HookPoint point, int firstPosition, float[] data, int... shape) {
            Hooks.edit(point, edit::edit, firstPosition, data, shape);
        }

        @Override
        public Entry mapped(UnaryOperator<Edit> change) {
            return new Written(change.apply(edit));
        }

        @Override
        public List<Prompt> sources() {
            return edit.sources();
        }

        @Override
        public String toString() {
            return edit.toString();
        }
    }

    private record Guarded(Entry editor, EditRefusal refusal) implements Entry {

        @Override
        public boolean at(HookPoint point) {
            return refusal.message().isEmpty() && editor.at(point);
        }

        @Override
        public boolean at(HookPoint point, int position) {
            return editor.at(point, position);
        }

        @Override
        public void check(Gpt2Config config) {
            editor.check(config);
        }

        @Override
        public void fire(HookPoint point, int firstPosition, float[] data, int... shape) {
            try {
                editor.fire(point, firstPosition, data, shape);
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                refusal.set(editor + ": " + e.getMessage());
            }
        }

        @Override
        public Entry mapped(UnaryOperator<Edit> change) {
            return new Guarded(editor.mapped(change), refusal);
        }

        @Override
        public List<Prompt> sources() {
            return editor.sources();
        }

        @Override
        public String toString() {
            return editor.toString();
        }
    }

    private static Hooks guarded(Hooks hooks, EditRefusal refusal) {
        return new Hooks(hooks.entries.stream().map(entry -> entry.edits() ? new Guarded(entry, refusal) : entry).toList());
    }

    private static Hooks mapped(Hooks hooks, UnaryOperator<Edit> change) {
        return hooks.entries.isEmpty() ? hooks : new Hooks(hooks.entries.stream().map(entry -> entry.mapped(change)).toList());
    }

    /// One point, as a place that can be named.
    private record OnePoint(HookPoint point) implements Predicate<HookPoint> {

        @Override
        public boolean test(HookPoint other) {
            return point.equals(other);
        }
    }

    private static String place(Predicate<HookPoint> where) {
        return where instanceof OnePoint(HookPoint point) ? " at " + point : " at the points of a condition";
    }

    private static void edit(HookPoint point, ActivationEditor editor, int firstPosition, float[] data, int... shape) {
        EditableActivation activation = new EditableActivation(firstPosition, data, shape);
        try {
            editor.edit(point, activation);
        } finally {
            activation.close();
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

    /// Edits and nothing else.
    ///
    /// @param edits made in this order at points that they share; copied
    /// @return hooks with these edits
    public static Hooks of(Edit... edits) {
        Hooks hooks = NONE;
        for (Edit edit : edits) {
            hooks = hooks.edit(edit);
        }
        return hooks;
    }

    /// Adds an observer at one point.
    ///
    /// @param point    where
    /// @param observer called there once per run
    /// @return these hooks and the new one
    public Hooks observe(HookPoint point, ActivationObserver observer) {
        return observe(new OnePoint(Objects.requireNonNull(point, "point")), observer);
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
        return edit(new OnePoint(Objects.requireNonNull(point, "point")), editor);
    }

    /// Adds an editor at every point that matches.
    ///
    /// @param where  which points
    /// @param editor called at each of them once per run
    /// @return these hooks and the new one
    public Hooks edit(Predicate<HookPoint> where, ActivationEditor editor) {
        return with(new Editing(Objects.requireNonNull(where, "where"), Objects.requireNonNull(editor, "editor")));
    }

    /// Adds an edit.
    ///
    /// @param edit what is changed
    /// @return these hooks and the edit
    public Hooks edit(Edit edit) {
        return with(new Written(Objects.requireNonNull(edit, "edit")));
    }

    private Hooks with(Entry entry) {
        List<Entry> more = new ArrayList<>(entries);
        more.add(entry);
        return new Hooks(List.copyOf(more));
    }

    /// What changes the run, as text: edits in their written form, editors as `custom edit at blocks.3.attn.hook_z`.
    ///
    /// @return in the order in which they were added; empty where the run is only observed
    public List<String> edits() {
        return entries.stream().filter(Entry::edits).map(Entry::toString).toList();
    }

    /// The prompts from which each of [#edits] takes something.
    ///
    /// @return as many lists as there are edits, in their order; empty lists for those that take from none
    public List<List<Prompt>> editSources() {
        return entries.stream().filter(Entry::edits).map(Entry::sources).toList();
    }

    /// Observers and edits, in the order in which they were added.
    @Override
    public String toString() {
        return entries.toString();
    }

    private record Calls(Hooks hooks) implements HookCalls {

        @Override
        public void check(Gpt2Config config, String model, HookPoint from, int lastLayer) {
            for (Entry entry : hooks.entries) {
                entry.check(config);
                if (!isReached(entry, from, lastLayer)) {
                    throw new IllegalArgumentException("hooks: expected a place that the run comes to, "
                            + (from.site().inBlock() ? from + " to layer " : "layers 0 to ") + lastLayer
                            + " (model '" + model + "', " + config.nLayers() + " layers), got " + entry);
                }
            }
        }

        private static boolean isReached(Entry entry, HookPoint from, int lastLayer) {
            for (HookSite site : HookSite.values()) {
                boolean first = site.compareTo(from.site()) >= 0;
                if (!site.inBlock() && !first) {
                    continue;
                }
                for (int layer = from.layer() + (first ? 0 : 1); layer <= (site.inBlock() ? lastLayer : from.layer()); layer++) {
                    if (entry.at(site.at(site.inBlock() ? layer : 0))) {
                        return true;
                    }
                }
            }
            return false;
        }

        @Override
        public boolean wants(HookPoint point) {
            for (Entry entry : hooks.entries) {
                if (entry.at(point)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean edits(HookPoint point) {
            for (Entry entry : hooks.entries) {
                if (entry.edits() && entry.at(point)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean edits(HookPoint point, int position) {
            for (Entry entry : hooks.entries) {
                if (entry.edits() && entry.at(point, position)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void fire(HookPoint point, int firstPosition, float[] data, int... shape) {
            for (Entry entry : hooks.entries) {
                if (entry.at(point)) {
                    entry.fire(point, firstPosition, data, shape);
                }
            }
        }
    }
}
