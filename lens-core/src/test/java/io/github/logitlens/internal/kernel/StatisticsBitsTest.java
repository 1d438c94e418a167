package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Values;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The statistics over a stretch of the vocabulary: vector and scalar kernels agree bit for bit, and both with a sort.
@Tag("bits")
class StatisticsBitsTest {

    private static final int PANEL = Kernels.PANEL;
    private static final int TRIALS = 150;

    @BeforeAll
    static void sayWhatRuns() {
        SpeciesUnderTest.announce("StatisticsBitsTest");
    }

    /// Logits of several tiles of positions × points over several panels, the last one cut off.
    private static final class Scene {

        private final String what;
        private final int points;
        private final int[] positionsOfTile;
        private final int rows;
        private final int columns;
        private final int firstColumn;
        private final int k;
        private final int[] targets;
        private final float[][] logits;

        Scene(Values values, long seed) {
            Random random = new Random(seed);
            points = 1 + random.nextInt(5);
            positionsOfTile = random.ints(1 + random.nextInt(3), 1, 4).toArray();
            rows = points * IntStream.of(positionsOfTile).sum();
            columns = random.nextBoolean() ? PANEL * (1 + random.nextInt(4)) : 1 + random.nextInt(4 * PANEL);
            firstColumn = PANEL * random.nextInt(3);
            k = 1 + random.nextInt(random.nextBoolean() ? columns : Math.min(columns, 12));
            targets = random.ints(random.nextInt(3), 0, columns).map(column -> firstColumn + column).toArray();
            logits = new float[rows][];
            for (int row = 0; row < rows; row++) {
                logits[row] = values.array(random, columns);
            }
            what = values + ", seed " + seed + ", " + rows + " rows of " + points + " points, " + columns + " columns, top " + k;
        }

        VocabularyStatistics reduce(Kernels kernels) {
            float[] targetLogits = new float[rows * targets.length];
            for (int row = 0; row < rows; row++) {
                for (int t = 0; t < targets.length; t++) {
                    targetLogits[row * targets.length + t] = logits[row][targets[t] - firstColumn];
                }
            }
            VocabularyStatistics statistics = new VocabularyStatistics(rows, points, k, targets, targetLogits);
            for (int first = 0; first < columns; first += PANEL) {
                int count = Math.min(PANEL, columns - first);
                int firstRow = 0;
                for (int positions : positionsOfTile) {
                    float[] tile = new float[positions * points * PANEL];
                    for (int row = 0; row < positions * points; row++) {
                        System.arraycopy(logits[firstRow + row], first, tile, row * PANEL, count);
                    }
                    float[] before = tile.clone();
                    kernels.reduce(tile, count, firstColumn + first, statistics, firstRow, positions);
                    Bits.assertSame(before, tile, () -> "logits were modified: " + what);
                    firstRow += positions * points;
                }
            }
            return statistics;
        }

        /// Columns of a row that can be compared, best first.
        int[] order(int row) {
            return IntStream.range(0, columns).boxed()
                    .filter(column -> logits[row][column] > Float.NEGATIVE_INFINITY)
                    .sorted(Comparator.comparing((Integer column) -> -logits[row][column] + 0f).thenComparing(column -> column))
                    .mapToInt(Integer::intValue).toArray();
        }
    }

    @ParameterizedTest
    @EnumSource
    void scalarAndVectorGiveTheSameBits(Values values) {
        for (int trial = 0; trial < TRIALS; trial++) {
            Scene scene = new Scene(values, 5000L * values.ordinal() + trial);
            VocabularyStatistics scalar = scene.reduce(new ScalarKernels());
            VocabularyStatistics vector = scene.reduce(new VectorKernels());
            Bits.assertSame(scalar.max, vector.max, () -> "max: " + scene.what);
            Bits.assertSame(scalar.sum, vector.sum, () -> "sum: " + scene.what);
            Bits.assertSame(scalar.weighted, vector.weighted, () -> "weighted: " + scene.what);
            Bits.assertSame(scalar.cross, vector.cross, () -> "cross: " + scene.what);
            assertArrayEquals(scalar.topCount, vector.topCount, () -> "size of the top: " + scene.what);
            assertArrayEquals(scalar.topIds, vector.topIds, () -> "ids of the top: " + scene.what);
            Bits.assertSame(scalar.topLogits, vector.topLogits, () -> "logits of the top: " + scene.what);
            for (int row = 0; row < scene.rows; row++) {
                for (int t = 0; t < scene.targets.length; t++) {
                    assertEquals(scalar.before(row, t), vector.before(row, t), () -> "rank: " + scene.what);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void topAndRanksAreThoseOfASort(Values values) {
        for (int trial = 0; trial < TRIALS; trial++) {
            Scene scene = new Scene(values, 5000L * values.ordinal() + trial);
            for (Kernels kernels : new Kernels[] {new ScalarKernels(), new VectorKernels()}) {
                VocabularyStatistics statistics = scene.reduce(kernels);
                for (int row = 0; row < scene.rows; row++) {
                    String what = kernels.description() + ", row " + row + ", " + scene.what;
                    int[] order = scene.order(row);
                    int count = Math.min(scene.k, order.length);
                    assertEquals(count, statistics.topCount(row), () -> "size of the top: " + what);
                    for (int rank = 0; rank < count; rank++) {
                        assertEquals(scene.firstColumn + order[rank], statistics.topId(row, rank), () -> "top: " + what);
                        assertTrue(Bits.same(scene.logits[row][order[rank]], statistics.topLogit(row, rank)), what);
                    }
                    for (int t = 0; t < scene.targets.length; t++) {
                        int column = scene.targets[t] - scene.firstColumn;
                        int place = Arrays.stream(order).boxed().toList().indexOf(column);
                        if (place >= 0) {
                            assertEquals(place, statistics.before(row, t), () -> "rank: " + what);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NORMAL", "TIED", "EQUAL", "ZEROS", "SUBNORMAL"})
    void sumsAreThoseOfFloat64(Values values) {
        double worst = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            Scene scene = new Scene(values, 7000L * values.ordinal() + trial);
            VocabularyStatistics statistics = scene.reduce(new VectorKernels());
            for (int row = 0; row < scene.rows; row++) {
                int last = row / scene.points * scene.points + scene.points - 1;
                double sum = 0;
                double weighted = 0;
                double cross = 0;
                double crossSize = 0;
                for (int column = 0; column < scene.columns; column++) {
                    double z = scene.logits[row][column] - (double) statistics.max(row);
                    sum += Math.exp(z);
                    weighted += z * Math.exp(z);
                    double apart = (double) scene.logits[last][column] - scene.logits[row][column];
                    double weight = Math.exp(scene.logits[last][column] - (double) statistics.max(last));
                    cross += weight * apart;
                    crossSize += weight * Math.abs(apart);
                }
                // an exponential is off by up to 2u of itself, z by u, and each lane adds up to 16 values
                double budget = 8 * 0x1p-24;
                worst = Math.max(worst, Math.abs(statistics.sum(row) - sum) / (budget * sum));
                worst = Math.max(worst, Math.abs(statistics.weighted(row) - weighted) / (budget * (sum + Math.abs(weighted))));
                if (row != last) {
                    worst = Math.max(worst, Math.abs(statistics.cross(row) - cross) / (budget * crossSize + 0x1p-120));
                }
                double part = worst;
                assertTrue(part <= 1, () -> "sums are " + part + " budgets away: " + scene.what);
            }
        }
        System.out.printf("StatisticsBitsTest: %s uses %.2f of the budget of the sums%n", values, worst);
    }
}
