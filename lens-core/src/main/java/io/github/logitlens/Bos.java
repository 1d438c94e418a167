package io.github.logitlens;

/// Whether `<|endoftext|>`, GPT-2's beginning-of-sequence token, is put before the prompt.
///
/// GPT-2 was trained on documents joined by this token and its first position is an attention sink, so the choice
/// changes every number. Nothing is added silently: the default is [#NONE], and every result carries the choice.
public enum Bos {
    /// The prompt's own tokens and nothing else, as Hugging Face's GPT-2 does.
    NONE,
    /// `<|endoftext|>` (50256) first, as TransformerLens does by default.
    PREPEND
}
