package io.github.logitlens.internal.kernel;

/// One token's part of the Jensen–Shannon divergence, which scalar and vector kernels share, operation by operation.
///
/// With `m = (p+q)/2` and `t = |p−q|/(p+q)`, a token's part is `½ (p ln(p/m) + q ln(q/m)) = m f(t)`, where
/// `f(t) = ½ ((1+t) ln(1+t) + (1−t) ln(1−t))` grows from 0 at `t = 0` to `ln 2` at `t = 1`. No part is negative, and none is
/// a difference of near numbers:
///
/// * up to `t = ½`, `f(t) = t² P(t²)`, P of degree 5, relative error 3e-9;
/// * beyond, `f = ln 2 − ln(1+r) − a r/(1+r)` with r the ratio of the smaller to the greater of p and q, and `a = −ln r`, which
///   is known from the logits. There `r < ⅓`; `ln(1+r) = r Q(r)`, Q of degree 6, relative error 3e-9.
///
/// `t` is `(1−r)/(1+r)`: it keeps what rounding leaves of a small ratio, which `1−t` would not.
///
/// Both polynomials have the least greatest relative error on their interval, found by iteratively reweighted least squares.
final class JensenShannon {

    static final float LN_2 = 0.6931472f;
    static final float SMALL = 0.5f;
    /// Two probabilities of 0 have the ratio 0.
    static final float LEAST = Float.MIN_NORMAL;
    static final float P5 = 0x1.c49cb8p-7f;
    static final float P4 = 0x1.2acd0p-7f;
    static final float P3 = 0x1.2917ccp-6f;
    static final float P2 = 0x1.10edaap-5f;
    static final float P1 = 0x1.5555bap-4f;
    static final float P0 = 0.5f;
    static final float Q6 = 0x1.d554b8p-5f;
    static final float Q5 = -0x1.13e326p-3f;
    static final float Q4 = 0x1.8c2e6cp-3f;
    static final float Q3 = -0x1.fe86b2p-3f;
    static final float Q2 = 0x1.554b4p-2f;
    static final float Q1 = -0x1.ffffccp-2f;
    static final float Q0 = 1f;

    private JensenShannon() {
    }

    /// `2 m f(t)`: twice a token's part.
    ///
    /// @param p        a probability
    /// @param q        another one
    /// @param distance `ln p − ln q`
    static float twice(float p, float q, float distance) {
        float r = Math.min(p, q) / Math.max(Math.max(p, q), LEAST);
        float t = (1 - r) / (1 + r);
        return (p + q) * (t > SMALL ? far(r, distance) : near(t));
    }

    private static float near(float t) {
        float s = t * t;
        float f = Fma.fma(P5, s, P4);
        f = Fma.fma(f, s, P3);
        f = Fma.fma(f, s, P2);
        f = Fma.fma(f, s, P1);
        f = Fma.fma(f, s, P0);
        return f * s;
    }

    private static float far(float r, float distance) {
        float ar = r > 0 ? Math.abs(distance) * r : 0f;
        float log = Fma.fma(Q6, r, Q5);
        log = Fma.fma(log, r, Q4);
        log = Fma.fma(log, r, Q3);
        log = Fma.fma(log, r, Q2);
        log = Fma.fma(log, r, Q1);
        log = Fma.fma(log, r, Q0);
        return (LN_2 - log * r) - ar / (1 + r);
    }
}
