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

    /// What a tokenizer has beside its vocabulary: special and added tokens, how texts begin.
    public static final List<String> TOKENIZER_SETTINGS =
            List.of("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json");

    /// Vocabularies of other kinds of tokenizer: SentencePiece, WordPiece, YouTokenToMe. They are fetched all the same,
    /// so that nobody takes a model that has one for a model that says nothing about its tokenizer.
    public static final List<String> OTHER_VOCABULARIES = List.of("spiece.model", "tokenizer.model",
            "sentencepiece.bpe.model", "sp.model", "spm.model", "vocab.txt", "bpe.model", "yttm.model");

    /// No JSON file of a model is larger.
    public static final long MAX_JSON_BYTES = 16 << 20;

    private ModelFiles() {
    }

    /// Whether a file of that name may be large.
    public static boolean holdsWeights(String name) {
        return name.endsWith(".safetensors") || name.endsWith(".bin") || name.endsWith(".pt");
    }
}
