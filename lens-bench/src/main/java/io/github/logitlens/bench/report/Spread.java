package io.github.logitlens.bench.report;

import java.util.Arrays;

/// The middle of some numbers, and their ends.
record Spread(double median, double least, double most) {

    static Spread of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /// Of the ratios round by round, which a machine that is now faster and now slower changes little.
    static Spread ofRatios(double[] numerators, double[] denominators) {
        double[] ratios = new double[numerators.length];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = numerators[round] / denominators[round];
        }
        return of(ratios);
    }

    /// Half the distance of the ends, as a part of the median.
    double relative() {
        return (most - least) / 2 / median;
    }
}
