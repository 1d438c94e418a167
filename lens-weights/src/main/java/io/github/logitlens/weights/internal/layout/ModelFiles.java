package io.github.logitlens.weights.internal.layout;

import java.util.List;

/// Names of the files that a model consists of, as Hugging Face's tools write them.
public final class ModelFiles {

    public static final String CONFIG = "config.json";
    public static final String WEIGHTS = "model.safetensors";
    public static final String WEIGHTS_INDEX = "model.safetensors.index.json";
    public static final String TOKENIZER_JSON = "tokenizer.json";
    public static final String VOCAB = "vocab.json";
    public static final String MERGES = "merges.txt";

    /// Whatever of these a model has.
    public static final List<String> TOKENIZER = List.of(TOKENIZER_JSON, VOCAB, MERGES);

    /// No JSON file of a model is larger.
    public static final long MAX_JSON_BYTES = 16 << 20;

    private ModelFiles() {
    }
}
