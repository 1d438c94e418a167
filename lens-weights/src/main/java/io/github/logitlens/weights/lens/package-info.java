/// Lenses on disk: the weights with which residuals are mapped before they are read, in the forms in which they are published.
///
/// ```java
/// try (LensWeights lens = LensWeights.open(Path.of("gpt2_jacobian_lens.pt"))) {
///     lens.form();                                              // JACOBIAN
///     float[] j = lens.matrix("blocks.3.hook_resid_post");      // [768 · 768]
/// }
/// ```
///
/// Nothing here maps anything: that is lens-core's `Readout`.
@NullMarked
package io.github.logitlens.weights.lens;

import org.jspecify.annotations.NullMarked;
