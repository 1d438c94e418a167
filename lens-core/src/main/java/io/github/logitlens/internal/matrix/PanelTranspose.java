package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Turns up to 64 rows of an embedding, `[rows][depth]`, into a panel `[depth][64]`. Not for several threads at once.
///
/// By way of a strip small enough for the first-level cache, and of arrays: a short copy out of a segment costs far more while
/// its code is not compiled yet, and so does a loop.
public final class PanelTranspose {

    private static final int PANEL = Kernels.PANEL;
    /// Columns of the rows that are transposed at a time: one line of the caches of each row.
    public static final int STRIP = 16;

    private final int depth;
    private final float[] rows;
    private final float[] strip = new float[STRIP * PANEL];
    private final MemorySegment rowsBytes;
    private final MemorySegment stripBytes;

    PanelTranspose(int depth) {
        this.depth = depth;
        rows = new float[PANEL * depth];
        rowsBytes = MemorySegment.ofArray(rows);
        stripBytes = MemorySegment.ofArray(strip);
    }

    /// @param source `[count][depth]` at byte `sourceOffset`, *not modified*
    /// @param target `[depth][64]` at byte `targetOffset`, *written*; the columns behind `count` become zero
    void write(MemorySegment source, long sourceOffset, int count, MemorySegment target, long targetOffset) {
        if (count < PANEL) {
            Arrays.fill(strip, 0);
        }
        MemorySegment.copy(source, sourceOffset, rowsBytes, 0, 4L * count * depth);
        for (int k = 0; k < depth; k += STRIP) {
            int width = Math.min(STRIP, depth - k);
            strip(rows, k, depth, count, width, strip);
            MemorySegment.copy(stripBytes, 0, target, targetOffset + 4L * k * PANEL, 4L * width * PANEL);
        }
    }

    /// Writes `strip[i][n] = rows[n][i]`.
    ///
    /// @param rows  `[count]` rows of `width` values, `stride` apart, from `offset`; *not modified*
    /// @param width at most [#STRIP]
    /// @param strip `[width][64]`, *written* as far as there are rows
    public static void strip(float[] rows, int offset, int stride, int count, int width, float[] strip) {
        if (width == STRIP) {
            for (int n = 0; n < count; n++) {
                transpose(rows, offset + n * stride, strip, n);
            }
            return;
        }
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < width; i++) {
                strip[i * PANEL + n] = rows[offset + n * stride + i];
            }
        }
    }

    private static void transpose(float[] rows, int from, float[] strip, int column) {
        strip[column] = rows[from];
        strip[PANEL + column] = rows[from + 1];
        strip[2 * PANEL + column] = rows[from + 2];
        strip[3 * PANEL + column] = rows[from + 3];
        strip[4 * PANEL + column] = rows[from + 4];
        strip[5 * PANEL + column] = rows[from + 5];
        strip[6 * PANEL + column] = rows[from + 6];
        strip[7 * PANEL + column] = rows[from + 7];
        strip[8 * PANEL + column] = rows[from + 8];
        strip[9 * PANEL + column] = rows[from + 9];
        strip[10 * PANEL + column] = rows[from + 10];
        strip[11 * PANEL + column] = rows[from + 11];
        strip[12 * PANEL + column] = rows[from + 12];
        strip[13 * PANEL + column] = rows[from + 13];
        strip[14 * PANEL + column] = rows[from + 14];
        strip[15 * PANEL + column] = rows[from + 15];
    }
}
