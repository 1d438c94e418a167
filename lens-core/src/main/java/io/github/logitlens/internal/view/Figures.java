package io.github.logitlens.internal.view;

import io.github.logitlens.LensMetric;
import java.util.Locale;

/// Numbers for people, the same in every locale.
public final class Figures {

    private Figures() {
    }

    /// Three decimals: `0.045`. What a table is full of does without [String#format], whose first use takes a new process longer
    /// than the rest of the table; only next to a tie, where the decimal digits decide, the two could differ.
    ///
    /// @param p a probability
    /// @return the figure
    public static String probability(double p) {
        double thousandths = p * 1000;
        double rounded = Math.rint(thousandths);
        if (Double.compare(p, 0) < 0 || !(thousandths < 1e6) || Math.abs(thousandths - rounded) > 0.499) {
            return String.format(Locale.ROOT, "%.3f", p);
        }
        int whole = (int) rounded;
        return whole / 1000 + "." + Integer.toString(1000 + whole % 1000).substring(1);
    }

    /// Three decimals, or two digits and an exponent where those would say nothing: `0.045`, `2.1e-06`.
    ///
    /// @param p a probability
    /// @return the figure
    public static String small(double p) {
        return p > 0 && p < 0.001 ? String.format(Locale.ROOT, "%.1e", p) : probability(p);
    }

    /// Two decimals: `-35.12`.
    ///
    /// @param logit a logit
    /// @return the figure
    public static String logit(float logit) {
        return String.format(Locale.ROOT, "%.2f", logit);
    }

    /// Two decimals and always a sign: `+1.20`.
    public static String signed(double logit) {
        return String.format(Locale.ROOT, "%+.2f", logit);
    }

    /// Two decimals, `-` where there is no number: `3.40`.
    ///
    /// @param value a number of any size
    /// @return the figure
    public static String figure(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, Math.abs(value) < 1e6 ? "%.2f" : "%.2e", value);
    }

    /// Three decimals and always a sign: `+0.045`.
    public static String signedProbability(double change) {
        return String.format(Locale.ROOT, "%+.3f", change);
    }

    /// A metric's value: a rank as a whole number, others as [#small] shows them, `-` where it is not defined.
    ///
    /// @param metric what it is
    /// @param value  in the metric's unit
    /// @return the figure
    public static String metric(LensMetric metric, double value) {
        return Double.isNaN(value) ? "-"
                : metric == LensMetric.NEXT_RANK ? String.format(Locale.ROOT, "%.0f", value)
                : small(value);
    }
}
