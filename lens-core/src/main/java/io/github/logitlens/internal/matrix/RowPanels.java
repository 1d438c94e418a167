package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;

/// The left side of a product, packed for the kernels: blocks of rows, each `[depth][height]`.
///
/// Full blocks have 6 rows; the rest goes into one block of height 1, 2, 4 or 6, whose rows beyond the last stay zero.
public final class RowPanels {

    private final int rows;
    private final int depth;
    private final float[] data;

    /// Room for `rows × depth` values.
    public RowPanels(int rows, int depth) {
        this.rows = rows;
        this.depth = depth;
        int full = rows / Kernels.BLOCK;
        data = new float[Math.multiplyExact(full * Kernels.BLOCK + lastHeight(rows % Kernels.BLOCK), depth)];
    }

    private static int lastHeight(int rest) {
        return switch (rest) {
            case 0, 1, 2 -> rest;
            case 3, 4 -> 4;
            default -> 6;
        };
    }

    public int rows() {
        return rows;
    }

    public int depth() {
        return depth;
    }

    public float[] data() {
        return data;
    }

    public int blocks() {
        return (rows + Kernels.BLOCK - 1) / Kernels.BLOCK;
    }

    public int firstRow(int block) {
        return block * Kernels.BLOCK;
    }

    /// Real rows of a block.
    public int rowsOf(int block) {
        return Math.min(Kernels.BLOCK, rows - block * Kernels.BLOCK);
    }

    /// Rows of a block as the kernels see it.
    public int height(int block) {
        return lastHeightOrFull(rowsOf(block));
    }

    private static int lastHeightOrFull(int rowsOf) {
        return rowsOf == Kernels.BLOCK ? Kernels.BLOCK : lastHeight(rowsOf);
    }

    /// Where a block begins in [#data].
    public int offset(int block) {
        return block * Kernels.BLOCK * depth;
    }

    /// Packs a block's rows.
    ///
    /// @param source `[rowsOf(block)]` rows of `count` values, `stride` apart, from `sourceOffset`; *not modified*
    /// @param column which column the first of the `count` values is
    public void pack(Kernels kernels, int block, float[] source, int sourceOffset, int stride, int column, int count) {
        int height = height(block);
        interleave(kernels, source, sourceOffset, stride, rowsOf(block), count, Kernels.ONES,
                data, offset(block) + column * height, height);
    }

    /// Lays rows out as a row block, each times a factor of its own; see [Kernels#interleave].
    ///
    /// @param source  `[real]` rows of `count` values, `stride` apart, from `sourceOffset`; *not modified*
    /// @param factors `[real]` at least, *not modified*
    /// @param target  `[count][height]` from `targetOffset`, *written* where there are rows
    public static void interleave(
            Kernels kernels, float[] source, int sourceOffset, int stride, int real, int count, float[] factors,
            float[] target, int targetOffset, int height) {
        if (real == Kernels.BLOCK) {
            kernels.interleave(source, sourceOffset, stride, count, factors, target, targetOffset);
            return;
        }
        for (int r = 0; r < real; r++) {
            for (int k = 0; k < count; k++) {
                target[targetOffset + k * height + r] = source[sourceOffset + r * stride + k] * factors[r];
            }
        }
    }

    /// Copies out one row.
    ///
    /// @param target `[depth]` at `targetOffset`, *written*
    public void unpack(int row, float[] target, int targetOffset) {
        int block = row / Kernels.BLOCK;
        int height = height(block);
        int from = offset(block) + row % Kernels.BLOCK;
        for (int k = 0; k < depth; k++) {
            target[targetOffset + k] = data[from + k * height];
        }
    }
}
