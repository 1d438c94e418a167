package io.github.logitlens.tokenizer;

/// What a special token's text, such as `<|endoftext|>`, means where it stands in a text to encode.
///
/// ```java
/// tokenizer.encode("<|endoftext|>", SpecialTokens.TEXT)    // [27, 91, 437, 1659, 5239, 91, 29]
/// tokenizer.encode("<|endoftext|>", SpecialTokens.PARSE)   // [50256]
/// ```
///
/// Added tokens that are not special (a `tokenizer.json` may have some) are words of the vocabulary and match either way.
public enum SpecialTokens {
    /// Ordinary characters, the right choice for text from outside; Hugging Face's `encode_special_tokens = True`.
    TEXT,
    /// The special token itself; Hugging Face's default.
    PARSE
}
