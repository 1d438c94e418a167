/// GPT-2's byte-level BPE tokenizer.
module io.github.logitlens.tokenizer {
    requires com.fasterxml.jackson.core;
    requires static org.jspecify;

    exports io.github.logitlens.error;
    exports io.github.logitlens.tokenizer;
}
