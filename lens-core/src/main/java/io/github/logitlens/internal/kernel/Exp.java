package io.github.logitlens.internal.kernel;

/// The exponential that scalar and vector kernels share, operation by operation.
///
/// `e^x = 2^n · e^r` with `n = round(x / ln 2)` and `|r| ≤ ln 2 / 2` by two-part reduction; `e^r` is the Taylor polynomial
/// of degree 7, whose remainder `r⁸/8!` is below 6e-9. Results under `e^-87` are 0, above `e^88.722` infinite.
final class Exp {

    static final float LOWEST = -87f;
    static final float HIGHEST = 88.722f;
    static final float LOG2_E = 1.44269504f;
    /// Adding this rounds a float of magnitude below 2²² to an integer, which then stands in the low mantissa bits.
    static final float ROUNDER = 0x1.8p23f;
    /// ln 2 to 15 bits, so that `n · LN2_HIGH` is exact.
    static final float LN2_HIGH = 0.693145751953125f;
    static final float LN2_LOW = 1.42860677e-6f;
    static final float C7 = 1f / 5040;
    static final float C6 = 1f / 720;
    static final float C5 = 1f / 120;
    static final float C4 = 1f / 24;
    static final float C3 = 1f / 6;
    static final float C2 = 0.5f;
    static final int MANTISSA_BITS = 23;

    private Exp() {
    }

    static float exp(float x) {
        if (!(x >= LOWEST)) {
            return x != x ? x : 0f;
        }
        if (x > HIGHEST) {
            return Float.POSITIVE_INFINITY;
        }
        float rounded = Math.fma(x, LOG2_E, ROUNDER);
        float n = rounded - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(C7, r, C6);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r, 1f);
        p = Math.fma(p, r, 1f);
        return Float.intBitsToFloat(Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(rounded) << MANTISSA_BITS));
    }
}
