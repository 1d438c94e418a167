package io.github.logitlens.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Whole tile rows of logits taken into [VocabularyDistances], in vectors.
final class VectorDistances {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int PANEL = Kernels.PANEL;

    private VectorDistances() {
    }

    /// See [Kernels#compare]; of 64 real columns.
    static void compare(float[] logits, VocabularyDistances distances, int firstRow, int positions) {
        float[] shifted = new float[PANEL];
        float[] probabilities = new float[PANEL];
        for (int position = 0; position < positions; position++) {
            int group = position * distances.points;
            int last = group + distances.points - 1;
            for (int n = 0; n < PANEL; n += LANES) {
                FloatVector y = FloatVector.fromArray(SPECIES, logits, last * PANEL + n).sub(distances.max[firstRow + last]);
                y.intoArray(shifted, n);
                VectorExp.expBounded(y).mul(distances.inverse[firstRow + last]).intoArray(probabilities, n);
            }
            for (int tileRow = group; tileRow < last; tileRow++) {
                compareRow(logits, tileRow, distances, firstRow + tileRow, firstRow + last, shifted, probabilities);
            }
        }
    }

    /// Adds a tile row to its distances from a last row, given as `z−m` and as probabilities.
    private static void compareRow(float[] logits, int tileRow, VocabularyDistances distances, int row, int last,
            float[] shifted, float[] probabilities) {
        float max = distances.max[row];
        float inverse = distances.inverse[row];
        float logRatio = distances.logSum[row] - distances.logSum[last];
        for (int strip = 0; strip < Lanes.COUNT; strip += LANES) {
            int lane = row * Lanes.COUNT + strip;
            FloatVector divergence = FloatVector.fromArray(SPECIES, distances.jensenShannon, lane);
            FloatVector variation = FloatVector.fromArray(SPECIES, distances.variation, lane);
            for (int n = strip; n < PANEL; n += Lanes.COUNT) {
                FloatVector z = FloatVector.fromArray(SPECIES, logits, tileRow * PANEL + n).sub(max);
                FloatVector p = VectorExp.expBounded(z).mul(inverse);
                FloatVector q = FloatVector.fromArray(SPECIES, probabilities, n);
                FloatVector apart = z.sub(FloatVector.fromArray(SPECIES, shifted, n)).sub(logRatio);
                divergence = divergence.add(twiceJensenShannon(p, q, apart));
                variation = variation.add(p.sub(q).abs());
            }
            divergence.intoArray(distances.jensenShannon, lane);
            variation.intoArray(distances.variation, lane);
        }
    }

    /// [JensenShannon#twice], lane by lane.
    private static FloatVector twiceJensenShannon(FloatVector p, FloatVector q, FloatVector apart) {
        FloatVector r = p.min(q).div(p.max(q).max(JensenShannon.LEAST));
        FloatVector t = FloatVector.broadcast(SPECIES, 1f).sub(r).div(r.add(1f));
        return p.add(q).mul(near(t).blend(far(r, apart), t.compare(VectorOperators.GT, JensenShannon.SMALL)));
    }

    private static FloatVector near(FloatVector t) {
        FloatVector s = t.mul(t);
        FloatVector f = FloatVector.broadcast(SPECIES, JensenShannon.P5).fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P4));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P3));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P2));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P1));
        f = f.fma(s, FloatVector.broadcast(SPECIES, JensenShannon.P0));
        return f.mul(s);
    }

    private static FloatVector far(FloatVector r, FloatVector apart) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector ar = zero.blend(apart.abs().mul(r), r.compare(VectorOperators.GT, zero));
        FloatVector log = FloatVector.broadcast(SPECIES, JensenShannon.Q6).fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q5));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q4));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q3));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q2));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q1));
        log = log.fma(r, FloatVector.broadcast(SPECIES, JensenShannon.Q0));
        return FloatVector.broadcast(SPECIES, JensenShannon.LN_2).sub(log.mul(r)).sub(ar.div(r.add(1f)));
    }
}
