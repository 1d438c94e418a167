package io.github.logitlens.internal.vocabulary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import java.util.stream.IntStream;

/// Equality of readings of everything that can be asked for, every number bit for bit.
public final class ReadingsEquality {

    private static final int TOP = 10;
    private static final int BOTTOM = 7;

    private ReadingsEquality() {
    }

    /// A query for everything.
    ///
    /// @param next    one id per position, −1 for none
    /// @param tracked ids
    public static VocabularyQuery everything(int points, int[] next, int... tracked) {
        return VocabularyQuery.points(points).top(TOP).bottom(BOTTOM).track(tracked).next(next, true).klFromFinal()
                .change(IntStream.range(-1, points - 1).toArray()).distances();
    }

    /// Compares `positions` positions from `expectedFrom` and `actualFrom` on.
    public static void assertSame(VocabularyReadings expected, int expectedFrom, VocabularyReadings actual, int actualFrom,
            int positions, int points, int tracked, String what) {
        assertEquals(expected.topK(), actual.topK(), what);
        for (int position = 0; position < positions; position++) {
            int e = expectedFrom + position;
            int a = actualFrom + position;
            for (int point = 0; point < points; point++) {
                String where = what + ", position " + e + ", point " + point;
                assertTrue(Bits.same(expected.logSumExp(e, point), actual.logSumExp(a, point)), () -> "logsumexp: " + where);
                assertTrue(Bits.same(expected.entropy(e, point), actual.entropy(a, point)), () -> "entropy: " + where);
                assertTrue(Bits.same(expected.klToFinal(e, point), actual.klToFinal(a, point)), () -> "KL: " + where);
                assertTrue(Bits.same(expected.klFromFinal(e, point), actual.klFromFinal(a, point)),
                        () -> "KL from final: " + where);
                assertTrue(Bits.same(expected.change(e, point), actual.change(a, point)), () -> "change: " + where);
                assertTrue(Bits.same(expected.jensenShannon(e, point), actual.jensenShannon(a, point)),
                        () -> "Jensen-Shannon: " + where);
                assertTrue(Bits.same(expected.totalVariation(e, point), actual.totalVariation(a, point)),
                        () -> "total variation: " + where);
                assertTrue(Bits.same(expected.nextLogit(e, point), actual.nextLogit(a, point)), () -> "next logit: " + where);
                assertEquals(expected.nextRank(e, point), actual.nextRank(a, point), () -> "next rank: " + where);
                assertEquals(expected.bottomK(), actual.bottomK(), where);
                for (int rank = 0; rank < expected.bottomK(); rank++) {
                    assertEquals(expected.bottomId(e, point, rank), actual.bottomId(a, point, rank), () -> "bottom id: " + where);
                    assertTrue(Bits.same(expected.bottomLogit(e, point, rank), actual.bottomLogit(a, point, rank)),
                            () -> "bottom logit: " + where);
                }
                for (int rank = 0; rank < expected.topK(); rank++) {
                    assertEquals(expected.topId(e, point, rank), actual.topId(a, point, rank), () -> "top id: " + where);
                    assertTrue(Bits.same(expected.topLogit(e, point, rank), actual.topLogit(a, point, rank)),
                            () -> "top logit: " + where);
                }
                for (int t = 0; t < tracked; t++) {
                    assertTrue(Bits.same(expected.trackedLogit(e, point, t), actual.trackedLogit(a, point, t)),
                            () -> "tracked logit: " + where);
                    assertEquals(expected.trackedRank(e, point, t), actual.trackedRank(a, point, t), () -> "rank: " + where);
                }
            }
        }
    }
}
