package io.github.logitlens.tools.view.grid;

import java.util.Arrays;

/// Numbers as places on the colour map.
///
/// @param scale    how
/// @param low      the number whose colour is the map's first; with it all below
/// @param high     the number whose colour is the map's last; with it all above
/// @param reversed whether the lowest number is the brightest
record ColourScale(Scale scale, double low, double high, boolean reversed) {

    /// What the lowest number of a logarithmic scale is of the highest, at least.
    static final double LEAST_OF_LOG = 1e-4;

    /// The share of the numbers beyond each end of a clipped scale.
    static final double CLIPPED = 0.05;

    /// The scale for the numbers of a picture.
    ///
    /// @param quantity what they are
    /// @param scale    how they become colours
    /// @param values   the numbers, *not modified*
    /// @throws IllegalArgumentException if a logarithm is asked of a negative number
    static ColourScale of(Quantity quantity, Scale scale, double[] values) {
        if (scale == Scale.LOG) {
            double least = Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
            if (least < 0) {
                throw new IllegalArgumentException("scale log: expected numbers of at least 0, got "
                        + quantity.figure(least) + " (" + quantity.label() + ")");
            }
        }
        return of(quantity.kind(), scale, values);
    }

    /// The scale for numbers of a kind; see [#of(Quantity, Scale, double\[\])].
    ///
    /// @param values none of which is negative where a logarithm is asked, *not modified*
    static ColourScale of(Kind kind, Scale scale, double[] values) {
        double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        boolean reversed = kind == Kind.RANK || kind == Kind.DISTANCE;
        if (sorted.length == 0) {
            return new ColourScale(Scale.LINEAR, 0, 1, reversed);
        }
        double least = sorted[0];
        double most = sorted[sorted.length - 1];
        if (kind == Kind.SIGNED && scale != Scale.LOG) {
            double[] sizes = Arrays.stream(sorted).map(Math::abs).sorted().toArray();
            double reach = scale == Scale.CLIP ? percentile(sizes, 1 - CLIPPED) : sizes[sizes.length - 1];
            return new ColourScale(scale, -reach, reach, false);
        }
        return switch (scale) {
            case LINEAR -> kind == Kind.PROBABILITY
                    ? new ColourScale(scale, 0, 1, false)
                    : new ColourScale(scale, least, most, reversed);
            case CLIP -> new ColourScale(scale, percentile(sorted, CLIPPED), percentile(sorted, 1 - CLIPPED), reversed);
            case LOG -> {
                double smallest = Arrays.stream(sorted).filter(value -> value > 0).findFirst().orElse(1);
                double high = kind == Kind.PROBABILITY ? 1 : Math.max(most, smallest);
                double low = kind == Kind.RANK ? 1 : Math.max(smallest, high * LEAST_OF_LOG);
                yield new ColourScale(scale, low, high, reversed);
            }
        };
    }

    /// The nearest rank's number: always one of the numbers themselves.
    private static double percentile(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    /// The place of a number on the colour map.
    ///
    /// @return 0 to 1, or NaN for NaN
    double place(double value) {
        if (Double.isNaN(value)) {
            return Double.NaN;
        }
        double clamped = Math.max(low, Math.min(high, value));
        double share = high <= low
                ? 0.5
                : scale == Scale.LOG
                        ? Math.log(clamped / low) / Math.log(high / low)
                        : (clamped - low) / (high - low);
        return reversed ? 1 - share : share;
    }

    /// The number whose colour is the map's first.
    double darkest() {
        return reversed ? high : low;
    }

    /// The number whose colour is the map's last.
    double brightest() {
        return reversed ? low : high;
    }
}
