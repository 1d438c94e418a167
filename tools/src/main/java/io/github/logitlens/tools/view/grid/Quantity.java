package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.SafeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The number that a picture's colours show: a metric of the lens, or what a run knows about a tracked token.
///
/// ```java
/// Quantity.named("entropy", List.of())                        // LensMetric.ENTROPY
/// Quantity.named("rank", List.of(TokenRef.of(" Paris")))      // the rank of " Paris"
/// ```
public sealed interface Quantity {

    /// A metric of the lens.
    ///
    /// @param metric the metric
    record OfPoint(LensMetric metric) implements Quantity {

        @Override
        public String key() {
            return metric.key();
        }

        @Override
        public String label() {
            return metric.label();
        }

        @Override
        public String unit() {
            return metric.unit();
        }

        @Override
        public String meaning() {
            return metric.meaning();
        }

        @Override
        public Kind kind() {
            return switch (metric) {
                case PROBABILITY, NEXT_PROBABILITY -> Kind.PROBABILITY;
                case NEXT_RANK -> Kind.RANK;
                default -> Kind.NUMBER;
            };
        }

        @Override
        public double[] column(LensResult result, List<LensPoint> points, int position) {
            return points.stream().mapToDouble(point -> result.value(metric, point, position)).toArray();
        }
    }

    /// What a run knows about a token that it tracks.
    ///
    /// @param fact  which of the three numbers
    /// @param token the token
    record OfToken(TokenFact fact, TokenRef token) implements Quantity {

        @Override
        public String key() {
            return fact.key();
        }

        @Override
        public String label() {
            return fact.label() + " of \"" + SafeText.escaped(token.toString()) + "\"";
        }

        @Override
        public String unit() {
            return "";
        }

        @Override
        public String meaning() {
            return fact.meaning();
        }

        @Override
        public Kind kind() {
            return fact.kind();
        }

        @Override
        public double[] column(LensResult result, List<LensPoint> points, int position) {
            return points.stream().mapToDouble(point -> fact.of(result.tracked(token, point, position))).toArray();
        }
    }

    /// The quantity that `--metric` names.
    ///
    /// @param key     a metric's key, or `tracked.rank` (or `rank`), `tracked.probability`, `tracked.logit`; in any case
    /// @param tracked the tokens that the run tracks; the first is meant
    /// @return the quantity
    /// @throws IllegalArgumentException if there is none, or it needs a tracked token and there is none
    static Quantity named(String key, List<TokenRef> tracked) {
        for (TokenFact fact : TokenFact.values()) {
            if (fact.key().equalsIgnoreCase(key) || fact == TokenFact.RANK && key.equalsIgnoreCase("rank")) {
                if (tracked.isEmpty()) {
                    throw new IllegalArgumentException("metric " + fact.key() + ": expected --track TOKEN with it, got none");
                }
                return new OfToken(fact, tracked.getFirst());
            }
        }
        if (Arrays.stream(LensMetric.values()).noneMatch(metric -> metric.key().equalsIgnoreCase(key))) {
            throw new IllegalArgumentException("metric: expected one of " + String.join(", ", keys()) + ", got \"" + key + "\"");
        }
        return new OfPoint(LensMetric.named(key));
    }

    /// All that [#named] takes.
    ///
    /// @return the metrics' keys, then those of a tracked token
    static List<String> keys() {
        return Stream.concat(Arrays.stream(LensMetric.values()).map(LensMetric::key),
                Arrays.stream(TokenFact.values()).map(TokenFact::key)).collect(Collectors.toCollection(ArrayList::new));
    }

    /// The name on the command line.
    ///
    /// @return such as `klToFinal`
    String key();

    /// The name for people.
    ///
    /// @return such as `KL to final`
    String label();

    /// What it is counted in.
    ///
    /// @return `nats`, or empty for a number without a unit
    String unit();

    /// What the number says.
    ///
    /// @return a sentence
    String meaning();

    /// What kind of number it is.
    ///
    /// @return on which its colours and figures depend
    Kind kind();

    /// The label, with the unit if there is one.
    ///
    /// @return such as `KL to final, nats`
    default String title() {
        return unit().isEmpty() ? label() : label() + ", " + unit();
    }

    /// The numbers at one position.
    ///
    /// @param result   the run
    /// @param points   some of its points
    /// @param position one of its positions
    /// @return one number for each of `points`; NaN where there is none
    double[] column(LensResult result, List<LensPoint> points, int position);

    /// A number of this quantity for people.
    ///
    /// @param value the number
    /// @return at most a few digits, the same in every locale
    default String figure(double value) {
        return ShortNumber.of(value, kind() == Kind.RANK);
    }
}
