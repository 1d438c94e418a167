/// The model alone: token ids in, residual streams and logits out, on the threads and kernels of a
/// [io.github.logitlens.model.Compute].
///
/// ```java
/// try (Checkpoint checkpoint = Checkpoint.open("demo"); Gpt2Model model = Gpt2Model.load(checkpoint)) {
///     int[] tokens = Gpt2Tokenizer.gpt2().encode("The Eiffel Tower is in");
///     model.run(tokens, Hooks.none()).length;                     // 896   [seqLen, dModel], after the last block
///     float[] logits = model.logits(tokens);                      // [vocabSize], at the last position
///     logits[6342];                                               // 15.41
///     KvCache cache = model.newCache();
///     model.logits(Arrays.copyOf(tokens, 6), cache);
///     float[] next = model.logits(new int[] {tokens[6]}, cache);  // one token more
///     Arrays.equals(next, logits);                                // true
/// }
/// ```
@NullMarked
package io.github.logitlens.model;

import org.jspecify.annotations.NullMarked;
