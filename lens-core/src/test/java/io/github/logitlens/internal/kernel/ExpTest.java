package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ExpTest {

    /// Steps through the floats between two positive bounds of one sign; 0x3f800000 / 61 values are seventeen million.
    private static final int STRIDE = 61;

    @Test
    void isWithinTwoUlpsOfTheExactValue() {
        double worst = 0;
        float where = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            float end = sign < 0 ? -Exp.LOWEST : Exp.HIGHEST;
            for (int bits = Float.floatToIntBits(0x1p-30f); bits <= Float.floatToIntBits(end); bits += STRIDE) {
                float x = sign * Float.intBitsToFloat(bits);
                double exact = StrictMath.exp(x);
                double error = Math.abs(Exp.exp(x) - exact) / Math.ulp((float) exact);
                if (error > worst) {
                    worst = error;
                    where = x;
                }
            }
        }
        System.out.printf("ExpTest: worst error %.3f ulp, at %s%n", worst, where);
        assertTrue(worst < 2, "expected less than 2 ulp, got " + worst + " at " + where);
    }

    @Test
    void endsAndSpecialValues() {
        assertEquals(1f, Exp.exp(0f));
        assertEquals(1f, Exp.exp(-0f));
        assertEquals(1f, Exp.exp(Float.MIN_VALUE));
        assertEquals(0f, Exp.exp(Float.NEGATIVE_INFINITY));
        assertEquals(0f, Exp.exp(-1e30f));
        assertEquals(0f, Exp.exp(Math.nextDown(Exp.LOWEST)));
        assertTrue(Exp.exp(Exp.LOWEST) >= Float.MIN_NORMAL, "the lowest result is a normal number");
        assertTrue(Float.isFinite(Exp.exp(Exp.HIGHEST)), "the highest result is finite");
        assertEquals(Float.POSITIVE_INFINITY, Exp.exp(Math.nextUp(Exp.HIGHEST)));
        assertEquals(Float.POSITIVE_INFINITY, Exp.exp(Float.POSITIVE_INFINITY));
        assertTrue(Float.isNaN(Exp.exp(Float.NaN)));
    }
}
