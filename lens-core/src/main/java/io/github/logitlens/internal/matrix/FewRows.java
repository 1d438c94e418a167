package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.weights.RepeatedRow;
import io.github.logitlens.weights.Weight;
import java.util.Arrays;

/// The rows of a matrix in which one stands almost everywhere, as in the bundled model's embedding: that one and the others.
///
/// Turned into panels of 64 columns, the matrix is one panel again and again, into which the others are written.
final class FewRows {

    private static final int PIECE_ROWS = 512;
    private static final int PANEL = Kernels.PANEL;
    private static final int STRIP = 32;

    private final Weight weight;
    private final RepeatedRow rows;
    private final int depth;
    private final float[] values;
    private float[] repeated;

    FewRows(Weight weight, RepeatedRow rows) {
        this.weight = weight;
        this.rows = rows;
        depth = weight.columns();
        values = new float[Math.multiplyExact(1 + rows.others(), depth)];
    }

    /// How many pieces [#read] has to be called for.
    int pieces() {
        return rows.others() / PIECE_ROWS + 1;
    }

    /// Reads one piece of the rows; all must be there before they are used.
    void read(WeightReader reader, int piece) {
        int first = piece * PIECE_ROWS;
        reader.readKept(weight, rows, first, Math.min(PIECE_ROWS, 1 + rows.others() - first), values);
    }

    /// A panel `[depth][64]` that has the repeated row in every column; the same one for all callers, *not modified*.
    synchronized float[] repeatedPanel() {
        if (repeated == null) {
            repeated = new float[PANEL * depth];
            for (int k = 0; k < depth; k++) {
                Arrays.fill(repeated, k * PANEL, (k + 1) * PANEL, values[k]);
            }
        }
        return repeated;
    }

    /// The first of the other rows that stands at `row` or behind it.
    int firstFrom(int row) {
        int from = 0;
        int to = rows.others();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (rows.place(middle) < row) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /// Makes a copy of [#repeatedPanel] the panel of the matrix rows from `first` on.
    ///
    /// @param other   what [#firstFrom] says of `first`
    /// @param columns how many columns are real; the others become zero
    /// @return the first of the other rows behind this panel
    int fill(int first, int columns, int other, float[] panel) {
        int next = other;
        while (next < rows.others() && rows.place(next) < first + columns) {
            for (int k = 0; k < depth; k += STRIP) {
                scatter(next + 1, k, Math.min(depth, k + STRIP), panel, rows.place(next) - first);
            }
            next++;
        }
        for (int k = 0; columns < PANEL && k < depth; k++) {
            Arrays.fill(panel, k * PANEL + columns, (k + 1) * PANEL, 0);
        }
        return next;
    }

    /// A few values at a time: a method that is called often is compiled sooner, and once only, than one that loops for long.
    private void scatter(int row, int from, int to, float[] panel, int column) {
        int start = row * depth;
        for (int k = from; k < to; k++) {
            panel[k * PANEL + column] = values[start + k];
        }
    }
}
