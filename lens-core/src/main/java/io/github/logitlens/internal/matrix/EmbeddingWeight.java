package io.github.logitlens.internal.matrix;

import io.github.logitlens.weights.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An embedding that is not the unembedding as well, `[vocabSize, dModel]`, in memory or in its file.
public sealed interface EmbeddingWeight {

    /// Reads one token's row.
    ///
    /// @param target `[dModel]` at `offset`, *written*
    void row(int token, float[] target, int offset);

    /// Rows that stay in their file.
    record Streamed(Weight weight) implements EmbeddingWeight {
        @Override
        public void row(int token, float[] target, int offset) {
            int dModel = weight.columns();
            weight.read((long) token * dModel, MemorySegment.ofArray(target), (long) Float.BYTES * offset, dModel);
        }
    }

    /// Rows off heap.
    record Loaded(MemorySegment rows, int dModel) implements EmbeddingWeight {

        static Loaded of(Arena arena, WeightReader reader, Weight weight) {
            MemorySegment rows = arena.allocate(4 * weight.length(), 64);
            reader.read(weight, 0, rows, weight.length());
            return new Loaded(rows, weight.columns());
        }

        @Override
        public void row(int token, float[] target, int offset) {
            MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, 4L * token * dModel, target, offset, dModel);
        }
    }
}
