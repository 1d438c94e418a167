package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// One token's part of the Jensen-Shannon divergence against its definition in float64.
class JensenShannonTest {

    private static double exact(double p, double q) {
        double m = (p + q) / 2;
        return (p == 0 ? 0 : p * Math.log(p / m)) + (q == 0 ? 0 : q * Math.log(q / m));
    }

    private static float distance(float p, float q) {
        return (float) Math.log((double) p / q);
    }

    /// `t` is off by up to 2u, and the part by `|t| (p+q)` of that; the part itself rounds ten times, its terms of up to
    /// ln 2 and `a r` among them.
    @Test
    void isTheDefinitionWithinRounding() {
        Random random = new Random(7);
        double worst = 0;
        for (int trial = 0; trial < 2_000_000; trial++) {
            float p = (float) Math.pow(2, -30 * random.nextDouble());
            float q = (float) (p * Math.pow(2, (random.nextBoolean() ? 1 : 40) * (random.nextDouble() - 0.5)));
            double expected = exact(p, q);
            double t = Math.abs((double) p - q) / ((double) p + q);
            double budget = (8 * t + 10 * expected / ((double) p + q)) * ((double) p + q) * 0x1p-24;
            double part = Math.abs(JensenShannon.twice(p, q, distance(p, q)) - expected) / budget;
            assertTrue(part <= 1, () -> "p " + p + ", q " + q + ": " + part + " budgets away");
            worst = Math.max(worst, part);
        }
        System.out.printf("JensenShannonTest: worst error %.2f of its budget%n", worst);
    }

    @Test
    void isSymmetricAndNeverNegative() {
        Random random = new Random(8);
        for (int trial = 0; trial < 1_000_000; trial++) {
            float p = random.nextFloat();
            float q = random.nextBoolean() ? Math.nextUp(p) : random.nextFloat();
            float part = JensenShannon.twice(p, q, distance(p, q));
            assertTrue(part >= 0, () -> p + ", " + q);
            assertEquals(part, JensenShannon.twice(q, p, distance(q, p)));
        }
    }

    @Test
    void whereOneOrBothAreNothing() {
        assertEquals(0f, JensenShannon.twice(0.3f, 0.3f, 0f));
        assertEquals(0f, JensenShannon.twice(0f, 0f, Float.NaN));
        assertEquals(0.25f * JensenShannon.LN_2, JensenShannon.twice(0.25f, 0f, Float.POSITIVE_INFINITY));
        assertEquals(0.25f * JensenShannon.LN_2, JensenShannon.twice(0f, 0.25f, Float.NEGATIVE_INFINITY));
        assertEquals(0f, JensenShannon.twice(Float.MIN_VALUE, 0f, 5f), 1e-40f);
        assertTrue(Float.isNaN(JensenShannon.twice(Float.NaN, 0.1f, Float.NaN)));
    }
}
