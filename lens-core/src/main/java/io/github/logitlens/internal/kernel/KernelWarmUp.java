package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Runs kernels on numbers of its own until they are compiled, which shows in their beating others at the same work.
final class KernelWarmUp {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(15);
    /// What one turn counts at most: a process that is stopped, or waits for a processor, does not lose its patience.
    private static final long LONGEST_TURN = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int WINS = 20;
    private static final int DEPTH = 256;
    private static final int BLOCKS = 3;
    private static final int POINTS = 13;
    private static final int ROW = 768;

    private final Kernels cold;
    private final Kernels rival;
    private final BooleanSupplier stop;
    private final LongSupplier clock;
    private long spent;
    private final MemorySegment panel = Arena.ofAuto().allocate(4L * Kernels.PANEL * DEPTH, 64);
    private final float[] left = new float[BLOCKS * Kernels.BLOCK * DEPTH];
    private final float[] tile = new float[BLOCKS * Kernels.BLOCK * Kernels.PANEL];
    private final float[] row = new float[ROW];
    private final float[] gain = new float[ROW];
    private final VocabularyStatistics statistics =
            new VocabularyStatistics(POINTS, Reduction.top(POINTS, 10), new float[0][]);
    private final VocabularyDistances distances =
            new VocabularyDistances(POINTS, new float[POINTS], new float[POINTS], new float[POINTS]);

    /// @param cold  kernels to warm up
    /// @param rival kernels that are warm
    /// @param stop  asked now and then: whether to give up
    /// @param clock nanoseconds
    KernelWarmUp(Kernels cold, Kernels rival, BooleanSupplier stop, LongSupplier clock) {
        this.cold = cold;
        this.rival = rival;
        this.stop = stop;
        this.clock = clock;
    }

    /// Warms kernels up, on this thread.
    static boolean run(Kernels cold, Kernels rival, BooleanSupplier stop) {
        return new KernelWarmUp(cold, rival, stop, System::nanoTime).run();
    }

    /// Warms up all kernels that matter.
    ///
    /// @return whether each of them came to beat its rival before the patience was spent
    boolean run() {
        List<Consumer<Kernels>> work = List.of(
                kernels -> multiply(kernels, 6, 1, null),
                kernels -> multiply(kernels, 6, 1, panels(1, DEPTH)),
                kernels -> multiply(kernels, 6, BLOCKS, panels(1, DEPTH)),
                kernels -> multiply(kernels, 4, BLOCKS, panels(1, DEPTH)),
                kernels -> multiply(kernels, 2, BLOCKS, panels(1, DEPTH)),
                kernels -> multiply(kernels, 4, 1, null),
                kernels -> multiply(kernels, 2, 1, null),
                kernels -> multiply(kernels, 1, 1, null),
                kernels -> multiplyRow(kernels, 2),
                kernels -> multiplyRow(kernels, 4),
                kernels -> {
                    // Of narrow vectors the interleaving is the rival's own, which alone would not win often in a row.
                    kernels.rows().layerNorm(row, 0, ROW, gain, gain, 1e-5, row, 0);
                    kernels.rows().interleave(row, 0, ROW / Kernels.BLOCK, ROW / Kernels.BLOCK, RowOperations.ONES, left, 0);
                },
                kernels -> kernels.rows().softmax(row, 0, ROW),
                kernels -> kernels.rows().activate(ActivationFunction.GELU_NEW, row, 0, ROW),
                kernels -> kernels.vocabulary().reduce(tile, Kernels.PANEL, 0, statistics, 0, 1),
                kernels -> kernels.vocabulary().compare(tile, Kernels.PANEL, distances, 0, 1));
        for (Consumer<Kernels> kernel : work) {
            if (!winsOver(kernel)) {
                return false;
            }
        }
        return true;
    }

    private Panels panels(int count, int depth) {
        return Panels.inTurn(panel, 0, count, depth);
    }

    /// @param next read ahead, or null
    private void multiply(Kernels kernels, int height, int blocks, Panels next) {
        if (next != null) {
            kernels.products().fetch(next);
        }
        kernels.products().multiplyAll(new RowBlocks(left, 0, blocks, height, DEPTH), panels(1, DEPTH),
                Tile.ZEROS, Tile.of(tile, 0), next);
    }

    private void multiplyRow(Kernels kernels, int panels) {
        kernels.products().multiplyAll(new RowBlocks(left, 0, 1, 1, DEPTH / panels), panels(panels, DEPTH / panels),
                Tile.ZEROS, Tile.of(tile, 0), null);
    }

    private boolean winsOver(Consumer<Kernels> kernel) {
        int wins = 0;
        while (wins < WINS) {
            long start = clock.getAsLong();
            kernel.accept(cold);
            long middle = clock.getAsLong();
            kernel.accept(rival);
            long end = clock.getAsLong();
            wins = middle - start <= end - middle ? wins + 1 : 0;
            spent += Math.min(end - start, LONGEST_TURN);
            if (spent > PATIENCE || stop.getAsBoolean()) {
                return false;
            }
        }
        return true;
    }
}
