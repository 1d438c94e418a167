package io.github.logitlens.internal.layer;

import io.github.logitlens.weights.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The token embedding `W_E`, `[vocabSize, dModel]`: the columns of a tied `W_U`, or rows of its own.
public sealed interface TokenEmbedding {

    /// Reads one token's row.
    ///
    /// @param target `[dModel]` at `offset`, *written*
    void row(int token, float[] target, int offset);

    /// Rows of the transpose, stored once for both uses.
    record Tied(VocabularyWeight unembedding) implements TokenEmbedding {
        @Override
        public void row(int token, float[] target, int offset) {
            unembedding.column(token, target, offset);
        }
    }

    /// Rows that stay in their file, `[vocabSize, dModel]`.
    record Streamed(Weight weight) implements TokenEmbedding {
        @Override
        public void row(int token, float[] target, int offset) {
            int dModel = weight.columns();
            weight.read((long) token * dModel, MemorySegment.ofArray(target), (long) Float.BYTES * offset, dModel);
        }
    }

    /// Rows off heap, `[vocabSize, dModel]`.
    record Separate(MemorySegment rows, int dModel) implements TokenEmbedding {

        static Separate load(Arena arena, WeightReader reader, Weight weight) {
            MemorySegment rows = arena.allocate(4 * weight.length(), 64);
            reader.read(weight, 0, rows, weight.length());
            return new Separate(rows, weight.columns());
        }

        @Override
        public void row(int token, float[] target, int offset) {
            MemorySegment.copy(rows, ValueLayout.JAVA_FLOAT, 4L * token * dModel, target, offset, dModel);
        }
    }
}
