package io.github.logitlens;

/// A number that the lens reads at one point and one position.
///
/// Those that come with every run cost nothing more; the others are read when [LensOptions#metrics] asks for them. All but two
/// come out of the same pass over the vocabulary; [#JSD] and [#TOTAL_VARIATION] need a second one.
///
/// ```java
/// LensResult r = Lens.run("The Eiffel Tower is in");
/// r.value(LensMetric.ENTROPY, r.layer(5), -1)    // 2.368
/// LensMetric.named("klToFinal").unit()           // "nats"
/// ```
///
/// Divergences are Kullback and Leibler's (1951), the symmetric one Lin's (1991, "Divergence measures based on the Shannon
/// entropy"), entropy and surprisal Shannon's (1948); `KL(final ‖ point)` is the loss that tuned lenses are trained on (Belrose et
/// al., "Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023).
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
            "How far the point is from the model's own output, KL(final ‖ point): 0 when they agree."),
    /// Logit of the most likely token less that of the second.
    MARGIN("margin", "Margin", "", "How far the first choice is ahead of the second: their logits' difference."),
    /// `KL(p ‖ q) = Σ p (ln p − ln q)`, in nats; exactly 0 at the final point.
    KL_FROM_FINAL("klFromFinal", "KL from final", "nats", Reading.KL_FROM_FINAL,
            "The other divergence, KL(point ‖ final): large where the point believes in what the model rules out."),
    /// `½ KL(p ‖ m) + ½ KL(q ‖ m)` with `m = ½ (p + q)`, in nats, from 0 to ln 2; exactly 0 at the final point.
    JSD("jsd", "Jensen–Shannon divergence", "nats", Reading.DISTANCES,
            "A distance from the model's own output that treats both alike: 0 when they agree, ln 2 when nothing overlaps."),
    /// `½ Σ |p − q|`, from 0 to 1; exactly 0 at the final point.
    TOTAL_VARIATION("totalVariation", "Total variation", "", Reading.DISTANCES,
            "How much probability would have to be moved to reach the model's own output: 0 none, 1 all of it."),
    /// `KL(p ‖ p')` with `p'` at the point before in the residual stream, in nats; NaN at the first one.
    CHANGE("change", "Change", "nats", Reading.CHANGE,
            "How far the point has moved from the one before it, KL(point ‖ previous point)."),
    /// `−ln p` of the token that really follows, in nats; NaN at the prompt's last position.
    SURPRISAL("surprisal", "Surprisal", "nats", Reading.NEXT_LOGIT,
            "How unexpected the prompt's own next token is: minus the logarithm of its probability."),
    /// `−log₂ p` of the token that really follows, in bits; NaN at the prompt's last position.
    SURPRISAL_BITS("surprisalBits", "Surprisal", "bits", Reading.NEXT_LOGIT,
            "How unexpected the prompt's own next token is: one bit is one halving of its probability."),
    /// Probability of the token that really follows, in `[0, 1]`; NaN at the prompt's last position.
    NEXT_PROBABILITY("nextProbability", "Next token's probability", "", Reading.NEXT_LOGIT,
            "The probability of the prompt's own next token."),
    /// Rank of the token that really follows, 1 for the most likely; NaN at the prompt's last position.
    NEXT_RANK("nextRank", "Next token's rank", "", Reading.NEXT_RANK,
            "The place of the prompt's own next token among all tokens: 1 is the most likely."),
    /// `‖h‖ = √Σ h²` of the residual.
    RESIDUAL_NORM("residualNorm", "Residual norm", "", Reading.RESIDUAL,
            "The length of the residual vector. The lens does not see it: the final LayerNorm divides it out."),
    /// `h · h_L / (‖h‖ ‖h_L‖)` with the final point's residual `h_L`, in `[−1, 1]`; 1 at the final point.
    COSINE_TO_FINAL("cosineToFinal", "Cosine to final", "", Reading.RESIDUAL,
            "The cosine of the angle between the residual and the final one: 1 when they point the same way.");

    /// What has to be read so that a metric can be had; metrics that share one are had together.
    enum Reading { ALWAYS, KL_FROM_FINAL, DISTANCES, CHANGE, NEXT_LOGIT, NEXT_RANK, RESIDUAL }

    private final String key;
    private final String label;
    private final String unit;
    private final Reading reading;
    private final String meaning;

    LensMetric(String key, String label, String unit, String meaning) {
        this(key, label, unit, Reading.ALWAYS, meaning);
    }

    LensMetric(String key, String label, String unit, Reading reading, String meaning) {
        this.key = key;
        this.label = label;
        this.unit = unit;
        this.reading = reading;
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

    Reading reading() {
        return reading;
    }

    /// Whether it comes with every run, at no cost; if not, [LensOptions#metrics] has to ask for it.
    ///
    /// @return such as true for [#ENTROPY]
    public boolean alwaysRead() {
        return reading == Reading.ALWAYS;
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
