package io.github.logitlens.internal.engine;

import io.github.logitlens.internal.kernel.Kernels;

/// What computes: the kernels and the threads.
///
/// @param kernels the arithmetic
/// @param workers the threads
public record Engine(Kernels kernels, Workers workers) {

    /// Counts one open model more, for which threads may stay.
    public void enter() {
        workers.enter();
        kernels.enter();
    }

    /// Counts one open model less; after the last one the threads end.
    public void leave() {
        kernels.leave();
        workers.leave();
    }
}
