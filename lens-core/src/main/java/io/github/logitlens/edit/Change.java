package io.github.logitlens.edit;

import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.internal.edit.EditModel;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/// An edit's verb with its numbers: what it does, before it is known where.
sealed interface Change {

    String verb();

    /// What stands behind the positions in the written form.
    default String numbers() {
        return "";
    }

    /// How many prompts it takes from, at least and at most.
    default int leastSources() {
        return 0;
    }

    default int mostSources() {
        return leastSources();
    }

    default boolean needsModel() {
        return mostSources() > 0;
    }

    default List<Path> files() {
        return List.of();
    }

    default void check(Place place, Gpt2Config config, String edit) {
    }

    /// Whether it takes what stands at a point from its prompts' runs.
    default boolean reads(Place place, HookPoint point) {
        return mostSources() > 0 && place.contains(point);
    }

    /// @param model not asked unless this [#needsModel]
    /// @param edit  for messages
    Action resolve(EditModel model, Place place, List<Prompt> sources, String edit);

    /// A change that takes vectors.
    sealed interface OfVectors extends Change {

        List<Direction> vectors();

        @Override
        default int leastSources() {
            return vectors().stream().mapToInt(Direction::sources).max().getAsInt();
        }

        @Override
        default List<Path> files() {
            return vectors().stream().flatMap(vector -> vector.file().stream()).toList();
        }

        @Override
        default boolean needsModel() {
            return vectors().stream().anyMatch(Direction::needsModel);
        }

        @Override
        default void check(Place place, Gpt2Config config, String edit) {
            vectors().forEach(vector -> vector.check(place, config, edit));
        }
    }

    /// Nothing is left.
    record Zero() implements Change {

        @Override
        public String verb() {
            return "zero";
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            return (point, position, values) -> Arrays.fill(values, 0);
        }
    }

    /// A multiple of what is there.
    record Scale(double factor) implements Change {

        @Override
        public String verb() {
            return "scale";
        }

        @Override
        public String numbers() {
            return "*" + number(factor);
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            return (point, position, values) -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (values[i] * factor);
                }
            };
        }
    }

    /// The mean over positions, summed in float64: those of the run's prompt, or all of the prompts that it takes from.
    record Mean() implements Change {

        @Override
        public String verb() {
            return "mean";
        }

        @Override
        public int mostSources() {
            return Integer.MAX_VALUE;
        }

        @Override
        public boolean needsModel() {
            return false;
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            if (sources.isEmpty()) {
                return new OwnMean();
            }
            return new Constant(atPoints(place, point -> mean(
                    sources.stream().map(source -> model.source(source, point)).toList(), place)));
        }

        private static float[] mean(List<Activation> activations, Place place) {
            double[] sum = new double[place.slice(activations.getFirst().shape()).count()];
            int rows = 0;
            for (Activation activation : activations) {
                int[] shape = activation.shape();
                Place.Slice slice = place.slice(shape);
                float[] values = new float[sum.length];
                for (int row = 0; row < shape[0]; row++) {
                    activation.read(slice.offset(row), values, 0, values.length);
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] += values[i];
                    }
                }
                rows += shape[0];
            }
            float[] mean = new float[sum.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) (sum[i] / rows);
            }
            return mean;
        }
    }

    /// The mean over the prompt's own positions, at the prompt's positions.
    record OwnMean() implements Action {

        @Override
        public Action within(HookPoint point, Activation activation, Place.Slice slice) {
            if (activation.firstPosition() > 0) {
                throw new IllegalArgumentException("edit mean: expected a prompt that runs in one go, whose positions the mean is taken"
                        + " over, got one that begins behind " + activation.firstPosition() + " cached positions");
            }
            double[] sum = new double[slice.count()];
            float[] values = new float[sum.length];
            int rows = activation.shape()[0];
            for (int row = 0; row < rows; row++) {
                activation.read(slice.offset(row), values, 0, values.length);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += values[i];
                }
            }
            for (int i = 0; i < sum.length; i++) {
                values[i] = (float) (sum[i] / rows);
            }
            return new Constant(Map.of(point, values));
        }

        @Override
        public void change(HookPoint point, int position, float[] values) {
            throw new AssertionError("a mean is taken over an activation first");
        }

        @Override
        public boolean goesOn() {
            return false;
        }
    }

    /// What another prompt has at the same place, or at another.
    ///
    /// @param verb `patch` or `resample`
    /// @param from where it is taken from, where that is another place
    /// @param at   from which positions, where they are others
    record Take(String verb, Optional<Place> from, Optional<Positions> at) implements Change {

        @Override
        public String numbers() {
            return from.isEmpty() ? "" : "=" + from.get() + at.map(positions -> "@" + PlacedEdit.written(positions)).orElse("");
        }

        @Override
        public int leastSources() {
            return 1;
        }

        private Place source(Place place) {
            return from.orElse(place);
        }

        @Override
        public void check(Place place, Gpt2Config config, String edit) {
            Place source = source(place);
            source.check(config, edit);
            PlacedEdit.requireRows(source, edit);
            if (source.width(config) != place.width(config)) {
                throw new IllegalArgumentException("edit " + edit + ": expected a place of " + place.width(config)
                        + " values to take from, got " + source.width(config) + " of " + source);
            }
            if (source.layers() != 1 && source.layers() != place.layers()) {
                throw new IllegalArgumentException("edit " + edit + ": expected one layer to take from, or " + place.layers() + ", got "
                        + source.layers());
            }
        }

        @Override
        public boolean reads(Place place, HookPoint point) {
            return source(place).contains(point);
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            Place source = source(place);
            Map<HookPoint, Activation> taken = new HashMap<>();
            for (int i = 0; i < place.layers(); i++) {
                taken.put(place.point(i), model.source(sources.getFirst(), source.point(source.layers() == 1 ? 0 : i)));
            }
            return new Taking(taken, source, at);
        }
    }

    /// What stood in another run, whole.
    record Taking(Map<HookPoint, Activation> taken, Place source, Optional<Positions> at) implements Action {

        @Override
        public Action forPrompt(int[] positions, Positions named, String edit) {
            int seqLen = taken.values().iterator().next().shape()[0];
            Map<Integer, Integer> rows = new HashMap<>();
            int[] from = from(positions, named, seqLen, edit);
            for (int i = 0; i < positions.length; i++) {
                rows.put(positions[i], from[i]);
            }
            return (point, position, values) -> {
                Activation activation = taken.get(point);
                activation.read(source.slice(activation.shape()).offset(rows.get(position)), values, 0, values.length);
            };
        }

        private int[] from(int[] positions, Positions named, int seqLen, String edit) {
            boolean all = at.isEmpty() && named.equals(Positions.all());
            int[] from = all ? IntStream.range(0, Math.min(seqLen, positions.length)).toArray() : resolve(at.orElse(named), seqLen, edit);
            if (at.isPresent() && from.length == 1) {
                int only = from[0];
                return IntStream.of(positions).map(position -> only).toArray();
            }
            if (from.length != positions.length) {
                throw new IllegalArgumentException("edit " + edit + ": expected " + positions.length
                        + " positions in the prompt that it takes from, as in the run, got " + from.length);
            }
            return from;
        }

        private static int[] resolve(Positions positions, int seqLen, String edit) {
            try {
                return positions.resolveWhole(seqLen);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("edit " + edit + ": the prompt that it takes from: " + e.getMessage(), e);
            }
        }

        @Override
        public void change(HookPoint point, int position, float[] values) {
            throw new AssertionError("what is taken is settled for a prompt first");
        }

        @Override
        public boolean goesOn() {
            return false;
        }
    }

    /// A vector put in place of what is there.
    record Replace(Direction vector) implements OfVectors {

        @Override
        public String verb() {
            return "replace";
        }

        @Override
        public String numbers() {
            return "=" + vector;
        }

        @Override
        public List<Direction> vectors() {
            return List.of(vector);
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            return new Constant(atPoints(place, vector.resolve(model, place, sources, edit)));
        }
    }

    /// The same at every position.
    record Constant(Map<HookPoint, float[]> vectors) implements Action {

        @Override
        public void change(HookPoint point, int position, float[] values) {
            System.arraycopy(vectors.get(point), 0, values, 0, values.length);
        }
    }

    /// A multiple of a vector added, in float64.
    record Steer(double factor, Direction vector) implements OfVectors {

        @Override
        public String verb() {
            return "steer";
        }

        @Override
        public String numbers() {
            return "*" + number(factor) + "=" + vector;
        }

        @Override
        public List<Direction> vectors() {
            return List.of(vector);
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            Map<HookPoint, float[]> vectors = atPoints(place, vector.resolve(model, place, sources, edit));
            return (point, position, values) -> {
                float[] vector = vectors.get(point);
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (values[i] + factor * vector[i]);
                }
            };
        }
    }

    /// What goes along a direction taken out: `h − (h·d / d·d) d`, in float64.
    record Erase(Direction vector) implements OfVectors {

        @Override
        public String verb() {
            return "erase";
        }

        @Override
        public String numbers() {
            return "=" + vector;
        }

        @Override
        public List<Direction> vectors() {
            return List.of(vector);
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            Map<HookPoint, float[]> vectors = atPoints(place, vector.resolve(model, place, sources, edit));
            return (point, position, values) -> {
                float[] d = vectors.get(point);
                double along = dot(values, d) / dot(d, d);
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (values[i] - along * d[i]);
                }
            };
        }
    }

    /// The coordinates along two directions exchanged, in float64: with `h = c₁ d₁ + c₂ d₂ + rest`, the rest orthogonal to both,
    /// `h + (c₂ − c₁) d₁ + (c₁ − c₂) d₂`.
    record Swap(Direction one, Direction other) implements OfVectors {

        @Override
        public String verb() {
            return "swap";
        }

        @Override
        public String numbers() {
            return "=" + one + "|" + other;
        }

        @Override
        public List<Direction> vectors() {
            return List.of(one, other);
        }

        @Override
        public Action resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
            Map<HookPoint, float[]> ones = atPoints(place, one.resolve(model, place, sources, edit));
            Map<HookPoint, float[]> others = atPoints(place, other.resolve(model, place, sources, edit));
            return (point, position, values) -> exchange(values, ones.get(point), others.get(point), edit);
        }

        private static void exchange(float[] values, float[] d, float[] e, String edit) {
            double dd = dot(d, d);
            double de = dot(d, e);
            double ee = dot(e, e);
            double determinant = dd * ee - de * de;
            if (determinant <= 1e-9 * dd * ee) {
                throw new IllegalArgumentException("edit " + edit + ": expected two directions, got one and the same line twice");
            }
            double hd = dot(values, d);
            double he = dot(values, e);
            double difference = ((hd * ee - he * de) - (he * dd - hd * de)) / determinant;
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] - difference * d[i] + difference * e[i]);
            }
        }
    }

    private static Map<HookPoint, float[]> atPoints(Place place, Function<HookPoint, float[]> vectors) {
        Map<HookPoint, float[]> each = new HashMap<>();
        for (int i = 0; i < place.layers(); i++) {
            each.put(place.point(i), vectors.apply(place.point(i)));
        }
        return each;
    }

    private static double dot(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
