package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.incubator.vector.FloatVector;

/// Which vectors this JVM runs on, and which the build asked for with `-Dlens.test.vectorBits`.
public final class SpeciesUnderTest {

    private SpeciesUnderTest() {
    }

    public static int bits() {
        return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }

    /// Prints the width, loudly where the machine has none so wide as asked for.
    public static void announce(String test) {
        int asked = Integer.getInteger("lens.test.vectorBits", bits());
        System.out.println(test + " runs on " + bits() + "-bit vectors");
        if (bits() < asked) {
            System.out.println("*** SKIPPED: this machine has no " + asked + "-bit vectors; " + test
                    + " ran on " + bits() + " bits instead ***");
        }
        assertTrue(bits() <= asked, "the build asked for vectors of " + asked + " bits, this JVM uses " + bits());
    }
}
