package io.github.logitlens.tools.corpus;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TrackedToken;
import java.util.ArrayList;
import java.util.List;

/// What is read of a token, field by field: the names and the order that rows of a corpus have in JSON, in CSV and in tables elsewhere.
///
/// ```java
/// CorpusFields.of(points, options.lens()).getFirst().value().of(row.window(), row.predictor())    // double[], surprisal by point
/// ```
public final class CorpusFields {

    /// Where the token stands, before what is read of it.
    public static final List<String> PLACE = List.of("document", "position", "id", "bytes", "context");

    private CorpusFields() {
    }

    /// What a field's value is.
    public enum Kind {
        /// A `double[]` by point.
        NUMBERS,
        /// An `int[]` by point.
        RANKS,
        /// An `Integer`, the index of a point; null where there is none.
        POINT,
        /// A `List` of [Tracked].
        TRACKED
    }

    /// A field.
    ///
    /// @param name  in JSON and in columns
    /// @param kind  of its value
    /// @param unit  what it is counted in, empty for a number without a unit
    /// @param value how it is had
    public record Field(String name, Kind kind, String unit, Reading value) {
    }

    /// How a field is had from a run.
    @FunctionalInterface
    public interface Reading {

        /// Reads it.
        ///
        /// @param window    all that was read of the window
        /// @param predictor the position in it where the token was expected
        /// @return as the field's kind says
        Object of(LensResult window, int predictor);
    }

    /// A token that is followed, at each point.
    ///
    /// @param id          which
    /// @param logit       by point
    /// @param probability by point
    /// @param rank        by point, from 1
    public record Tracked(int id, float[] logit, double[] probability, int[] rank) {
    }

    /// The fields of a corpus's rows.
    ///
    /// @param points  the points read
    /// @param options what was asked for; rows have surprisal, rank and decision, its other metrics, and its tracked tokens
    /// @return in the order of a row
    public static List<Field> of(List<LensPoint> points, LensOptions options) {
        List<Field> fields = new ArrayList<>();
        fields.add(numbers("surprisal", LensMetric.SURPRISAL, points));
        fields.add(new Field("rank", Kind.RANKS, "", (window, predictor) -> points.stream()
                .mapToInt(point -> (int) window.value(LensMetric.NEXT_RANK, point, predictor)).toArray()));
        fields.addAll(ofOutput(points, options));
        return fields;
    }

    /// The fields that say what the model expected, whether or not it is known what came.
    ///
    /// @param points  the points read
    /// @param options what was asked for
    /// @return in the order of a row
    public static List<Field> ofOutput(List<LensPoint> points, LensOptions options) {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("decision", Kind.POINT, "", (window, predictor) ->
                window.stopped() ? null : (Object) points.indexOf(window.decisionLayer(predictor))));
        for (LensMetric metric : options.metrics()) {
            if (metric != LensMetric.SURPRISAL && metric != LensMetric.NEXT_RANK) {
                fields.add(numbers(metric.key(), metric, points));
            }
        }
        if (!options.tracked().isEmpty()) {
            fields.add(new Field("tracked", Kind.TRACKED, "", (window, predictor) -> options.tracked().stream().map(token -> {
                List<TrackedToken> read = points.stream().map(point -> window.tracked(token, point, predictor)).toList();
                float[] logit = new float[read.size()];
                for (int i = 0; i < logit.length; i++) {
                    logit[i] = read.get(i).logit();
                }
                return new Tracked(read.getFirst().id(), logit, read.stream().mapToDouble(TrackedToken::probability).toArray(),
                        read.stream().mapToInt(TrackedToken::rank).toArray());
            }).toList()));
        }
        return fields;
    }

    private static Field numbers(String name, LensMetric metric, List<LensPoint> points) {
        return new Field(name, Kind.NUMBERS, metric.unit(),
                (window, predictor) -> points.stream().mapToDouble(point -> window.value(metric, point, predictor)).toArray());
    }
}
