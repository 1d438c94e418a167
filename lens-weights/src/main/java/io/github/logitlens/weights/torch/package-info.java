/// The files that PyTorch's `torch.save` writes, read without running anything that stands in them.
///
/// ```java
/// try (TorchFile file = TorchFile.open(Path.of("params.pt"))) {        // a tuned lens
///     TensorInfo weight = file.tensor("0.weight").orElseThrow();
///     weight.dtype();                                           // F32
///     weight.shape();                                           // [21, 21]
///     file.readFloats(weight).length;                           // 441
/// }
/// ```
@NullMarked
package io.github.logitlens.weights.torch;

import org.jspecify.annotations.NullMarked;
