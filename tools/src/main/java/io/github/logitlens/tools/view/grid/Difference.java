package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensDifference;
import io.github.logitlens.LensPoint;
import io.github.logitlens.TokenRef;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a picture of a comparison shows.
public enum Difference {
    /// `KL(A ‖ B)`.
    KL("kl", "KL(A ‖ B)", "nats", Kind.NUMBER, "How many nats are lost by whoever believes the second when the first is true."),
    /// The Jensen–Shannon divergence.
    JSD("jsd", "Jensen–Shannon divergence", "nats", Kind.NUMBER, "Symmetric, from 0 to ln 2 = 0.693."),
    /// The total variation.
    TOTAL_VARIATION("totalVariation", "Total variation", "", Kind.PROBABILITY, "The share of probability that moved."),
    /// How a tracked token's logit changed.
    LOGIT("logit", "Change of the logit", "nats", Kind.SIGNED, "Orange: the token gains. Blue: it loses."),
    /// How a tracked token's probability changed.
    PROBABILITY("probability", "Change of the probability", "", Kind.SIGNED, "Orange: the token gains. Blue: it loses.");

    private final String key;
    private final String title;
    private final String unit;
    private final Kind kind;
    private final String meaning;

    Difference(String key, String title, String unit, Kind kind, String meaning) {
        this.key = key;
        this.title = title;
        this.unit = unit;
        this.kind = kind;
        this.meaning = meaning;
    }

    /// The difference that a key names.
    ///
    /// @param key     such as `kl`; empty for the usual one
    /// @param tracked the tokens that both results follow
    /// @return the difference
    /// @throws IllegalArgumentException if there is none, or it is that of a token and none is followed
    public static Difference named(Optional<String> key, List<TokenRef> tracked) {
        if (key.isEmpty()) {
            return tracked.isEmpty() ? KL : LOGIT;
        }
        Difference found = Arrays.stream(values()).filter(each -> each.key.equalsIgnoreCase(key.get())).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("metric: expected one of " + keys() + ", got \"" + key.get() + "\""));
        if (found.kind == Kind.SIGNED && tracked.isEmpty()) {
            throw new IllegalArgumentException("metric " + found.key + ": expected --track with the token whose change it is, got none");
        }
        return found;
    }

    /// All keys.
    ///
    /// @return with commas between them
    public static String keys() {
        return Arrays.stream(values()).map(each -> each.key).collect(Collectors.joining(", "));
    }

    String key() {
        return key;
    }

    /// Where a reading of the comparison's document has the number, as fields and indices.
    List<Object> path() {
        return kind == Kind.SIGNED ? List.of("tracked", 0, key + "Change") : List.of(key);
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    Kind kind() {
        return kind;
    }

    String meaning() {
        return meaning;
    }

    /// The title with the token whose change it is.
    String titleOf(LensComparison comparison) {
        return kind != Kind.SIGNED ? title : title + " of \"" + comparison.before().track(token(comparison),
                comparison.before().positions().getFirst()).getFirst().token().display() + "\"";
    }

    private static TokenRef token(LensComparison comparison) {
        return comparison.before().options().tracked().getFirst();
    }

    /// The number at one place.
    ///
    /// @return NaN where no change reaches
    double value(LensComparison comparison, LensPoint point, LensComparison.Pair pair) {
        LensDifference difference = comparison.difference(point, pair.before());
        if (!difference.reachable()) {
            return Double.NaN;
        }
        return switch (this) {
            case KL -> difference.kl();
            case JSD -> difference.jsd();
            case TOTAL_VARIATION -> difference.totalVariation();
            case LOGIT -> comparison.logitChange(token(comparison), point, pair.before());
            case PROBABILITY -> comparison.probabilityChange(token(comparison), point, pair.before());
        };
    }

    /// The numbers of all places, `[points][positions]`.
    double[][] values(LensComparison comparison) {
        return comparison.points().stream().map(point -> comparison.positions().stream()
                .mapToDouble(pair -> value(comparison, point, pair)).toArray()).toArray(double[][]::new);
    }
}
