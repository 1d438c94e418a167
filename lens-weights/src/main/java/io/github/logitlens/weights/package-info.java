/// Checkpoints: what a GPT-2 is made of, read from disk.
///
/// ```java
/// try (Checkpoint checkpoint = Checkpoint.open("demo")) {                     // or a directory, or gpt2
///     checkpoint.config().nLayers();                                          // 8
///     checkpoint.weight(WeightRole.FINAL_LN_GAIN).readAll().length;           // 128
///     checkpoint.weight(WeightRole.QKV_WEIGHT, 3).columns();                  // 384
/// }
/// ```
///
/// [io.github.logitlens.weights.Checkpoint] is the way in: a configuration and weights by role, all checked when it is
/// opened, none read before it is asked for. Nothing here computes; nothing outside this package knows Hugging Face's
/// names of weights.
///
/// Below it lie packages that do not know it: [io.github.logitlens.weights.safetensors], the file format by itself,
/// [io.github.logitlens.weights.torch], PyTorch's files, and [io.github.logitlens.weights.hub], which finds and fetches
/// models by name. Beside it [io.github.logitlens.weights.lens] reads the weights of lenses.
///
/// What is wrong with a file ends in an unchecked exception that says why in one line and as a constant:
/// [io.github.logitlens.weights.safetensors.SafeTensorsException] and
/// [io.github.logitlens.weights.torch.TorchFileException] for a file's bytes,
/// [io.github.logitlens.weights.CheckpointException] and [io.github.logitlens.weights.lens.LensFileException] for what they
/// should amount to,
/// [io.github.logitlens.weights.hub.HubException] for what could not be fetched.
@NullMarked
package io.github.logitlens.weights;

import org.jspecify.annotations.NullMarked;
