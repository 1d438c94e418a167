package io.github.logitlens.tools.view.grid;

import java.util.Locale;

/// How numbers become colours.
public enum Scale {
    /// In equal steps, from the lowest to the highest number; probabilities from 0 to 1.
    LINEAR,
    /// In equal factors, down to a ten-thousandth of the highest number at most.
    LOG,
    /// In equal steps between the 5th and the 95th percentile, so that a few outliers do not flatten the rest.
    CLIP;

    /// The name on the command line.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
