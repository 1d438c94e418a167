package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.engine.Engine;
import java.util.function.Consumer;

/// A block's matrix, in memory or read from its file for each use.
public sealed interface BlockWeight extends WeightMatrix permits PanelMatrix, StreamedMatrix {

    /// Has the matrix in memory for a product.
    ///
    /// @param product what is done with it; does not keep it
    void use(Engine engine, Consumer<PanelMatrix> product);

    /// Reads one row.
    ///
    /// @param target `[columns]` at `targetOffset`, *written*
    void row(int row, float[] target, int targetOffset);
}
