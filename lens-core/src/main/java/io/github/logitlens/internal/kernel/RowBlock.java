package io.github.logitlens.internal.kernel;

/// One block of rows as the left side of a product: `[depth][height]`, as deep as the panel it meets.
///
/// @param values *not modified*
/// @param offset where the block begins
/// @param height how many rows: 1, 2, 4 or 6
public record RowBlock(float[] values, int offset, int height) {

    /// The same rows without their first steps.
    RowBlock from(int step) {
        return step == 0 ? this : new RowBlock(values, offset + step * height, height);
    }
}
