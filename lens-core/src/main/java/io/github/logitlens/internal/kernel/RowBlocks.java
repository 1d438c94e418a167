package io.github.logitlens.internal.kernel;

/// Neighbouring blocks of rows: full ones, the last perhaps a lower one.
///
/// @param values     `[count][depth][6]` from `offset`, the last block `[depth][lastHeight]`; *not modified*
/// @param offset     where the first block begins
/// @param count      how many blocks, at least 1
/// @param lastHeight how many rows the last one has: 1, 2, 4 or 6
/// @param depth      length of the chains, at least 1
public record RowBlocks(float[] values, int offset, int count, int lastHeight, int depth) {

    /// One block alone.
    public static RowBlocks of(RowBlock block, int depth) {
        return new RowBlocks(block.values(), block.offset(), 1, block.height(), depth);
    }

    RowBlock block(int block) {
        return new RowBlock(values, offset + block * Kernels.BLOCK * depth, height(block));
    }

    int height(int block) {
        return block < count - 1 ? Kernels.BLOCK : lastHeight;
    }

    /// Rows of all blocks.
    int rows() {
        return (count - 1) * Kernels.BLOCK + lastHeight;
    }
}
