package io.github.logitlens;


/// A number that the lens reads at one point and one position.
///
/// Those that come with every run cost nothing more; the others are read when [LensOptions#metrics] asks for them.
///
/// ```java
/// LensResult r = Lens.run("The Eiffel Tower is in");
/// r.value(LensMetric.ENTROPY, r.layer(5), -1)    // 3.036…
/// LensMetric.named("klToFinal").unit()           // "nats"
/// ```
///
/// Formulas: `p` is the softmax of the point's logits over the whole vocabulary, `q` that of the final point at the same
/// position, logarithms are natural unless the unit says bits.
public enum LensMetric {
    /// Probability of the most likely token, in `[0, 1]`.
    PROBABILITY("probability", "Probability", "", "How sure the point is of its first choice: its probability."),
    /// Logit of the most likely token.
    LOGIT("logit", "Logit", "", "The raw score of the first choice. Only differences of logits mean anything."),
    /// `ln p` of the most likely token, in nats.
    LOG_PROBABILITY("logProbability", "Log probability", "nats", "The logarithm of the first choice's probability."),
    /// `−Σ p ln p`, in nats.
    ENTROPY("entropy", "Entropy", "nats",
            "How undecided the point is: 0 when one token has all the probability, ln(vocabulary) when all are alike."),
    /// `KL(q ‖ p) = Σ q (ln q − ln p)`, in nats; exactly 0 at the final point.
    KL_TO_FINAL("klToFinal", "KL to final", "nats",
            "How far the point is from the model's own output, KL(final ‖ point): 0 when they agree.");

    private final String key;
    private final String label;
    private final String unit;
    private final String meaning;

    LensMetric(String key, String label, String unit, String meaning) {
        this.key = key;
        this.label = label;
        this.unit = unit;
        this.meaning = meaning;
    }

    /// The metric that a key names, in any case.
    ///
    /// @param key such as `klToFinal`
    /// @return the metric
    /// @throws IllegalArgumentException if there is none
    public static LensMetric named(String key) {
        for (LensMetric metric : values()) {
            if (metric.key.equalsIgnoreCase(key)) {
                return metric;
            }
        }
        throw new IllegalArgumentException("metric: expected one of " + keys() + ", got \"" + key + "\"");
    }

    private static String keys() {
        StringBuilder keys = new StringBuilder();
        for (LensMetric metric : values()) {
            keys.append(keys.isEmpty() ? "" : ", ").append(metric.key);
        }
        return keys.toString();
    }

    /// The name in JSON, in CSV columns and on the command line.
    ///
    /// @return such as `klToFinal`
    public String key() {
        return key;
    }

    /// The name for people.
    ///
    /// @return such as `KL to final`
    public String label() {
        return label;
    }

    /// What it is counted in.
    ///
    /// @return `nats`, `bits`, or empty for a number without a unit
    public String unit() {
        return unit;
    }

    /// What the number says, in one sentence.
    ///
    /// @return a sentence for legends and explanations
    public String meaning() {
        return meaning;
    }

    /// The label, with the unit if there is one.
    @Override
    public String toString() {
        return unit.isEmpty() ? label : label + ", " + unit;
    }
}
