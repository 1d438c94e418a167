package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;

/// Equality of readings, every number bit for bit.
final class ReadingsEquality {

    private ReadingsEquality() {
    }

    /// Compares `positions` positions from `expectedFrom` and `actualFrom` on.
    static void assertSame(VocabularyReadings expected, int expectedFrom, VocabularyReadings actual, int actualFrom,
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
