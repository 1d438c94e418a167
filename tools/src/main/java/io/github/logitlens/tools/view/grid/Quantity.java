package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.SafeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The number that a picture's colours show: a metric of the lens, or what a run knows about its tracked tokens.
///
/// ```java
/// Quantity.named("entropy", LensOptions.defaults())                                        // LensMetric.ENTROPY
/// Quantity.named("rank", LensOptions.defaults().track(" Paris"))                           // the rank of " Paris"
/// Quantity.named("logitDifference", LensOptions.defaults().track(" Paris").versus(" London"))
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
                case ENTROPY, KL_TO_FINAL, KL_FROM_FINAL, JSD, TOTAL_VARIATION, SURPRISAL, SURPRISAL_BITS -> Kind.DISTANCE;
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

    /// The place that a position's own answer, its final first choice, has at a point.
    ///
    /// @param topK how many places are known; behind them it has no number of its own
    record OfAnswer(int topK) implements Quantity {

        static final String KEY = "answer";
        static final String LABEL = "Place of the answer";
        static final String MEANING = "The place that the final first choice has at this layer: 1 where it is in front already.";

        @Override
        public String key() {
            return KEY;
        }

        @Override
        public String label() {
            return LABEL;
        }

        @Override
        public String unit() {
            return "";
        }

        @Override
        public String meaning() {
            return MEANING;
        }

        @Override
        public Kind kind() {
            return Kind.RANK;
        }

        @Override
        public double[] column(LensResult result, List<LensPoint> points, int position) {
            int answer = result.top(result.finalPoint(), position).getFirst().token().id();
            return points.stream().mapToDouble(point -> place(result.top(point, position), answer)).toArray();
        }

        private double place(List<TokenPrediction> top, int id) {
            int at = 0;
            while (at < top.size() && top.get(at).token().id() != id) {
                at++;
            }
            return at + 1;
        }

        @Override
        public String figure(double value) {
            return value > topK ? "beyond " + topK : Quantity.super.figure(value);
        }
    }

    /// How far the first tracked token is ahead of the one that it is compared with.
    ///
    /// @param token the first tracked one
    /// @param other the one whose logit is subtracted
    record OfDifference(TokenRef token, TokenRef other) implements Quantity {

        static final String KEY = "logitDifference";
        static final String LABEL = "Logit difference";
        static final String MEANING = "How far the token is ahead of the other: their logits' difference, which is also that of their"
                + " log probabilities.";

        @Override
        public String key() {
            return KEY;
        }

        @Override
        public String label() {
            return "Logit of \"" + SafeText.escaped(token.toString()) + "\" less \"" + SafeText.escaped(other.toString()) + "\"";
        }

        @Override
        public String unit() {
            return "nats";
        }

        @Override
        public String meaning() {
            return MEANING;
        }

        @Override
        public Kind kind() {
            return Kind.SIGNED;
        }

        @Override
        public double[] column(LensResult result, List<LensPoint> points, int position) {
            return points.stream().mapToDouble(point -> result.logitDifference(token, other, point, position)).toArray();
        }
    }

    /// The quantity that `--metric` names.
    ///
    /// @param key     a metric's key, `answer`, or `tracked.rank` (or `rank`), `tracked.probability`, `tracked.logit`, `logitDifference`; in any
    ///                case
    /// @param options of the run, for the tokens that it tracks, of which the first is meant
    /// @return the quantity
    /// @throws IllegalArgumentException if there is none, or it needs a token that the options do not name
    static Quantity named(String key, LensOptions options) {
        List<TokenRef> tracked = options.tracked();
        if (OfDifference.KEY.equalsIgnoreCase(key)) {
            TokenRef other = options.versus().orElseThrow(() -> new IllegalArgumentException(
                    "metric " + OfDifference.KEY + ": expected --track TOKEN and --versus TOKEN with it, got none"));
            return new OfDifference(tracked.getFirst(), other);
        }
        if (OfAnswer.KEY.equalsIgnoreCase(key)) {
            return new OfAnswer(options.topK());
        }
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
    /// @return the metrics' keys, `answer`, then those of tracked tokens
    static List<String> keys() {
        return Stream.of(Arrays.stream(LensMetric.values()).map(LensMetric::key), Stream.of(OfAnswer.KEY),
                Arrays.stream(TokenFact.values()).map(TokenFact::key), Stream.of(OfDifference.KEY))
                .flatMap(keys -> keys).collect(Collectors.toCollection(ArrayList::new));
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
