package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Turns up to 64 rows of an embedding, `[rows][depth]`, into a panel `[depth][64]`. Not for several threads at once.
///
/// By way of strips small enough for the first-level cache, all of them arrays: a short copy out of a segment costs far more
/// while its code is not compiled yet.
final class PanelTranspose {

    private static final int PANEL = Kernels.PANEL;
    private static final int STRIP = 16;

    private final int depth;
    private final float[] rows;
    private final float[] strip = new float[PANEL * STRIP];
    private final float[] transposed = new float[PANEL * STRIP];
    private final MemorySegment rowsBytes;
    private final MemorySegment transposedBytes;

    PanelTranspose(int depth) {
        this.depth = depth;
        rows = new float[PANEL * depth];
        rowsBytes = MemorySegment.ofArray(rows);
        transposedBytes = MemorySegment.ofArray(transposed);
    }

    /// @param source       `[count][depth]` at byte `sourceOffset`, *not modified*
    /// @param target       `[depth][64]` at byte `targetOffset`, *written*; the columns behind `count` become zero
    void write(MemorySegment source, long sourceOffset, int count, MemorySegment target, long targetOffset) {
        if (count < PANEL) {
            Arrays.fill(transposed, 0);
        }
        MemorySegment.copy(source, sourceOffset, rowsBytes, 0, 4L * count * depth);
        for (int k0 = 0; k0 < depth; k0 += STRIP) {
            int width = Math.min(STRIP, depth - k0);
            transpose(count, k0, width);
            MemorySegment.copy(transposedBytes, 0, target, targetOffset + 4L * k0 * PANEL, 4L * width * PANEL);
        }
    }

    /// Writes `transposed[k][n] = rows[n][k0 + k]`.
    private void transpose(int count, int k0, int width) {
        for (int n = 0; n < count; n++) {
            System.arraycopy(rows, n * depth + k0, strip, n * STRIP, width);
        }
        for (int k = 0; k < width; k++) {
            for (int n = 0; n < count; n++) {
                transposed[k * PANEL + n] = strip[n * STRIP + k];
            }
        }
    }
}
