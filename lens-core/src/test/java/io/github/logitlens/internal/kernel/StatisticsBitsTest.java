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
        private final int bottom;
        private final int[] targets;
        private final int[][] references;
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
            bottom = random.nextInt(Math.min(columns, 12) + 1);
            references = new int[random.nextInt(3)][points];
            for (int[] reference : references) {
                for (int point = 0; point < points; point++) {
                    reference[point] = random.nextInt(points + 1) - 1;
                }
            }
            logits = new float[rows][];
            for (int row = 0; row < rows; row++) {
                logits[row] = values.array(random, columns);
            }
            what = values + ", seed " + seed + ", " + rows + " rows of " + points + " points, " + columns + " columns, top " + k;
        }

        VocabularyStatistics reduce(Kernels kernels) {
            return reduce(kernels, VocabularyStatistics.noLimits(rows), VocabularyStatistics.noLimits(rows));
        }

        VocabularyStatistics reduce(Kernels kernels, float[] topLimits, float[] bottomLimits) {
            float[][] targetLogits = new float[targets.length][rows];
            for (int row = 0; row < rows; row++) {
                for (int t = 0; t < targets.length; t++) {
                    targetLogits[t][row] = logits[row][targets[t] - firstColumn];
                }
            }
            int[][] targetsOfGroups = new int[rows / points][];
            Arrays.fill(targetsOfGroups, targets);
            VocabularyStatistics statistics = new VocabularyStatistics(rows,
                    new Reduction(points, k, bottom, targetsOfGroups, targets.length, references), targetLogits,
                    topLimits.clone(), bottomLimits.clone());
            forEachTile((tile, first, count, firstRow, positions) ->
                    kernels.vocabulary().reduce(tile, count, firstColumn + first, statistics, firstRow, positions));
            return statistics;
        }

        /// The distances that normalisers of this stretch alone lead to.
        VocabularyDistances compare(Kernels kernels) {
            float[] max = new float[rows];
            float[] inverse = new float[rows];
            float[] logSum = new float[rows];
            VocabularyStatistics statistics = reduce(new ScalarKernels());
            for (int row = 0; row < rows; row++) {
                max[row] = statistics.max(row);
                inverse[row] = (float) (1 / statistics.sum(row));
                logSum[row] = (float) Math.log(statistics.sum(row));
            }
            VocabularyDistances distances = new VocabularyDistances(points, max, inverse, logSum);
            forEachTile((tile, first, count, firstRow, positions) ->
                    kernels.vocabulary().compare(tile, count, distances, firstRow, positions));
            return distances;
        }

        private void forEachTile(TileReader reader) {
            for (int first = 0; first < columns; first += PANEL) {
                int count = Math.min(PANEL, columns - first);
                int firstRow = 0;
                for (int positions : positionsOfTile) {
                    float[] tile = new float[positions * points * PANEL];
                    for (int row = 0; row < positions * points; row++) {
                        System.arraycopy(logits[firstRow + row], first, tile, row * PANEL, count);
                    }
                    float[] before = tile.clone();
                    reader.read(tile, first, count, firstRow, positions);
                    Bits.assertSame(before, tile, () -> "logits were modified: " + what);
                    firstRow += positions * points;
                }
            }
        }

        /// The softmax of a row, in float64.
        double[] probabilities(int row) {
            double max = IntStream.range(0, columns).mapToDouble(column -> logits[row][column]).max().orElseThrow();
            double[] p = IntStream.range(0, columns).mapToDouble(column -> Math.exp(logits[row][column] - max)).toArray();
            double sum = Arrays.stream(p).sum();
            return Arrays.stream(p).map(e -> e / sum).toArray();
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
            assertSameSums(scalar, vector, scene);
            assertSame(scalar.top, vector.top, "top: " + scene.what);
            assertSame(scalar.bottom, vector.bottom, "bottom: " + scene.what);
            for (int row = 0; row < scene.rows; row++) {
                for (int t = 0; t < scene.targets.length; t++) {
                    assertEquals(scalar.before(row, t), vector.before(row, t), () -> "rank: " + scene.what);
                }
            }
        }
    }

    private static void assertSameSums(VocabularyStatistics one, VocabularyStatistics other, Scene scene) {
        Bits.assertSame(one.max, other.max, () -> "max: " + scene.what);
        Bits.assertSame(one.sum, other.sum, () -> "sum: " + scene.what);
        Bits.assertSame(one.weighted, other.weighted, () -> "weighted: " + scene.what);
        Bits.assertSame(one.cross, other.cross, () -> "cross: " + scene.what);
        for (int set = 0; set < scene.references.length; set++) {
            Bits.assertSame(one.ownCross[set].sums(), other.ownCross[set].sums(), () -> "own cross: " + scene.what);
        }
    }

    @ParameterizedTest
    @EnumSource
    void limitsKeepOutWhatDoesNotExceedThemAndChangeNothingElse(Values values) {
        for (int trial = 0; trial < TRIALS; trial++) {
            Scene scene = new Scene(values, 6000L * values.ordinal() + trial);
            VocabularyStatistics free = scene.reduce(new ScalarKernels());
            float[] top = new float[scene.rows];
            float[] bottom = new float[scene.rows];
            for (int row = 0; row < scene.rows; row++) {
                float limit = scene.logits[row][(int) ((long) scene.columns * row / scene.rows)];
                top[row] = Float.isNaN(limit) ? Float.NEGATIVE_INFINITY : limit;
                bottom[row] = -limit;
            }
            for (Kernels kernels : new Kernels[] {new ScalarKernels(), new VectorKernels()}) {
                VocabularyStatistics limited = scene.reduce(kernels, top, bottom);
                assertSameSums(free, limited, scene);
                for (int row = 0; row < scene.rows; row++) {
                    assertLimited(free.top, limited.top, row, top[row], scene.what);
                    assertLimited(free.bottom, limited.bottom, row, bottom[row], scene.what);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAmongTheGreatestExceedsTheLimitItRaised(Values values) {
        for (int trial = 0; trial < TRIALS; trial++) {
            Scene scene = new Scene(values, 6500L * values.ordinal() + trial);
            VocabularyStatistics free = scene.reduce(new VectorKernels());
            float[] top = VocabularyStatistics.noLimits(scene.rows);
            float[] bottom = VocabularyStatistics.noLimits(scene.rows);
            free.top.raise(top);
            free.bottom.raise(bottom);
            VocabularyStatistics limited = scene.reduce(new VectorKernels(), top, bottom);
            assertSame(free.top, limited.top, "top: " + scene.what);
            assertSame(free.bottom, limited.bottom, "bottom: " + scene.what);
        }
    }

    private static void assertLimited(RankedLogits free, RankedLogits limited, int row, float limit, String what) {
        int above = 0;
        while (above < free.count(row) && free.logit(row, above) > limit) {
            assertEquals(free.id(row, above), limited.id(row, above), () -> "row " + row + ", " + what);
            above++;
        }
        assertEquals(above, limited.count(row), () -> "row " + row + ", " + what);
    }

    private static void assertSame(RankedLogits scalar, RankedLogits vector, String what) {
        assertArrayEquals(scalar.count, vector.count, () -> "size of the " + what);
        assertArrayEquals(scalar.ids, vector.ids, () -> "ids of the " + what);
        Bits.assertSame(scalar.logits, vector.logits, () -> "logits of the " + what);
    }

    @ParameterizedTest
    @EnumSource
    void distancesHaveTheSameBits(Values values) {
        for (int trial = 0; trial < TRIALS; trial++) {
            Scene scene = new Scene(values, 6000L * values.ordinal() + trial);
            VocabularyDistances scalar = scene.compare(new ScalarKernels());
            VocabularyDistances vector = scene.compare(new VectorKernels());
            Bits.assertSame(scalar.jensenShannon, vector.jensenShannon, () -> "Jensen-Shannon: " + scene.what);
            Bits.assertSame(scalar.variation, vector.variation, () -> "variation: " + scene.what);
        }
    }

    /// A probability is off by up to 4u of itself, and so a difference of two by 4u of both; a token's part of the
    /// Jensen-Shannon divergence moves by no more than `|t|` times that, and rounds with itself; each lane adds up to 16.
    @ParameterizedTest
    @EnumSource(names = {"NORMAL", "TIED", "EQUAL", "ZEROS", "SUBNORMAL", "WIDE"})
    void distancesAreThoseOfFloat64(Values values) {
        double worst = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            Scene scene = new Scene(values, 8000L * values.ordinal() + trial);
            VocabularyDistances distances = scene.compare(new VectorKernels());
            for (int row = 0; row < scene.rows; row++) {
                int last = row / scene.points * scene.points + scene.points - 1;
                double[] p = scene.probabilities(row);
                double[] q = scene.probabilities(last);
                double jensenShannon = 0;
                double variation = 0;
                for (int column = 0; column < scene.columns; column++) {
                    double m = (p[column] + q[column]) / 2;
                    jensenShannon += (p[column] == 0 ? 0 : p[column] * Math.log(p[column] / m))
                            + (q[column] == 0 ? 0 : q[column] * Math.log(q[column] / m));
                    variation += Math.abs(p[column] - q[column]);
                }
                double budget = 4 * 0x1p-24;
                double size = budget * (variation + jensenShannon) + 0x1p-44;
                if (row == last) {
                    assertEquals(0, distances.jensenShannon(row) + distances.variation(row), scene.what);
                } else {
                    worst = Math.max(worst, Math.abs(distances.jensenShannon(row) - jensenShannon) / size);
                    worst = Math.max(worst, Math.abs(distances.variation(row) - variation) / (budget * 2));
                }
                double part = worst;
                assertTrue(part <= 1, () -> "distances are " + part + " budgets away: " + scene.what);
            }
        }
        System.out.printf("StatisticsBitsTest: %s uses %.2f of the budget of the distances%n", values, worst);
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
                    assertEquals(count, statistics.top().count(row), () -> "size of the top: " + what);
                    for (int rank = 0; rank < count; rank++) {
                        assertEquals(scene.firstColumn + order[rank], statistics.top().id(row, rank), () -> "top: " + what);
                        assertTrue(Bits.same(scene.logits[row][order[rank]], statistics.top().logit(row, rank)), what);
                    }
                    assertBottom(scene, row, statistics.bottom(), what);
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

    private static void assertBottom(Scene scene, int row, RankedLogits bottom, String what) {
        int[] order = IntStream.range(0, scene.columns).boxed()
                .filter(column -> scene.logits[row][column] < Float.POSITIVE_INFINITY)
                .sorted(Comparator.comparing((Integer column) -> scene.logits[row][column] + 0f).thenComparing(column -> column))
                .mapToInt(Integer::intValue).toArray();
        assertEquals(Math.min(scene.bottom, order.length), bottom.count(row), () -> "size of the bottom: " + what);
        for (int rank = 0; rank < bottom.count(row); rank++) {
            assertEquals(scene.firstColumn + order[rank], bottom.id(row, rank), () -> "bottom: " + what);
            assertTrue(Bits.same(scene.logits[row][order[rank]], -bottom.logit(row, rank)), () -> "bottom: " + what);
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
                worst = Math.max(worst, ownCrossError(scene, row, statistics) / budget);
                if (row != last) {
                    worst = Math.max(worst, Math.abs(statistics.cross(row) - cross) / (budget * crossSize + 0x1p-120));
                }
                double part = worst;
                assertTrue(part <= 1, () -> "sums are " + part + " budgets away: " + scene.what);
            }
        }
        System.out.printf("StatisticsBitsTest: %s uses %.2f of the budget of the sums%n", values, worst);
    }

    /// The greatest error of a row's own cross sums, as a part of the sizes of what they sum.
    private static double ownCrossError(Scene scene, int row, VocabularyStatistics statistics) {
        double worst = 0;
        int point = row % scene.points;
        for (int set = 0; set < scene.references.length; set++) {
            int reference = scene.references[set][point];
            double sum = 0;
            double size = 0x1p-96;
            for (int column = 0; reference >= 0 && column < scene.columns; column++) {
                float logit = scene.logits[row][column];
                double apart = (double) logit - scene.logits[row - point + reference][column];
                double weight = Math.exp(logit - (double) statistics.max(row));
                sum += weight * apart;
                size += weight * Math.abs(apart);
            }
            worst = Math.max(worst, Math.abs(statistics.ownCross(set, row) - sum) / size);
        }
        return worst;
    }

    /// What reads one tile of a scene.
    private interface TileReader {

        void read(float[] tile, int first, int count, int firstRow, int positions);
    }
}
