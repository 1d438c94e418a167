package io.github.logitlens.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The exponential function in vectors, with the bits of [Exp].
final class VectorExp {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private VectorExp() {
    }

    /// [Exp#exp], lane by lane.
    static FloatVector exp(FloatVector x) {
        return expBounded(x).blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, Exp.HIGHEST));
    }

    /// [Exp#exp], lane by lane, of arguments that are not above [Exp#HIGHEST].
    static FloatVector expBounded(FloatVector x) {
        FloatVector rounded = x.fma(
                FloatVector.broadcast(SPECIES, Exp.LOG2_E), FloatVector.broadcast(SPECIES, Exp.ROUNDER));
        FloatVector n = rounded.sub(Exp.ROUNDER);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Exp.LN2_HIGH), x);
        r = n.fma(FloatVector.broadcast(SPECIES, -Exp.LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(SPECIES, Exp.C6).fma(r, FloatVector.broadcast(SPECIES, Exp.C5));
        p = p.fma(r, FloatVector.broadcast(SPECIES, Exp.C4));
        p = p.fma(r, FloatVector.broadcast(SPECIES, Exp.C3));
        p = p.fma(r, FloatVector.broadcast(SPECIES, Exp.C2));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
        FloatVector power = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exp.MANTISSA_BITS)
                .reinterpretAsFloats();
        return p.mul(power).blend(0f, x.compare(VectorOperators.LT, Exp.LOWEST));
    }
}
