package io.github.logitlens.tools.view.grid;

import io.github.logitlens.TrackedToken;
import java.util.function.ToDoubleFunction;

/// What a run knows about a tracked token at each point and position.
public enum TokenFact {
    /// Its place among all tokens, 1 for the most likely.
    RANK("tracked.rank", "Rank", "The token's place among all: 1 is the most likely.", Kind.RANK, TrackedToken::rank),
    /// Its probability.
    PROBABILITY("tracked.probability", "Probability", "How likely the token is as the next one.", Kind.PROBABILITY, TrackedToken::probability),
    /// Its logit.
    LOGIT("tracked.logit", "Logit", "The token's raw score. Only differences of logits mean anything.", Kind.NUMBER, TrackedToken::logit);

    private final String key;
    private final String label;
    private final String meaning;
    private final Kind kind;
    private final ToDoubleFunction<TrackedToken> value;

    TokenFact(String key, String label, String meaning, Kind kind, ToDoubleFunction<TrackedToken> value) {
        this.key = key;
        this.label = label;
        this.meaning = meaning;
        this.kind = kind;
        this.value = value;
    }

    /// The name on the command line.
    ///
    /// @return such as `tracked.rank`
    public String key() {
        return key;
    }

    /// The name for people, without the token's.
    ///
    /// @return such as `Rank`
    public String label() {
        return label;
    }

    /// What the number says.
    ///
    /// @return a sentence
    public String meaning() {
        return meaning;
    }

    Kind kind() {
        return kind;
    }

    double of(TrackedToken token) {
        return value.applyAsDouble(token);
    }
}
