package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.matrix.EmbeddingWeight;
import io.github.logitlens.internal.matrix.VocabularyWeight;

/// The token embedding `W_E`, `[vocabSize, dModel]`: the columns of a tied `W_U`, or rows of its own.
sealed interface TokenEmbedding {

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

    /// Rows of its own.
    record Untied(EmbeddingWeight weight) implements TokenEmbedding {
        @Override
        public void row(int token, float[] target, int offset) {
            weight.row(token, target, offset);
        }
    }
}
