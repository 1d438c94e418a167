package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Values;
import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The vector kernels give the scalar kernels' bits, on this JVM's vector width: the build runs this class once for each.
///
/// Every array has a guard before and after what a kernel may write, and all of it is compared. Loops turn often enough to
/// be compiled on the way, so that interpreter and compilers are compared as well.
@Tag("bits")
class KernelBitsTest {

    private static final int PANEL = Kernels.PANEL;
    private static final int GUARD = 5;

    /// Depths of the panels that are read ahead; at the end of their memory, so that a read behind it fails.
    private static final int[] AHEAD = {1, 2, 5, 20, 800, 1700};
    private static final List<Kernels> ALL = List.of(new ScalarKernels(),
            new VectorKernels(Touching.EVERY_LINE, 16), new VectorKernels(Touching.ONE_IN_SIXTEEN, 32),
            new VectorKernels(Touching.EVERY_LINE, 32));

    private final Kernels scalar = new ScalarKernels();
    private final Kernels vector = new VectorKernels();

    @BeforeAll
    static void sayWhatRuns() {
        SpeciesUnderTest.announce("KernelBitsTest");
    }

    @Test
    void theTwoSidesAreNotOneAndTheSame() {
        assertEquals(Fma.IS_INSTRUCTION ? "scalar" : "scalar (no FMA)", scalar.description());
        assertEquals("vector (" + SpeciesUnderTest.bits() + "-bit)", vector.description());
        assertFalse(scalar.getClass().isInstance(vector), "vector kernels that are the scalar ones prove nothing");
    }

    @ParameterizedTest
    @EnumSource
    void multiply(Values values) {
        int[] heights = {1, 2, 4, 6};
        try (Arena arena = Arena.ofConfined()) {
            for (int trial = 0; trial < 160; trial++) {
                long seed = 1000L * values.ordinal() + trial;
                Random random = new Random(seed);
                int height = heights[trial % 4];
                int depth = trial < 16 ? 1 + trial / 4 : 1 + random.nextInt(trial % 10 == 0 ? 400 : 70);
                Supplier<String> what = () -> values + ", height " + height + ", depth " + depth + ", seed " + seed;
                int aOffset = random.nextInt(9);
                float[] a = values.array(random, aOffset + depth * height);
                long bOffset = 4L * random.nextInt(20);
                MemorySegment b = arena.allocate(bOffset + 4L * PANEL * depth, 4);
                float[] panel = values.array(random, depth * PANEL);
                MemorySegment.copy(panel, 0, b, ValueLayout.JAVA_FLOAT, bOffset, panel.length);
                float[] start = values.array(random, GUARD + height * PANEL + GUARD);

                float[] expected = start.clone();
                multiply(scalar, new RowBlock(a, aOffset, height), new Panel(b, bOffset, depth), expected);
                float[] actual = start.clone();
                multiply(vector, new RowBlock(a, aOffset, height), new Panel(b, bOffset, depth), actual);
                Bits.assertSame(expected, actual, what);

                for (int r = 0; r < height; r++) {
                    for (int n = 0; n < PANEL; n++) {
                        float chain = start[GUARD + r * PANEL + n];
                        for (int k = 0; k < depth; k++) {
                            chain = Math.fma(a[aOffset + k * height + r], panel[k * PANEL + n], chain);
                        }
                        float got = actual[GUARD + r * PANEL + n];
                        int row = r;
                        int column = n;
                        assertTrue(Bits.same(chain, got), () -> "not one chain of fma: " + what.get() + ", row " + row
                                + ", column " + column);
                    }
                }
            }
        }
    }

    /// Chains that start from rows of another array, from one row for all, or from their own: what stands between the rows of
    /// the output stays.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6})
    void multiplyStartsAnywhereAndStoresInStrides(int height) {
        try (Arena arena = Arena.ofConfined()) {
            for (int trial = 0; trial < 60; trial++) {
                Random random = new Random(100L * height + trial);
                int depth = 1 + random.nextInt(20);
                float[] a = Values.NORMAL.array(random, depth * height);
                float[] panel = Values.NORMAL.array(random, depth * PANEL);
                MemorySegment b = arena.allocate(4L * panel.length, 4);
                MemorySegment.copy(panel, 0, b, ValueLayout.JAVA_FLOAT, 0, panel.length);
                int outStride = PANEL + random.nextInt(9);
                float[] out = Values.NORMAL.array(random, GUARD + height * outStride + GUARD);
                boolean inPlace = trial % 3 == 0;
                int startOffset = inPlace ? GUARD : random.nextInt(9);
                int startStride = inPlace ? outStride : trial % 3 == 1 ? 0 : PANEL + random.nextInt(9);
                float[] start = inPlace ? out : Values.NORMAL.array(random, 9 + height * (PANEL + 9));

                float[] expected = out.clone();
                for (int r = 0; r < height; r++) {
                    for (int n = 0; n < PANEL; n++) {
                        float chain = start[startOffset + r * startStride + n];
                        for (int k = 0; k < depth; k++) {
                            chain = Math.fma(a[k * height + r], panel[k * PANEL + n], chain);
                        }
                        expected[GUARD + r * outStride + n] = chain;
                    }
                }
                Tile from = new Tile(start, startOffset, startStride, PANEL);
                for (Kernels kernels : ALL) {
                    float[] actual = out.clone();
                    Tile to = new Tile(actual, GUARD, outStride, PANEL);
                    kernels.products().multiply(
                            new RowBlock(a, 0, height), new Panel(b, 0, depth), inPlace ? to : from, to);
                    int number = trial;
                    Bits.assertSame(expected, actual, () -> "height " + height + ", depth " + depth + ", trial " + number);
                }
            }
        }
    }

    /// In one call as block by block and panel by panel, whatever is read ahead.
    @ParameterizedTest
    @EnumSource
    void multiplyAll(Values values) {
        int[] heights = {1, 2, 4, 6};
        try (Arena arena = Arena.ofConfined()) {
            for (int trial = 0; trial < 64; trial++) {
                long seed = 5000L * values.ordinal() + trial;
                Random random = new Random(seed);
                int height = heights[trial % 4];
                int blocks = trial % 3 == 0 ? 1 : 1 + random.nextInt(trial % 16 == 5 ? 20 : 4);
                int panels = 1 + random.nextInt(5);
                int depth = trial < 32 ? 1 + trial / 4 : trial % 16 == 0 ? 769 + random.nextInt(900) : 1 + random.nextInt(90);
                int rows = (blocks - 1) * Kernels.BLOCK + height;
                boolean apart = random.nextBoolean();
                int stride = (apart ? 1 : panels) * PANEL + random.nextInt(9);
                int panelStride = apart ? rows * stride + random.nextInt(9) : PANEL;
                Supplier<String> what = () -> values + ", " + rows + " rows, " + panels + " panels, depth " + depth
                        + ", seed " + seed;
                int aOffset = random.nextInt(9);
                float[] a = values.array(random, aOffset + rows * depth);
                long bOffset = 4L * random.nextInt(20);
                float[] right = values.array(random, panels * depth * PANEL);
                MemorySegment b = arena.allocate(bOffset + 4L * right.length, 4);
                MemorySegment.copy(right, 0, b, ValueLayout.JAVA_FLOAT, bOffset, right.length);
                float[] start = values.array(random, GUARD + (trial % 2 == 0 ? 1 : rows) * panels * PANEL);
                Tile from = trial % 2 == 0 ? Tile.row(start, GUARD) : new Tile(start, GUARD, panels * PANEL, PANEL);
                float[] before = values.array(random, GUARD + rows * stride + (panels - 1) * panelStride + GUARD);

                float[] expected = before.clone();
                for (int row = 0; row < rows; row++) {
                    int block = row / Kernels.BLOCK;
                    int high = block == blocks - 1 ? height : Kernels.BLOCK;
                    for (int column = 0; column < panels * PANEL; column++) {
                        float chain = start[GUARD + row * from.stride() + column];
                        for (int k = 0; k < depth; k++) {
                            float x = a[aOffset + block * Kernels.BLOCK * depth + k * high + row % Kernels.BLOCK];
                            chain = Math.fma(x, right[(column / PANEL * depth + k) * PANEL + column % PANEL], chain);
                        }
                        expected[GUARD + row * stride + column / PANEL * panelStride + column % PANEL] = chain;
                    }
                }
                int columns = panels * PANEL + random.nextInt(9);
                Panels inTurn = Panels.inTurn(b, bOffset, panels, depth);
                int ahead = AHEAD[trial % AHEAD.length];
                Panels next = trial % 5 == 0 ? null : Panels.inTurn(arena.allocate(4L * PANEL * ahead, 4), 0, 1, ahead);
                for (Panels place : List.of(inTurn, inRows(inTurn, columns, arena))) {
                    for (Kernels kernels : ALL) {
                        float[] actual = before.clone();
                        kernels.products().multiplyAll(new RowBlocks(a, aOffset, blocks, height, depth), place,
                                from, new Tile(actual, GUARD, stride, panelStride), next);
                        Bits.assertSame(expected, actual, () -> what.get() + ", " + place);
                    }
                }
            }
        }
    }

    /// The same panels side by side in rows.
    private static Panels inRows(Panels panels, int columns, Arena arena) {
        MemorySegment rows = arena.allocate(4L * panels.depth() * columns, 4);
        float[] row = new float[panels.count() * PANEL];
        for (int k = 0; k < panels.depth(); k++) {
            panels.copy(k, row);
            MemorySegment.copy(row, 0, rows, ValueLayout.JAVA_FLOAT, 4L * k * columns, row.length);
        }
        return Panels.inRows(rows, 0, panels.count(), panels.depth(), columns);
    }

    /// Outside a stretch there may be nothing to read.
    @Test
    void fetchStaysInsideItsStretch() {
        for (int depth = 1; depth < 70; depth++) {
            try (Arena arena = Arena.ofConfined()) {
                Panels b = Panels.inTurn(arena.allocate(64 + 4L * PANEL * depth, 4), 64, 1, depth);
                scalar.products().fetch(b);
                vector.products().fetch(b);
            }
        }
    }

    /// Enough turns for the compiler to take over on the way.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6})
    void multiplyOnceCompiled(int height) {
        int depth = 33;
        Random random = new Random(height);
        float[] a = Values.NORMAL.array(random, depth * height);
        float[] panel = Values.NORMAL.array(random, depth * PANEL);
        float[] expected = new float[height * PANEL];
        MemorySegment onHeap = MemorySegment.ofArray(panel);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment b = arena.allocate(onHeap.byteSize(), 64).copyFrom(onHeap);
            scalar.products().multiply(new RowBlock(a, 0, height), new Panel(b, 0, depth), Tile.of(expected, 0));
            for (int turn = 0; turn < 1500; turn++) {
                float[] actual = new float[height * PANEL];
                vector.products().multiply(new RowBlock(a, 0, height), new Panel(b, 0, depth), Tile.of(actual, 0));
                int number = turn;
                Bits.assertSame(expected, actual, () -> "height " + height + ", turn " + number);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void layerNorm(Values values) {
        double[] epsilons = {1e-5, 1e-3, 0};
        for (int trial = 0; trial < 600; trial++) {
            long seed = 2000L * values.ordinal() + trial;
            Random random = new Random(seed);
            int n = trial < 100 ? 1 + trial : 1 + random.nextInt(800);
            double epsilon = epsilons[trial % 3];
            boolean inPlace = random.nextBoolean();
            Supplier<String> what = () -> values + ", n " + n + ", epsilon " + epsilon + (inPlace ? ", in place" : "")
                    + ", seed " + seed;
            float[] x = values.array(random, GUARD + n + GUARD);
            float[] gain = Values.NORMAL.array(random, n);
            float[] bias = Values.NORMAL.array(random, n);
            float[][] outs = new float[2][];
            float[] scales = new float[2];
            for (int side = 0; side < 2; side++) {
                float[] in = x.clone();
                outs[side] = inPlace ? in : Values.NORMAL.array(new Random(seed), GUARD + n + GUARD);
                scales[side] = side(side).rows().layerNorm(in, GUARD, n, gain, bias, epsilon, outs[side], GUARD);
                if (!inPlace) {
                    Bits.assertSame(x, in, () -> "input was modified: " + what.get());
                }
            }
            Bits.assertSame(outs[0], outs[1], what);
            assertTrue(Bits.same(scales[0], scales[1]), () -> "scale: " + what.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void softmax(Values values) {
        inPlace(values, 1600, 180, (kernels, random, x, n) -> kernels.rows().softmax(x, GUARD, n));
    }

    @ParameterizedTest
    @EnumSource
    void interleave(Values values) {
        inPlace(values, 1000, 600, (kernels, random, x, n) -> {
            int count = n / Kernels.BLOCK;
            int stride = count + random.nextInt(3);
            float[] rows = values.array(random, GUARD + stride * Kernels.BLOCK);
            float[] before = rows.clone();
            float[] factors = values.array(random, Kernels.BLOCK);
            kernels.rows().interleave(rows, GUARD, stride, count, factors, x, GUARD);
            for (int i = 0; i < count * Kernels.BLOCK; i++) {
                int row = i % Kernels.BLOCK;
                float expected = rows[GUARD + row * stride + i / Kernels.BLOCK] * factors[row];
                assertTrue(Bits.same(expected, x[GUARD + i]), "value " + i + " of " + count + " steps");
            }
            Bits.assertSame(before, rows, () -> "rows were modified");
        });
    }

    @ParameterizedTest
    @EnumSource
    void activate(Values values) {
        for (ActivationFunction f : ActivationFunction.values()) {
            inPlace(values, 400, 120, (kernels, random, x, n) -> kernels.rows().activate(f, x, GUARD, n));
        }
    }

    @Test
    void activateOverTheWholeRangeOfFloats() {
        float[] some = new float[1 << 12];
        for (ActivationFunction f : ActivationFunction.values()) {
            for (long first = Integer.MIN_VALUE; first <= Integer.MAX_VALUE; first += 4099L * some.length) {
                for (int i = 0; i < some.length; i++) {
                    some[i] = Float.intBitsToFloat((int) (first + 4099L * i));
                }
                float[] expected = some.clone();
                scalar.rows().activate(f, expected, 0, expected.length);
                float[] actual = some.clone();
                vector.rows().activate(f, actual, 0, actual.length);
                long from = first;
                Bits.assertSame(expected, actual, () -> f + " from the bits " + Long.toHexString(from) + " on");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void scale(Values values) {
        inPlace(values, 400, 180, (kernels, random, x, n) -> kernels.rows().scale(x, GUARD, n, values.next(random)));
    }

    @ParameterizedTest
    @EnumSource
    void add(Values values) {
        inPlace(values, 400, 180, (kernels, random, x, n) -> {
            int yOffset = random.nextInt(7);
            kernels.rows().add(x, GUARD, values.array(random, yOffset + n), yOffset, n);
        });
    }

    private static void multiply(Kernels kernels, RowBlock a, Panel b, float[] tile) {
        kernels.products().multiply(a, b, Tile.of(tile, GUARD));
    }

    private Kernels side(int side) {
        return side == 0 ? scalar : vector;
    }

    @FunctionalInterface
    private interface InPlace {
        void run(Kernels kernels, Random random, float[] x, int n);
    }

    /// Runs a kernel on both sides with equal random choices; `x` is `[n]` at `GUARD`.
    private void inPlace(Values values, int trials, int maxLength, InPlace kernel) {
        for (int trial = 0; trial < trials; trial++) {
            long seed = 3000L * values.ordinal() + trial;
            int n = trial < maxLength ? trial : new Random(seed).nextInt(maxLength * 4);
            float[][] x = new float[2][];
            for (int side = 0; side < 2; side++) {
                Random random = new Random(seed);
                x[side] = values.array(random, GUARD + n + GUARD);
                kernel.run(side(side), random, x[side], n);
            }
            Bits.assertSame(x[0], x[1], () -> values + ", n " + n + ", seed " + seed);
        }
    }
}
