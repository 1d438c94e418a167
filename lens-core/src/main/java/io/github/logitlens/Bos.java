package io.github.logitlens;

/// Whether the model's beginning-of-sequence token is put before the prompt: the one its tokenizer's files name, or else
/// `<|endoftext|>`, which is GPT-2's.
///
/// GPT-2 was trained on documents joined by this token and its first position is an attention sink, so the choice
/// changes every number. Nothing is added silently: the default is [#NONE], and every result carries the choice.
public enum Bos {
    /// The prompt's own tokens and nothing else, as Hugging Face's GPT-2 does.
    NONE,
    /// The model's own first, for GPT-2 `<|endoftext|>` (50256), as TransformerLens does by default.
    PREPEND
}
