package io.github.logitlens.internal.matrix;

import io.github.logitlens.weights.Weight;
import java.util.function.DoubleConsumer;

/// Where a model has its matrices: copied into memory, or left in their file.
public sealed interface WeightStorage permits LoadedWeights, StreamedWeights {

    /// A matrix stored as `[depth, columns]`; usable after [#load].
    BlockWeight block(Weight weight);

    /// The transpose of an embedding; usable after [#load].
    VocabularyWeight vocabulary(Weight weight);

    /// An embedding that is not the unembedding as well.
    EmbeddingWeight embedding(Weight weight);

    /// Brings into memory what belongs there.
    ///
    /// @param progress told how much is done, from 0 to 1, by any of the threads
    void load(DoubleConsumer progress);
}
