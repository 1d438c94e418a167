/// The model alone: token ids in, residual streams and logits out, on the threads and kernels of a
/// [io.github.logitlens.model.Compute].
@NullMarked
package io.github.logitlens.model;

import org.jspecify.annotations.NullMarked;
