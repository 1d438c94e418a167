package io.github.logitlens.bench.report;

import java.util.Arrays;
import java.util.Locale;

/// The middle of some numbers, and their ends.
record Spread(double median, double least, double most) {

    private static final double MOST_OUTSIDE = 0.1;

    static Spread of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /// Of the ratios round by round, which a machine that is now faster and now slower changes little; as many as both have.
    static Spread ofRatios(double[] numerators, double[] denominators) {
        return of(ratios(numerators, denominators));
    }

    static double geometricMean(double... values) {
        return Math.exp(Arrays.stream(values).map(Math::log).average().orElseThrow());
    }

    /// How far from the median of some numbers the true one may be, as a part of it: half the width of the narrowest interval
    /// between the k-th smallest and the k-th largest of them that has the true median inside with at least 90 %. Which that is
    /// follows from coin tosses alone, whatever the numbers' distribution; of fewer than five there is none.
    static double uncertainty(double... values) {
        int n = values.length;
        double outside = 2 * Math.pow(0.5, n);
        if (outside > MOST_OUTSIDE) {
            return Double.POSITIVE_INFINITY;
        }
        int k = 1;
        double term = outside;
        while (true) {
            term *= (double) (n - k + 1) / k;
            if (outside + term > MOST_OUTSIDE) {
                break;
            }
            outside += term;
            k++;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[n - k] - sorted[k - 1]) / 2 / of(values).median();
    }

    static double[] ratios(double[] numerators, double[] denominators) {
        double[] ratios = new double[Math.min(numerators.length, denominators.length)];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = numerators[round] / denominators[round];
        }
        return ratios;
    }

    Spread scaled(double factor) {
        return new Spread(factor * median, factor * least, factor * most);
    }

    /// Of the same ratios the other way round.
    Spread inverse() {
        return new Spread(1 / median, 1 / most, 1 / least);
    }

    /// The median, and behind it in brackets the ends, if they differ.
    ///
    /// @param format of one of the numbers
    String words(String format) {
        return words(format, "");
    }

    /// @param unit format of what follows the median
    String words(String format, String unit) {
        String ends = least == most ? "" : " (" + format + " to " + format + ")";
        return String.format(Locale.ROOT, format + unit + ends, median, least, most);
    }

    /// Half the distance of the ends, as a part of the median.
    double relative() {
        return (most - least) / 2 / median;
    }
}
