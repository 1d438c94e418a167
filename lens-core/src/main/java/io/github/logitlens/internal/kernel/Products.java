package io.github.logitlens.internal.kernel;

/// Products of rows and panels of columns. An element is one chain `acc = fma(a[k], b[k][n], acc)`, k ascending.
public interface Products {

    /// `out = start + a · b` for one block of rows and one panel.
    ///
    /// @param out may be `start`
    void multiply(RowBlock a, Panel b, Tile start, Tile out);

    /// `tile += a · b`.
    default void multiply(RowBlock a, Panel b, Tile tile) {
        multiply(a, b, tile, tile);
    }

    /// `out = start + a · b` for all blocks and panels, in whatever order is fast.
    ///
    /// @param a    as deep as `b`
    /// @param out  may be `start`
    /// @param next what this thread multiplies with after that, and may come into the caches meanwhile; or null. A wrong guess
    ///             costs time and changes no bit
    void multiplyAll(RowBlocks a, Panels b, Tile start, Tile out, Panels next);

    /// How many neighbouring panels are worth taking in one call of [#multiplyAll], where there are so many.
    ///
    /// @param rows of the left side
    /// @return 1 or [Kernels#ROW_PANELS]
    int panelsAtOnce(int rows);

    /// Brings the beginning of the first panel from memory into the caches, faster than a product that needs it does; computes
    /// nothing.
    default void fetch(Panels b) {
    }
}
