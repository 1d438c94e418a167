package io.github.logitlens.internal.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FiguresTest {

    /// Halves of the last digit, both zeros, the smallest and the largest numbers, and many between.
    @Test
    void aProbabilityHasTheDigitsOfFormat() {
        for (double p : new double[] {0, -0.0, 1, 0.0005, 0.0015, 0.0025, 0.1234999999, 0.9995, 0.99949999999999, 1e-3, 1e-30,
                Double.MIN_VALUE, Double.MAX_VALUE, -0.0004, -12.3456, 1234.5675, Double.NaN, Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY}) {
            assertFormatted(p);
        }
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            assertFormatted(random.nextDouble());
            assertFormatted(random.nextInt(20_001) / 20_000.0);
            assertFormatted(random.nextFloat());
        }
    }

    private static void assertFormatted(double p) {
        assertEquals(String.format(Locale.ROOT, "%.3f", p), Figures.probability(p));
    }
}
