package io.github.logitlens.internal.vocabulary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.fixtures.Values;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Reading residuals: what a batch holds, how it is cut up, and how much of the top is asked for changes no bit.
class UnembedderTest {

    /// 4300 tokens are 68 panels, 17 times four of them: more than the stretches into which the vocabulary is cut.
    private static final TinyModel SHAPE = new TinyModel(1, 2, 20, 24, 4300, 8, 31);
    private static final int[] TWINS = {3, 600, 4299};

    @TempDir
    private static Path temporary;

    private static Gpt2Model model;
    /// The same with logits forty times as large.
    private static Gpt2Model sharp;
    private static Unembedder unembedder;

    @BeforeAll
    static void load() {
        Path folder = SHAPE.write(temporary, weights -> {
            float[] wte = weights.get("wte.weight");
            for (int twin : TWINS) {
                System.arraycopy(wte, TWINS[0] * SHAPE.dModel(), wte, twin * SHAPE.dModel(), SHAPE.dModel());
            }
        });
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            model = Gpt2Model.load(checkpoint);
        }
        unembedder = Unembedder.behind(model.unembedding());
        Path sharper = SHAPE.write(temporary.resolve("sharp"), weights -> {
            float[] gain = weights.get("ln_f.weight");
            for (int i = 0; i < gain.length; i++) {
                gain[i] *= 40;
            }
        });
        try (Checkpoint checkpoint = Checkpoint.open(sharper)) {
            sharp = Gpt2Model.load(checkpoint);
        }
    }

    @AfterAll
    static void close() {
        model.close();
        sharp.close();
    }

    private static float[] residuals(int rows) {
        return Values.NORMAL.array(new Random(rows), rows * SHAPE.dModel());
    }

    private static float[] rows(float[] residuals, int from, int count) {
        return Arrays.copyOfRange(residuals, from * SHAPE.dModel(), (from + count) * SHAPE.dModel());
    }

    /// What no bit can show: rows that fit the first-level cache, and no part of a block left over where fewer positions avoid it.
    @ParameterizedTest
    @CsvSource({"1, 96", "2, 48", "7, 12", "13, 6", "25, 3", "37, 2", "49, 1", "100, 1", "1000, 1"})
    void aTileIsWholePositionsAndWholeBlocksOfRows(int points, int positions) {
        assertEquals(positions, Unembedder.positionsPerTile(points));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 1", "1, 13", "700, 3", "1100, 1", "3, 400", "2, 1200"})
    void aPositionAloneReadsAsAmongOthers(int positions, int points) {
        float[] residuals = residuals(positions * points);
        int[] next = new Random(3).ints(positions, -1, SHAPE.vocabSize()).toArray();
        VocabularyReadings all = unembedder.read(residuals, ReadingsEquality.everything(points, next, TWINS[1], 5));
        int step = Math.max(1, positions / 40);
        for (int position = 0; position < positions; position += step) {
            VocabularyReadings alone = unembedder.read(rows(residuals, position * points, points),
                    ReadingsEquality.everything(points, new int[] {next[position]}, TWINS[1], 5));
            ReadingsEquality.assertSame(all, position, alone, 0, 1, points, 2, positions + " × " + points);
        }
    }

    @Test
    void aPointAloneReadsAsAmongOthers() {
        float[] residuals = residuals(5);
        VocabularyReadings all = unembedder.read(residuals, 5, 10);
        for (int point = 0; point < 5; point++) {
            VocabularyReadings alone = unembedder.read(rows(residuals, point, 1), 1, 10);
            assertTrue(Bits.same(all.logSumExp(0, point), alone.logSumExp(0, 0)), "logsumexp");
            assertTrue(Bits.same(all.entropy(0, point), alone.entropy(0, 0)), "entropy");
            for (int rank = 0; rank < 10; rank++) {
                assertEquals(all.topId(0, point, rank), alone.topId(0, 0, rank));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 64, 65, 300, 4299, 4300, 5000})
    void theTopIsTheLogitsSorted(int topK) {
        float[] residuals = residuals(6);
        VocabularyReadings readings = unembedder.read(residuals, 2, topK);
        assertEquals(Math.min(topK, SHAPE.vocabSize()), readings.topK());
        for (int row = 0; row < 6; row++) {
            float[] logits = unembedder.logits(rows(residuals, row, 1));
            int[] order = IntStream.range(0, logits.length).boxed()
                    .sorted((a, b) -> logits[a] != logits[b] ? Float.compare(logits[b], logits[a]) : Integer.compare(a, b))
                    .mapToInt(Integer::intValue).toArray();
            for (int rank = 0; rank < readings.topK(); rank++) {
                assertEquals(order[rank], readings.topId(row / 2, row % 2, rank), "row " + row + ", rank " + rank);
                assertTrue(Bits.same(logits[order[rank]], readings.topLogit(row / 2, row % 2, rank)),
                        "row " + row + ", rank " + rank);
            }
        }
    }

    @Test
    void logitsOfManyRowsAreThoseOfEach() {
        float[] residuals = residuals(15);
        float[] all = unembedder.logits(residuals);
        assertEquals(15 * SHAPE.vocabSize(), all.length);
        for (int row = 0; row < 15; row++) {
            float[] one = Arrays.copyOfRange(all, row * SHAPE.vocabSize(), (row + 1) * SHAPE.vocabSize());
            Bits.assertSame(unembedder.logits(rows(residuals, row, 1)), one, () -> "logits of a row");
        }
    }

    @Test
    void ranksAreThePlacesInTheTop() {
        int[] everyToken = IntStream.range(0, SHAPE.vocabSize()).toArray();
        VocabularyReadings readings = unembedder.read(residuals(3), 3, SHAPE.vocabSize(), everyToken);
        for (int point = 0; point < 3; point++) {
            for (int rank = 0; rank < readings.topK(); rank++) {
                int id = readings.topId(0, point, rank);
                assertEquals(rank + 1, readings.trackedRank(0, point, id), "token " + id);
                assertTrue(Bits.same(readings.topLogit(0, point, rank), readings.trackedLogit(0, point, id)), "token " + id);
            }
        }
    }

    @Test
    void equalLogitsComeByLowerId() {
        VocabularyReadings readings = unembedder.read(residuals(4), 1, 2, TWINS);
        for (int position = 0; position < 4; position++) {
            int rank = readings.trackedRank(position, 0, 0);
            for (int t = 0; t < TWINS.length; t++) {
                assertTrue(Bits.same(readings.trackedLogit(position, 0, 0), readings.trackedLogit(position, 0, t)), "a twin");
                assertEquals(rank + t, readings.trackedRank(position, 0, t));
            }
        }
    }

    @Test
    void theTopMayEndBetweenEqualLogitsOfDifferentStretches() {
        for (int position = 0; position < 4; position++) {
            float[] residual = rows(residuals(4), position, 1);
            int first = unembedder.read(residual, 1, 1, TWINS).trackedRank(0, 0, 0);
            for (int t = 0; t < TWINS.length; t++) {
                VocabularyReadings readings = unembedder.read(residual, 1, first + t);
                assertEquals(TWINS[t], readings.topId(0, 0, first + t - 1), "twin " + t + " at position " + position);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 64, 65, 300, 4299, 4300, 5000})
    void theBottomIsTheLogitsSortedTheOtherWay(int bottomK) {
        float[] residuals = residuals(6);
        VocabularyReadings readings = unembedder.read(residuals, VocabularyQuery.points(2).bottom(bottomK));
        assertEquals(Math.min(bottomK, SHAPE.vocabSize()), readings.bottomK());
        for (int row = 0; row < 6; row++) {
            float[] logits = unembedder.logits(rows(residuals, row, 1));
            int[] order = IntStream.range(0, logits.length).boxed()
                    .sorted((a, b) -> logits[a] != logits[b] ? Float.compare(logits[a], logits[b]) : Integer.compare(a, b))
                    .mapToInt(Integer::intValue).toArray();
            for (int rank = 0; rank < readings.bottomK(); rank++) {
                assertEquals(order[rank], readings.bottomId(row / 2, row % 2, rank), "row " + row + ", rank " + rank);
                assertTrue(Bits.same(logits[order[rank]], readings.bottomLogit(row / 2, row % 2, rank)),
                        "row " + row + ", rank " + rank);
            }
        }
    }

    @Test
    void theNextTokenReadsAsATrackedOne() {
        int[] next = {TWINS[2], -1, 77};
        VocabularyReadings readings =
                unembedder.read(residuals(6), VocabularyQuery.points(2).track(TWINS[2], 77).next(next, true));
        for (int point = 0; point < 2; point++) {
            assertTrue(Bits.same(readings.trackedLogit(0, point, 0), readings.nextLogit(0, point)), "logit");
            assertEquals(readings.trackedRank(0, point, 0), readings.nextRank(0, point));
            assertTrue(Float.isNaN(readings.nextLogit(1, point)), "no token follows");
            assertEquals(0, readings.nextRank(1, point));
            assertTrue(Bits.same(readings.trackedLogit(2, point, 1), readings.nextLogit(2, point)), "logit");
            assertEquals(readings.trackedRank(2, point, 1), readings.nextRank(2, point));
        }
    }

    @Test
    void theLastPointIsNoDistanceFromItself() {
        int points = 4;
        VocabularyReadings readings =
                unembedder.read(residuals(3 * points), ReadingsEquality.everything(points, new int[] {-1, -1, -1}));
        for (int position = 0; position < 3; position++) {
            assertEquals(0.0, readings.klToFinal(position, points - 1));
            assertEquals(0.0, readings.klFromFinal(position, points - 1));
            assertEquals(0.0, readings.jensenShannon(position, points - 1));
            assertEquals(0.0, readings.totalVariation(position, points - 1));
            assertTrue(readings.klToFinal(position, 0) > 0 && readings.klFromFinal(position, 0) > 0, "another point diverges");
            assertTrue(readings.jensenShannon(position, 0) > 0 && readings.totalVariation(position, 0) > 0, "and is apart");
        }
    }

    /// Residuals that favour different tokens overwhelmingly are as far apart as can be, and no farther.
    @Test
    void distancesHaveTheirBounds() {
        float[] residuals = residuals(200);
        VocabularyReadings readings = Unembedder.behind(sharp.unembedding()).read(residuals, VocabularyQuery.points(2).distances());
        double farthest = 0;
        for (int position = 0; position < 100; position++) {
            double jensenShannon = readings.jensenShannon(position, 0);
            double variation = readings.totalVariation(position, 0);
            assertTrue(jensenShannon >= 0 && jensenShannon <= Math.log(2), () -> "Jensen-Shannon " + jensenShannon);
            assertTrue(variation >= 0 && variation <= 1, () -> "total variation " + variation);
            assertTrue(variation * variation / 2 <= jensenShannon + 1e-6, "Pinsker's inequality, at both halves");
            assertTrue(jensenShannon <= Math.log(2) * variation + 1e-6, "Lin's inequality");
            farthest = Math.max(farthest, variation);
        }
        assertTrue(farthest > 0.9999999, "the bound was tried: " + farthest);
    }

    /// Residuals that are the same, or nearly so, are no distance apart, or nearly none, and never less.
    @Test
    void nothingIsNearerThanTheSame() {
        float[] residuals = residuals(60);
        for (int row = 1; row < 60; row += 3) {
            System.arraycopy(residuals, row * SHAPE.dModel(), residuals, (row - 1) * SHAPE.dModel(), SHAPE.dModel());
            System.arraycopy(residuals, row * SHAPE.dModel(), residuals, (row + 1) * SHAPE.dModel(), SHAPE.dModel());
            residuals[row * SHAPE.dModel()] = Math.nextUp(residuals[row * SHAPE.dModel()]);
        }
        VocabularyReadings readings =
                unembedder.read(residuals, ReadingsEquality.everything(3, IntStream.range(0, 20).toArray()));
        for (int position = 0; position < 20; position++) {
            for (int point = 0; point < 3; point++) {
                double[] apart = {readings.klToFinal(position, point), readings.klFromFinal(position, point),
                    readings.jensenShannon(position, point), readings.totalVariation(position, point)};
                for (double distance : apart) {
                    assertTrue(distance >= 0 && distance < 1e-5, () -> "distance " + distance);
                }
            }
            assertEquals(0, readings.jensenShannon(position, 0), "the same residual twice");
            assertEquals(0, readings.totalVariation(position, 0), "the same residual twice");
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        int d = SHAPE.dModel();
        assertThrows(IllegalArgumentException.class, () -> unembedder.logits(new float[d - 1]));
        assertThrows(IllegalArgumentException.class, () -> unembedder.read(new float[0], 1, 1));
        assertThrows(IllegalArgumentException.class, () -> unembedder.read(new float[3 * d], 2, 1));
        assertThrows(IllegalArgumentException.class, () -> unembedder.read(new float[d], 0, 1));
        assertThrows(IllegalArgumentException.class, () -> unembedder.read(new float[d], 1, 0));
        assertThrows(IllegalArgumentException.class, () -> unembedder.read(new float[d], 1, 1, SHAPE.vocabSize()));
        assertThrows(IllegalArgumentException.class, () -> unembedder.read(new float[d], 1, 1, -1));
        VocabularyQuery query = VocabularyQuery.points(2);
        assertThrows(IllegalArgumentException.class, () -> query.bottom(-1));
        assertThrows(IllegalArgumentException.class, () -> query.change(-1));
        assertThrows(IllegalArgumentException.class, () -> query.change(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> query.change(-2, 0));
        assertThrows(IllegalArgumentException.class, () -> unembedder.read(new float[2 * d], query.next(new int[2], false)));
        for (int id : new int[] {-2, SHAPE.vocabSize()}) {
            assertThrows(IllegalArgumentException.class,
                    () -> unembedder.read(new float[2 * d], query.next(new int[] {id}, false)));
        }
    }
}
