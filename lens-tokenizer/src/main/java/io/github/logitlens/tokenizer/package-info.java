/// GPT-2's byte-level BPE: text to token ids and back, identical to Hugging Face's `tokenizers`.
///
/// Start with [io.github.logitlens.tokenizer.Gpt2Tokenizer].
@NullMarked
package io.github.logitlens.tokenizer;

import org.jspecify.annotations.NullMarked;
