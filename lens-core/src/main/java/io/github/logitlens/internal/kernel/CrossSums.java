package io.github.logitlens.internal.kernel;

/// `Σ e^(z−m) (z−z_r)` of rows, weighted by each row itself, against another row `r` of its group: with the normalisers,
/// `KL(row ‖ r)`.
///
/// @param reference for each point the point that it is compared with, −1 for none; *not modified*
/// @param sums      `[rows][16]`, *written*
record CrossSums(int[] reference, float[] sums) {

    CrossSums(int[] reference, int rows) {
        this(reference, new float[rows * Lanes.COUNT]);
    }
}
