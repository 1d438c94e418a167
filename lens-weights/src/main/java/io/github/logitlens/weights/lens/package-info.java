/// Lenses on disk: the weights with which residuals are mapped before they are read, in the forms in which they are published.
///
/// ```java
/// try (LensWeights lens = LensWeights.open(Path.of("jacobian_lens.pt"))) {    // jacobian-lens' artifact
///     lens.form();                                              // JACOBIAN
///     lens.dModel();                                            // 21
///     lens.places();                                            // [blocks.0.hook_resid_post, blocks.1.hook_resid_post]
///     lens.matrix("blocks.0.hook_resid_post").length;           // 441   [dModel · dModel]
/// }
/// ```
///
/// Nothing here maps anything: that is lens-core's `Readout`.
@NullMarked
package io.github.logitlens.weights.lens;

import org.jspecify.annotations.NullMarked;
