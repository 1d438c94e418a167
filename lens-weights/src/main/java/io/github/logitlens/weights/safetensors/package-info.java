/// The safetensors file format: tensors of any type by name, read and written.
///
/// ```java
/// new SafeTensorsWriter().floats("gain", DType.F32, List.of(2L, 2L), new float[] {1, 2, 3, 4}).write(Path.of("own.safetensors"));
/// try (SafeTensors file = SafeTensors.open(Path.of("own.safetensors"))) {
///     TensorInfo gain = file.tensor("gain").orElseThrow();
///     gain.shape();                                              // [2, 2]
///     double[] values = new double[4];
///     file.readDoubles(gain, 0, values, 0, 4);
///     values[3];                                                 // 4.0
/// }
/// ```
///
/// [io.github.logitlens.weights.safetensors.SafeTensors] reads,
/// [io.github.logitlens.weights.safetensors.SafeTensorsWriter] writes; nothing here knows what a model is.
@NullMarked
package io.github.logitlens.weights.safetensors;

import org.jspecify.annotations.NullMarked;
