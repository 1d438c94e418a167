package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class KernelWarmUpTest {

    /// Three thousand products are more than the work after which the kernels change.
    @Test
    void theChangeOfKernelsChangesNoBit() {
        int depth = 4096;
        float[] a = new float[6 * depth];
        for (int i = 0; i < a.length; i++) {
            a[i] = (i * 31 % 17 - 8) * 0.37f;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment b = arena.allocate(4L * 64 * depth, 64);
            for (long i = 0; i < 64L * depth; i++) {
                b.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 13 % 29 - 14) * 0.11f);
            }
            float[] expected = new float[6 * 64];
            new ScalarKernels().products().multiply(new RowBlock(a, 0, 6), new Panel(b, 0, depth), Tile.of(expected, 0));
            Kernels kernels = new ColdStartKernels();
            for (int i = 0; i < 3000; i++) {
                float[] tile = new float[6 * 64];
                kernels.products().multiply(new RowBlock(a, 0, 6), new Panel(b, 0, depth), Tile.of(tile, 0));
                assertArrayEquals(expected, tile);
            }
        }
    }
}
