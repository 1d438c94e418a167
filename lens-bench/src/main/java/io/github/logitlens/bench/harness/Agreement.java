package io.github.logitlens.bench.harness;

/// What must hold before anything is timed: a wrong kernel has no speed.
public final class Agreement {

    private Agreement() {
    }

    /// Compares `count` values bit by bit; every NaN equals every other.
    ///
    /// @param expected from `expectedOffset`, *not modified*
    /// @param actual   from `actualOffset`, *not modified*
    /// @throws IllegalStateException with the first value that differs
    public static void requireSameBits(
            String what, float[] expected, int expectedOffset, float[] actual, int actualOffset, int count) {
        for (int i = 0; i < count; i++) {
            float e = expected[expectedOffset + i];
            float a = actual[actualOffset + i];
            if (Float.floatToIntBits(e) != Float.floatToIntBits(a)) {
                throw new IllegalStateException(what + ", value " + i + ": expected " + e + ", got " + a);
            }
        }
    }

    /// Compares whole arrays bit by bit.
    ///
    /// @throws IllegalStateException with the first value that differs
    public static void requireSameBits(String what, float[] expected, float[] actual) {
        requireEqual(what + ", length", expected.length, actual.length);
        requireSameBits(what, expected, 0, actual, 0, expected.length);
    }

    /// @throws IllegalStateException if the objects are not equal
    public static void requireEqual(String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            throw new IllegalStateException(what + ": expected " + expected + ", got " + actual);
        }
    }

    /// @throws IllegalStateException if the numbers are further apart than `tolerance · max(1, |expected|)`
    public static void requireClose(String what, double expected, double actual, double tolerance) {
        if (!(Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected)))) {
            throw new IllegalStateException(
                    what + ": expected " + expected + " within " + tolerance + ", got " + actual);
        }
    }
}
