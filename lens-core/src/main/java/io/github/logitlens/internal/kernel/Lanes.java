package io.github.logitlens.internal.kernel;

/// Sixteen virtual lanes: the one order in which a row is summed, whatever the width of the machine's vectors.
final class Lanes {

    static final int COUNT = 16;

    private Lanes() {
    }

    /// Sums sixteen lanes in a fixed tree: halves are added to each other until one value is left.
    ///
    /// @param lanes `[16]` at `offset`, *written*
    static float sum(float[] lanes, int offset) {
        for (int half = COUNT / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[offset + i] += lanes[offset + i + half];
            }
        }
        return lanes[offset];
    }

    /// Sums a row's sixteen lanes in float64, in order.
    ///
    /// @param lanes `[rows][16]`, *not modified*
    static double total(float[] lanes, int row) {
        double total = 0;
        for (int lane = 0; lane < COUNT; lane++) {
            total += lanes[row * COUNT + lane];
        }
        return total;
    }
}
