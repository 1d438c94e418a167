package io.github.logitlens;

/// Why a sample ended.
public enum GenerationEnd {
    /// It has as many tokens as were asked for.
    MAX_TOKENS("max-tokens"),
    /// It came to a text or token at which it was to end.
    STOP("stop"),
    /// The model wrote `<|endoftext|>`.
    END_OF_TEXT("end-of-text"),
    /// The model's context is full.
    CONTEXT("context");

    private final String key;

    GenerationEnd(String key) {
        this.key = key;
    }

    /// What JSON calls it.
    ///
    /// @return such as `max-tokens`
    public String key() {
        return key;
    }
}
