/// The files that PyTorch's `torch.save` writes, read without running anything that stands in them.
///
/// ```java
/// try (TorchFile file = TorchFile.open(Path.of("params.pt"))) {
///     TensorInfo weight = file.tensor("0.weight").orElseThrow();   // F32, [768, 768]
///     float[] values = file.readFloats(weight);
/// }
/// ```
@NullMarked
package io.github.logitlens.weights.torch;

import org.jspecify.annotations.NullMarked;
