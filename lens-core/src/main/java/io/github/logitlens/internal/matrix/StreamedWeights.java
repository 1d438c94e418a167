package io.github.logitlens.internal.matrix;

import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.Weight;
import java.lang.foreign.Arena;
import java.util.function.DoubleConsumer;

/// All matrices left in their file: each product reads its own, into memory that the next one uses again.
public record StreamedWeights(WeightReader reader, LentMemory forBlocks, LentMemory forVocabulary) implements WeightStorage {

    /// @param arena owns the memory that products use
    public static StreamedWeights of(Gpt2Config config, Arena arena, WeightReader reader) {
        long d = config.dModel();
        long qkv = StreamedMatrix.bytes(d, 3 * d);
        long mlp = Math.max(StreamedMatrix.bytes(d, config.dMlp()), StreamedMatrix.bytes(config.dMlp(), d));
        return new StreamedWeights(
                reader, new LentMemory(arena, Math.max(qkv, mlp)), new LentMemory(arena, StreamedVocabulary.bytes(d)));
    }

    @Override
    public BlockWeight block(Weight weight) {
        return new StreamedMatrix(weight, reader, forBlocks);
    }

    @Override
    public VocabularyWeight vocabulary(Weight weight) {
        return new StreamedVocabulary(weight, reader, forVocabulary);
    }

    @Override
    public EmbeddingWeight embedding(Weight weight) {
        return new EmbeddingWeight.Streamed(weight);
    }

    @Override
    public void load(DoubleConsumer progress) {
        progress.accept(1);
    }
}
