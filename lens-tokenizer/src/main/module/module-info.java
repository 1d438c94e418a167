/// GPT-2's byte-level BPE tokenizer.
module io.github.logitlens.tokenizer {
    requires com.fasterxml.jackson.core;

    exports io.github.logitlens.error;
    exports io.github.logitlens.tokenizer;
}
