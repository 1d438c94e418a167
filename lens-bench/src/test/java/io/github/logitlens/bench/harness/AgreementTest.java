package io.github.logitlens.bench.harness;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class AgreementTest {

    @Test
    void aBitIsADifference() {
        assertThrows(IllegalStateException.class, () -> Agreement.requireSameBits(
                "zero", new float[] {0f, 0f}, new float[] {0f, -0f}));
    }

    @Test
    void nothingIsCloseToNaN() {
        assertThrows(IllegalStateException.class, () -> Agreement.requireClose("close", 1, Double.NaN, 1));
    }
}
