package io.github.logitlens.tools.view.grid;

import java.util.Locale;

/// A number in few characters, the same in every locale.
final class ShortNumber {

    private ShortNumber() {
    }

    /// Three significant digits or so: `0.952`, `2.1e-06`, `-35.12`, `50257`.
    ///
    /// @param whole whether it is a whole number
    static String of(double value, boolean whole) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "none" : value > 0 ? "∞" : "-∞";
        }
        if (whole || value == Math.rint(value) && Math.abs(value) < 100_000) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 0.001 ? "%.1e" : size < 10 ? "%.3f" : size < 100_000 ? "%.2f" : "%.2e", value);
    }
}
