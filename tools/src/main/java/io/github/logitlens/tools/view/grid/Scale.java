package io.github.logitlens.tools.view.grid;

import java.util.Locale;

/// How numbers become colours.
public enum Scale {
    /// In equal steps, from the lowest to the highest number; probabilities from 0 to 1.
    LINEAR("linear", "Equal steps of the number are equal steps of colour."),
    /// In equal factors, down to a ten-thousandth of the highest number at most.
    LOG("logarithmic", "Equal ratios are equal steps of colour: small values can be told apart."),
    /// In equal steps between the 5th and the 95th percentile, so that a few outliers do not flatten the rest.
    CLIP("clipped", "Linear between the 5th and the 95th percentile: extremes do not flatten the rest.");

    private final String label;
    private final String meaning;

    Scale(String label, String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /// The name for people.
    ///
    /// @return such as `logarithmic`
    public String label() {
        return label;
    }

    /// What equal colours mean.
    ///
    /// @return a sentence
    public String meaning() {
        return meaning;
    }

    /// The name on the command line.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
