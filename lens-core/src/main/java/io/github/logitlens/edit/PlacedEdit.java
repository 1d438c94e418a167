package io.github.logitlens.edit;

import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.EditableActivation;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.internal.edit.EditAccess;
import io.github.logitlens.internal.edit.EditModel;
import io.github.logitlens.internal.edit.Unresolved;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// An edit of what stands at a [Place]; made by [Edits]. Immutable: each method returns a changed copy.
///
/// ```java
/// Edits.patch(Place.parse("L4.resid_post")).at(5).from("The Colosseum is in").toString()    // "patch:L4.resid_post@5"
/// ```
///
/// Its positions are the prompt's, wherever a run begins: all of them unless [#at] names some. An edit of all positions goes on at
/// those of a text that is generated, except where it takes from prompts position by position, or over the prompt's own positions.
public final class PlacedEdit implements Edit {

    static {
        EditAccess.open(edit -> edit instanceof PlacedEdit placed ? Optional.of(placed.new Lacking()) : Optional.empty());
    }

    private final Change change;
    private final Place place;
    private final Positions positions;
    private final List<Prompt> sources;

    PlacedEdit(Change change, Place place) {
        this(change, place, Positions.all(), List.of());
    }

    private PlacedEdit(Change change, Place place, Positions positions, List<Prompt> sources) {
        this.change = change;
        this.place = place;
        this.positions = positions;
        this.sources = sources;
        requireRows(place, change.verb() + ":" + place);
    }

    static void requireRows(Place place, String edit) {
        if (!place.hasRows()) {
            throw new IllegalArgumentException("edit " + edit + ": expected a place with a row for each position, got " + place
                    + "; what attention sees is changed by cut, or by an editor of your own");
        }
    }

    /// Changes some positions only.
    ///
    /// @param positions those of the prompt; a prompt that lacks one is refused
    /// @return a changed edit
    public PlacedEdit at(Positions positions) {
        return new PlacedEdit(change, place, Objects.requireNonNull(positions, "positions"), sources);
    }

    /// Changes some positions only.
    ///
    /// @param positions at least one; negative ones count from the prompt's end
    /// @return a changed edit
    public PlacedEdit at(int... positions) {
        return at(Positions.of(positions));
    }

    /// Says from which prompts it takes what it puts in. They run as they are, once, before the run that is changed, with its BOS.
    ///
    /// @param prompts one for `patch` and `resample`, two for a difference, any for `mean`
    /// @return a changed edit
    /// @throws IllegalArgumentException if it takes nothing from prompts
    public PlacedEdit from(Prompt... prompts) {
        if (change.mostSources() == 0 && prompts.length > 0) {
            throw new IllegalArgumentException("edit " + this + ": expected no prompt to take from, got " + prompts.length);
        }
        return new PlacedEdit(change, place, positions, List.of(prompts));
    }

    /// Says from which texts it takes what it puts in; see [#from(Prompt...)].
    ///
    /// @param prompts one for `patch` and `resample`, two for a difference, any for `mean`
    /// @return a changed edit
    /// @throws IllegalArgumentException if it takes nothing from prompts
    public PlacedEdit from(String... prompts) {
        return from(Stream.of(prompts).map(Prompt::of).toArray(Prompt[]::new));
    }

    /// The files that it reads before a run.
    ///
    /// @return empty for an edit that reads none
    public List<Path> files() {
        return change.files();
    }

    boolean takesFromPrompts() {
        return change.mostSources() > 0;
    }

    @Override
    public List<Prompt> sources() {
        return sources;
    }

    @Override
    public void check(Gpt2Config config) {
        place.check(config, toString());
        change.check(place, config, toString());
        int least = change.leastSources();
        if (sources.size() < least || sources.size() > change.mostSources()) {
            throw new IllegalArgumentException("edit " + this + ": expected " + (least == 1 ? "one prompt" : least + " prompts")
                    + " to take from, got " + sources.size());
        }
    }

    @Override
    public Edit forPrompt(int seqLen) {
        if (change.needsModel() || !sources.isEmpty()) {
            throw new IllegalArgumentException("edit " + this + ": expected to be prepared for the model that it takes something from;"
                    + " LogitLens does so for its runs, and LogitLens.prepare for others");
        }
        return ready(null).forPrompt(seqLen);
    }

    private int[] positions(int seqLen) {
        try {
            return positions.resolveWhole(seqLen);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("edit " + this + ": " + e.getMessage(), e);
        }
    }

    private Ready ready(EditModel model) {
        return new Ready(this, change.resolve(model, place, sources, toString()));
    }

    @Override
    public boolean touches(HookPoint point) {
        return place.contains(point);
    }

    @Override
    public void edit(HookPoint point, EditableActivation activation) {
        forPrompt(activation.firstPosition() + activation.shape()[0]).edit(point, activation);
    }

    /// What it takes from a model.
    private final class Lacking implements Unresolved {

        @Override
        public boolean reads(HookPoint point) {
            return !sources.isEmpty() && change.reads(place, point);
        }

        @Override
        public void check(int seqLen) {
            positions(seqLen);
        }

        @Override
        public Edit resolved(EditModel model) {
            return ready(model);
        }
    }

    /// With all that it takes.
    private record Ready(PlacedEdit written, Action action) implements Edit {

        @Override
        public void check(Gpt2Config config) {
            written.check(config);
        }

        @Override
        public List<Prompt> sources() {
            return written.sources;
        }

        @Override
        public Edit forPrompt(int seqLen) {
            boolean all = written.positions.equals(Positions.all());
            int[] positions = written.positions(seqLen);
            return new Settled(this, action.forPrompt(positions, written.positions, written.toString()),
                    all && action.goesOn() ? new int[0] : positions);
        }

        @Override
        public boolean touches(HookPoint point) {
            return written.touches(point);
        }

        @Override
        public void edit(HookPoint point, EditableActivation activation) {
            forPrompt(activation.firstPosition() + activation.shape()[0]).edit(point, activation);
        }

        @Override
        public String toString() {
            return written.toString();
        }
    }

    /// Of one prompt.
    ///
    /// @param positions ascending; none for all there will be
    private record Settled(Ready ready, Action action, int... positions) implements Edit {

        @Override
        public void check(Gpt2Config config) {
            ready.check(config);
        }

        @Override
        public List<Prompt> sources() {
            return ready.sources();
        }

        @Override
        public boolean touches(HookPoint point) {
            return ready.touches(point);
        }

        @Override
        public boolean touches(HookPoint point, int position) {
            return touches(point) && (positions.length == 0 || Arrays.binarySearch(positions, position) >= 0);
        }

        @Override
        public void edit(HookPoint point, EditableActivation activation) {
            int[] shape = activation.shape();
            int first = activation.firstPosition();
            int[] rows = IntStream.range(0, shape[0]).filter(row -> touches(point, first + row)).toArray();
            if (rows.length == 0) {
                return;
            }
            Place.Slice slice = ready.written.place.slice(shape);
            Action here = action.within(point, activation, slice);
            float[] values = new float[slice.count()];
            for (int row : rows) {
                activation.read(slice.offset(row), values, 0, values.length);
                here.change(point, first + row, values);
                activation.write(slice.offset(row), values, 0, values.length);
            }
        }

        @Override
        public String toString() {
            return ready.toString();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlacedEdit edit && change.equals(edit.change) && place.equals(edit.place)
                && positions.equals(edit.positions) && sources.equals(edit.sources);
    }

    @Override
    public int hashCode() {
        return Objects.hash(change, place, positions, sources);
    }

    /// Positions as edits write them: numbers and ranges.
    static String written(Positions positions) {
        return positions.equals(Positions.last()) ? "-1" : positions.toString();
    }

    /// The written form; the prompts that it takes from are not in it.
    @Override
    public String toString() {
        return change.verb() + ":" + place + (positions.equals(Positions.all()) ? "" : "@" + written(positions)) + change.numbers();
    }
}
