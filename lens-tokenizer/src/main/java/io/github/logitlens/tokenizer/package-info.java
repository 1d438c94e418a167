/// GPT-2's byte-level BPE: text to token ids and back, identical to Hugging Face's `tokenizers`.
///
/// [io.github.logitlens.tokenizer.Gpt2Tokenizer] is the way in: GPT-2's own vocabulary, or that of a model's directory. Ids go to a
/// model; a [io.github.logitlens.tokenizer.Token] has the bytes behind an id, which need not be text by themselves.
///
/// ```java
/// Gpt2Tokenizer tokenizer = Gpt2Tokenizer.gpt2();
/// Arrays.toString(tokenizer.encode("The Eiffel Tower"));   // [464, 412, 733, 417, 8765]
/// tokenizer.decode(464, 412, 733, 417, 8765);              // The Eiffel Tower
/// tokenizer.singleToken(" Paris").getAsInt();              // 6342
/// tokenizer.singleToken("Eiffel").isPresent();             // false
/// tokenizer.token(6342).display();                         //  Paris
/// ```
@NullMarked
package io.github.logitlens.tokenizer;

import org.jspecify.annotations.NullMarked;
