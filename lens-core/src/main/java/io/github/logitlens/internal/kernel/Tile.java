package io.github.logitlens.internal.kernel;

/// Where a product starts from, or goes to: the 64 values of row `r` and panel `p` at `offset + r · stride + p · panelStride`.
///
/// @param values      *not modified* where a product starts from it, *written* where it goes there
/// @param offset      the first value
/// @param stride      from one row to the next: at least 64; 0 where all rows start from the same
/// @param panelStride from one panel to the next; 0 where all panels start from the same
public record Tile(float[] values, int offset, int stride, int panelStride) {

    /// What chains start from where nothing is added.
    public static final Tile ZEROS = new Tile(new float[Kernels.PANEL], 0, 0, 0);

    /// One row that all rows start from, its panels side by side.
    public static Tile row(float[] values, int offset) {
        return new Tile(values, offset, 0, Kernels.PANEL);
    }

    /// Rows of one panel, one after the other; of one row, panels side by side.
    public static Tile of(float[] values, int offset) {
        return new Tile(values, offset, Kernels.PANEL, Kernels.PANEL);
    }

    Tile panel(int panel) {
        return panel == 0 ? this : new Tile(values, offset + panel * panelStride, stride, panelStride);
    }

    Tile from(int row) {
        return row == 0 || stride == 0 ? this : new Tile(values, offset + row * stride, stride, panelStride);
    }
}
