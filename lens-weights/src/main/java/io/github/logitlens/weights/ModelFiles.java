package io.github.logitlens.weights;

import java.util.List;

/// Names of the files that a model needs.
final class ModelFiles {

    static final String CONFIG = "config.json";
    static final String TOKENIZER_JSON = "tokenizer.json";
    static final String VOCAB = "vocab.json";
    static final String MERGES = "merges.txt";

    /// Whatever of these a snapshot has.
    static final List<String> TOKENIZER = List.of(TOKENIZER_JSON, VOCAB, MERGES);

    private ModelFiles() {
    }
}
