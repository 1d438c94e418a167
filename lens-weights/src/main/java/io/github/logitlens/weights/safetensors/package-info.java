/// The safetensors file format: tensors of any type by name, read and written.
///
/// ```java
/// try (SafeTensors file = SafeTensors.open(Path.of("model.safetensors"))) {
///     TensorInfo gain = file.tensor("ln_f.weight").orElseThrow();   // F32, [768]
///     float[] values = new float[768];
///     file.readFloats(gain, 0, values, 0, 768);
/// }
/// ```
///
/// [io.github.logitlens.weights.safetensors.SafeTensors] reads,
/// [io.github.logitlens.weights.safetensors.SafeTensorsWriter] writes; nothing here knows what a model is.
@NullMarked
package io.github.logitlens.weights.safetensors;

import org.jspecify.annotations.NullMarked;
