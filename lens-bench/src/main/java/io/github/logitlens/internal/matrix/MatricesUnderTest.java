package io.github.logitlens.internal.matrix;

import io.github.logitlens.weights.Weight;
import java.lang.foreign.Arena;

/// Opens matrices to the benchmarks, so that what is timed is the layout that runs and not a copy of it.
///
/// It stands in this package because the members it calls are package-private; benchmarks run from the class path.
public final class MatricesUnderTest {

    private MatricesUnderTest() {
    }

    /// A matrix stored as `[depth, columns]`, in panels.
    ///
    /// @param arena owns the panels
    public static PanelMatrix matrix(Arena arena, Weight weight) {
        PanelMatrix matrix = PanelMatrix.of(weight);
        matrix.load(arena, new WeightReader(), weight);
        return matrix;
    }

    /// The transpose of a matrix stored as `[columns, depth]`, in panels.
    ///
    /// @param arena owns the panels
    public static PanelMatrix transpose(Arena arena, Weight weight) {
        PanelMatrix matrix = PanelMatrix.transposeOf(weight);
        WeightReader reader = new WeightReader();
        for (int chunk = 0; chunk < matrix.chunkCount(); chunk++) {
            matrix.loadTransposed(arena, reader, weight, chunk);
        }
        return matrix;
    }
}
