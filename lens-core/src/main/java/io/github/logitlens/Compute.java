package io.github.logitlens;

import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.KernelChoice;

/// Which arithmetic runs in this JVM, and why. The results do not depend on it, the speed does.
///
/// ```java
/// Compute.describe()    // "vector (512-bit) kernels, 2 threads (jdk.incubator.vector is there)"
/// ```
public final class Compute {

    private Compute() {
    }

    /// The kernels in use.
    ///
    /// @return `scalar`, or `vector` with its width
    public static String kernels() {
        return KernelChoice.get().kernels().description();
    }

    /// Why these kernels were chosen, and how to get faster ones where they were not.
    ///
    /// @return one line
    public static String reason() {
        return KernelChoice.get().reason();
    }

    /// How many threads work on one call.
    ///
    /// @return `-Dlens.threads`, or the number of processors
    public static int threads() {
        return Workers.shared().threads();
    }

    /// Kernels, threads and reason in one line.
    ///
    /// @return one line
    public static String describe() {
        return kernels() + " kernels, " + threads() + (threads() == 1 ? " thread (" : " threads (") + reason() + ")";
    }
}
