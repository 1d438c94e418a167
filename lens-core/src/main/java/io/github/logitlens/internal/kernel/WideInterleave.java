package io.github.logitlens.internal.kernel;

import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Six rows laid out as a row block in vectors of 512 bits, sixteen steps of `k` a turn.
///
/// Neighbouring rows are joined in pairs first: an element of the block's order is then one of three pairs of values, and
/// two choices between two vectors each make one of the result: 18 such choices for 96 values, where the scalar loop has as
/// many loads and stores. `bench Interleave` compares the two.
final class WideInterleave {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> CHOICE = IntVector.SPECIES_512;
    private static final int LANES = SPECIES.length();
    private static final int BLOCK = Kernels.BLOCK;

    /// Joins the first or the last eight values of two rows in pairs.
    private static final IntVector LOW = choice(lane -> lane % 2 * LANES + lane / 2);
    private static final IntVector HIGH = choice(lane -> lane % 2 * LANES + LANES / 2 + lane / 2);

    /// Eight pairs in the block's order, from the first two of three vectors of pairs; what comes from the third stays open.
    private static final IntVector FIRST_TWO_0 = choice(lane -> ofFirstTwo(0, lane));
    private static final IntVector FIRST_TWO_1 = choice(lane -> ofFirstTwo(1, lane));
    private static final IntVector FIRST_TWO_2 = choice(lane -> ofFirstTwo(2, lane));

    /// The same, and what comes from the third.
    private static final IntVector ALL_0 = choice(lane -> ofThird(0, lane));
    private static final IntVector ALL_1 = choice(lane -> ofThird(1, lane));
    private static final IntVector ALL_2 = choice(lane -> ofThird(2, lane));

    private WideInterleave() {
    }

    private static IntVector choice(IntUnaryOperator laneOfTwo) {
        int[] lanes = new int[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            lanes[lane] = laneOfTwo.applyAsInt(lane);
        }
        return IntVector.fromArray(CHOICE, lanes, 0);
    }

    private static int pair(int vector, int lane) {
        return vector * (LANES / 2) + lane / 2;
    }

    private static int ofFirstTwo(int vector, int lane) {
        int pair = pair(vector, lane);
        return pair % 3 == 2 ? 0 : pair % 3 * LANES + pair / 3 * 2 + lane % 2;
    }

    private static int ofThird(int vector, int lane) {
        int pair = pair(vector, lane);
        return pair % 3 == 2 ? LANES + pair / 3 * 2 + lane % 2 : lane;
    }

    /// See [Kernels#interleave].
    ///
    /// @return how many steps of `k` are done: all but the last `count % 16`
    static int interleave(float[] rows, int offset, int stride, int count, float[] factors, float[] block, int blockOffset) {
        int whole = count - count % LANES;
        for (int k = 0; k < whole; k += LANES) {
            int from = offset + k;
            int to = blockOffset + k * BLOCK;
            IntVector r0 = row(rows, from, factors[0]);
            IntVector r1 = row(rows, from + stride, factors[1]);
            IntVector r2 = row(rows, from + 2 * stride, factors[2]);
            IntVector r3 = row(rows, from + 3 * stride, factors[3]);
            IntVector r4 = row(rows, from + 4 * stride, factors[4]);
            IntVector r5 = row(rows, from + 5 * stride, factors[5]);
            store(LOW.selectFrom(r0, r1), LOW.selectFrom(r2, r3), LOW.selectFrom(r4, r5), block, to);
            store(HIGH.selectFrom(r0, r1), HIGH.selectFrom(r2, r3), HIGH.selectFrom(r4, r5), block, to + 3 * LANES);
        }
        return whole;
    }

    private static IntVector row(float[] rows, int from, float factor) {
        return FloatVector.fromArray(SPECIES, rows, from).mul(factor).reinterpretAsInts();
    }

    private static void store(IntVector first, IntVector second, IntVector third, float[] block, int to) {
        ALL_0.selectFrom(FIRST_TWO_0.selectFrom(first, second), third).reinterpretAsFloats().intoArray(block, to);
        ALL_1.selectFrom(FIRST_TWO_1.selectFrom(first, second), third).reinterpretAsFloats().intoArray(block, to + LANES);
        ALL_2.selectFrom(FIRST_TWO_2.selectFrom(first, second), third).reinterpretAsFloats().intoArray(block, to + 2 * LANES);
    }
}
