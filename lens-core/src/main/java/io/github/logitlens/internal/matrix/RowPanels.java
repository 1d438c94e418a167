package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.RowBlocks;
import io.github.logitlens.internal.kernel.RowOperations;

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
        return heightFor(rowsOf(block));
    }

    /// Height of a block of so many rows.
    ///
    /// @param rows 1 to 6
    public static int heightFor(int rows) {
        return rows == Kernels.BLOCK ? Kernels.BLOCK : lastHeight(rows);
    }

    /// Where a block begins in [#data].
    public int offset(int block) {
        return block * Kernels.BLOCK * depth;
    }

    /// Some blocks as the left side of a product.
    public RowBlocks blocks(int first, int end) {
        return new RowBlocks(data, offset(first), end - first, height(end - 1), depth);
    }

    /// Packs a block's rows.
    ///
    /// @param source `[rowsOf(block)]` rows of `count` values, `stride` apart, from `sourceOffset`; *not modified*
    /// @param column which column the first of the `count` values is
    public void pack(Kernels kernels, int block, float[] source, int sourceOffset, int stride, int column, int count) {
        int height = height(block);
        interleave(kernels, source, sourceOffset, stride, rowsOf(block), count, RowOperations.ONES,
                data, offset(block) + column * height, height);
    }

    /// Packs rows that need not be a whole block.
    ///
    /// @param firstRow the first of them
    /// @param count    at most 6
    /// @param source   `[count]` rows of `values` values, `stride` apart, from `sourceOffset`; *not modified*
    /// @param column   which column the first of the `values` values is
    public void packRows(
            Kernels kernels, int firstRow, int count, float[] source, int sourceOffset, int stride, int column, int values) {
        int block = firstRow / Kernels.BLOCK;
        if (firstRow % Kernels.BLOCK == 0 && count == rowsOf(block)) {
            pack(kernels, block, source, sourceOffset, stride, column, values);
            return;
        }
        for (int r = 0; r < count; r++) {
            int of = (firstRow + r) / Kernels.BLOCK;
            int height = height(of);
            int to = offset(of) + column * height + (firstRow + r) % Kernels.BLOCK;
            for (int k = 0; k < values; k++) {
                data[to + k * height] = source[sourceOffset + r * stride + k];
            }
        }
    }

    /// Lays rows out as a row block, each times a factor of its own; see [RowOperations#interleave].
    ///
    /// @param source  `[real]` rows of `count` values, `stride` apart, from `sourceOffset`; *not modified*
    /// @param factors `[real]` at least, *not modified*
    /// @param target  `[count][height]` from `targetOffset`, *written* where there are rows
    public static void interleave(
            Kernels kernels, float[] source, int sourceOffset, int stride, int real, int count, float[] factors,
            float[] target, int targetOffset, int height) {
        if (real == Kernels.BLOCK) {
            kernels.rows().interleave(source, sourceOffset, stride, count, factors, target, targetOffset);
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
