package io.github.logitlens.internal.kernel;

/// The products in plain Java.
///
/// Loops at one index over arrays of their own are the form that C2 turns into vector instructions. It does up to fifteen turns
/// before and after them one by one, so that a loop over the 64 columns of one panel is half scalar, and one over four panels
/// hardly. Two rows a turn share what they load, and all rows what is copied to the heap.
final class ScalarProducts implements Products {

    private static final int PANEL = Kernels.PANEL;
    /// Steps of `k` a turn.
    private static final int STEPS = 4;

    @Override
    public void multiply(RowBlock a, Panel b, Tile start, Tile out) {
        multiplyAll(RowBlocks.of(a, b.depth()), Panels.inTurn(b.memory(), b.offset(), 1, b.depth()), start, out, null);
    }

    @Override
    public int panelsAtOnce(int rows) {
        return Kernels.ROW_PANELS;
    }

    @Override
    public void multiplyAll(RowBlocks a, Panels b, Tile start, Tile out, Panels next) {
        int width = b.count() * PANEL;
        float[][] sums = new float[a.rows()][width];
        for (int row = 0; row < sums.length; row++) {
            copyPanels(start.values(), start.offset() + row * start.stride(), start.panelStride(), sums[row], 0, PANEL, b.count());
        }
        float[][] right = new float[STEPS][width];
        for (int k = 0; k < a.depth(); k += STEPS) {
            int steps = Math.min(STEPS, a.depth() - k);
            for (int i = 0; i < steps; i++) {
                b.copy(k + i, right[i]);
            }
            for (int block = 0; block < a.count(); block++) {
                RowBlock rows = a.block(block).from(k);
                add(rows.values(), rows.offset(), rows.height(), steps, right, sums, block * Kernels.BLOCK);
            }
        }
        for (int row = 0; row < sums.length; row++) {
            copyPanels(sums[row], 0, PANEL, out.values(), out.offset() + row * out.stride(), out.panelStride(), b.count());
        }
    }

    private static void copyPanels(float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride, int panels) {
        if (fromStride == PANEL && toStride == PANEL) {
            System.arraycopy(from, fromOffset, to, toOffset, panels * PANEL);
            return;
        }
        for (int panel = 0; panel < panels; panel++) {
            System.arraycopy(from, fromOffset + panel * fromStride, to, toOffset + panel * toStride, PANEL);
        }
    }

    /// Adds some steps of `k` to the rows of one block.
    private static void add(float[] a, int aOffset, int height, int steps, float[][] right, float[][] sums, int firstRow) {
        if (steps < STEPS) {
            for (int r = 0; r < height; r++) {
                for (int i = 0; i < steps; i++) {
                    step(a[aOffset + i * height + r], right[i], sums[firstRow + r]);
                }
            }
        } else if (height == 1) {
            fourSteps(a[aOffset], a[aOffset + 1], a[aOffset + 2], a[aOffset + 3],
                    right[0], right[1], right[2], right[3], sums[firstRow]);
        } else {
            for (int r = 0; r < height; r += 2) {
                int k0 = aOffset + r;
                int k1 = k0 + height;
                int k2 = k1 + height;
                int k3 = k2 + height;
                fourSteps(a[k0], a[k1], a[k2], a[k3], a[k0 + 1], a[k1 + 1], a[k2 + 1], a[k3 + 1],
                        right[0], right[1], right[2], right[3], sums[firstRow + r], sums[firstRow + r + 1]);
            }
        }
    }

    private static void fourSteps(
            float x0, float x1, float x2, float x3, float y0, float y1, float y2, float y3,
            float[] b0, float[] b1, float[] b2, float[] b3, float[] x, float[] y) {
        for (int n = 0; n < x.length; n++) {
            x[n] = Fma.fma(x3, b3[n], Fma.fma(x2, b2[n], Fma.fma(x1, b1[n], Fma.fma(x0, b0[n], x[n]))));
            y[n] = Fma.fma(y3, b3[n], Fma.fma(y2, b2[n], Fma.fma(y1, b1[n], Fma.fma(y0, b0[n], y[n]))));
        }
    }

    private static void fourSteps(
            float x0, float x1, float x2, float x3, float[] b0, float[] b1, float[] b2, float[] b3, float[] x) {
        for (int n = 0; n < x.length; n++) {
            x[n] = Fma.fma(x3, b3[n], Fma.fma(x2, b2[n], Fma.fma(x1, b1[n], Fma.fma(x0, b0[n], x[n]))));
        }
    }

    private static void step(float x0, float[] b, float[] x) {
        for (int n = 0; n < x.length; n++) {
            x[n] = Fma.fma(x0, b[n], x[n]);
        }
    }
}
