package io.github.logitlens;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// The number that a sweep reads from each changed run: of the model's output at the last position, or any function of a
/// [LensResult]. Immutable.
///
/// ```java
/// SweepMetric.logitDifference(" Paris", " Rome")
/// SweepMetric.of("entropy at layer 5", LensOptions.defaults().positions(Positions.last()),
///         result -> result.value(LensMetric.ENTROPY, result.layer(5), -1))
/// ```
public final class SweepMetric {

    enum Kind { LOGIT, LOGIT_DIFFERENCE, PROBABILITY, RANK, KL, RESULT }

    private final Kind kind;
    private final String key;
    private final List<TokenRef> tokens;
    private final LensOptions reading;
    private final ToDoubleFunction<LensResult> function;

    private SweepMetric(Kind kind, String key, List<TokenRef> tokens, LensOptions reading, ToDoubleFunction<LensResult> function) {
        this.kind = kind;
        this.key = key;
        this.tokens = tokens;
        this.reading = reading;
        this.function = function;
    }

    private static SweepMetric ofTokens(Kind kind, String key, TokenRef... tokens) {
        return new SweepMetric(kind, key, List.of(tokens), LensOptions.defaults(), result -> Double.NaN);
    }

    /// A token's logit.
    ///
    /// @param token the token
    /// @return the metric
    public static SweepMetric logit(TokenRef token) {
        return ofTokens(Kind.LOGIT, "logit", token);
    }

    /// A token's logit less that of another one, which is also the difference of their log probabilities.
    ///
    /// @param token the token
    /// @param other the other one
    /// @return the metric
    public static SweepMetric logitDifference(TokenRef token, TokenRef other) {
        return ofTokens(Kind.LOGIT_DIFFERENCE, "logitDifference", token, other);
    }

    /// A token's logit less that of another one; see [#logitDifference(TokenRef, TokenRef)].
    ///
    /// @param token the text of exactly one token, such as `" Paris"` with its space
    /// @param other likewise
    /// @return the metric
    public static SweepMetric logitDifference(String token, String other) {
        return logitDifference(TokenRef.of(token), TokenRef.of(other));
    }

    /// A token's probability.
    ///
    /// @param token the token
    /// @return the metric
    public static SweepMetric probability(TokenRef token) {
        return ofTokens(Kind.PROBABILITY, "probability", token);
    }

    /// A token's rank, 1 for the most likely.
    ///
    /// @param token the token
    /// @return the metric
    public static SweepMetric rank(TokenRef token) {
        return ofTokens(Kind.RANK, "rank", token);
    }

    /// How far the prediction is from the clean one: `KL(clean ‖ changed)`, in nats, 0 for the clean run.
    ///
    /// @return the metric
    public static SweepMetric kl() {
        return ofTokens(Kind.KL, "kl");
    }

    /// The metric of a name that commands and requests use.
    ///
    /// ```java
    /// SweepMetric.named("logit", Optional.of(TokenRef.of(" Paris")), Optional.of(TokenRef.of(" Rome")))    // logitDifference " Paris" " Rome"
    /// ```
    ///
    /// @param name   `logit`, `probability`, `rank` or `kl`
    /// @param token  the token that it is about; none for `kl`
    /// @param versus with `logit`, the token whose logit is subtracted
    /// @return the metric
    /// @throws IllegalArgumentException if there is no such metric, or the tokens are not those that it needs
    public static SweepMetric named(String name, Optional<TokenRef> token, Optional<TokenRef> versus) {
        if (!List.of("logit", "probability", "rank", "kl").contains(name)) {
            throw new IllegalArgumentException("metric: expected logit, probability, rank or kl, got \"" + name + "\"");
        }
        if (name.equals("kl") == token.isPresent()) {
            throw new IllegalArgumentException(token.isPresent() ? "token: expected none with the metric kl, got \"" + token.get() + "\""
                    : "token: expected one with the metric " + name + ", got none");
        }
        if (versus.isPresent() && !name.equals("logit")) {
            throw new IllegalArgumentException("versus: expected the metric logit with it, got " + name);
        }
        return switch (name) {
            case "logit" -> versus.map(other -> logitDifference(token.orElseThrow(), other)).orElseGet(() -> logit(token.orElseThrow()));
            case "probability" -> probability(token.orElseThrow());
            case "rank" -> rank(token.orElseThrow());
            default -> kl();
        };
    }

    /// A function of the changed run's result.
    ///
    /// @param name     what results call it
    /// @param reading  what the function needs: points, positions, metrics, tracked tokens; the fewer, the faster. BOS and special
    ///                 tokens are those of the sweep
    /// @param function of the result, whose tokens are the changed run's; called on the caller's thread
    /// @return the metric
    public static SweepMetric of(String name, LensOptions reading, ToDoubleFunction<LensResult> function) {
        return new SweepMetric(Kind.RESULT, Objects.requireNonNull(name, "name"), List.of(),
                Objects.requireNonNull(reading, "reading"), Objects.requireNonNull(function, "function"));
    }

    Kind kind() {
        return kind;
    }

    LensOptions reading() {
        return reading;
    }

    double value(LensResult result) {
        return function.applyAsDouble(result);
    }

    /// The name in JSON.
    ///
    /// @return `logit`, `logitDifference`, `probability`, `rank`, `kl`, or the name given to [#of]
    public String key() {
        return key;
    }

    /// The tokens that it is about.
    ///
    /// @return one, two for a logit difference, none for the others; immutable
    public List<TokenRef> tokens() {
        return tokens;
    }

    /// The name and its tokens, such as `logitDifference " Paris" " Rome"`.
    @Override
    public String toString() {
        List<String> words = new ArrayList<>(List.of(key));
        tokens.forEach(token -> words.add("\"" + token + "\""));
        return String.join(" ", words);
    }
}
