package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;

/// `W_U`, the transpose of an embedding, in memory or read from its file for each use.
public sealed interface VocabularyWeight extends WeightMatrix permits PanelMatrix, StreamedVocabulary {

    /// Has some panels in memory for a product; any number of threads may, at once.
    ///
    /// @param first   the first of them, with the others in one group of [Kernels#ROW_PANELS]
    /// @param count   how many
    /// @param product what is done with them; does not keep them
    void use(int first, int count, PanelUse product);

    /// Reads one column.
    ///
    /// @param target `[depth]` at `targetOffset`, *written*
    void column(int column, float[] target, int targetOffset);

    /// What is done with some panels.
    @FunctionalInterface
    interface PanelUse {

        /// @param matrix holds the panels
        /// @param first  which of its panels is the first of them
        void with(PanelMatrix matrix, int first);
    }
}
