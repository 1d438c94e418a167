package io.github.logitlens.tools.view;

import java.util.Locale;

/// Numbers for people, the same in every locale.
final class Figures {

    private Figures() {
    }

    /// Three decimals: `0.045`.
    static String probability(double p) {
        return String.format(Locale.ROOT, "%.3f", p);
    }

    /// Three decimals, or two digits and an exponent where those would say nothing: `0.045`, `2.1e-06`.
    static String small(double p) {
        return p > 0 && p < 0.001 ? String.format(Locale.ROOT, "%.1e", p) : probability(p);
    }

    /// Two decimals: `-35.12`.
    static String logit(float logit) {
        return String.format(Locale.ROOT, "%.2f", logit);
    }
}
