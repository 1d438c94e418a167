package io.github.logitlens.internal.engine;

import io.github.logitlens.internal.kernel.KernelChoice;
import io.github.logitlens.internal.kernel.Kernels;

/// What computes: the kernels and the threads. The same for every model of a JVM, except in tests.
///
/// @param kernels the arithmetic
/// @param workers the threads
public record Engine(Kernels kernels, Workers workers) {

    /// This JVM's kernels and threads.
    public static Engine shared() {
        return new Engine(KernelChoice.get().kernels(), Workers.shared());
    }
}
