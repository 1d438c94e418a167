package io.github.logitlens.bench;

import io.github.logitlens.Compute;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.internal.kernel.VectorKernels;
import io.github.logitlens.internal.layer.Engine;
import io.github.logitlens.internal.layer.Workers;

/// The two kernels side by side, and the choice of a whole JVM.
final class Engines {

    private Engines() {
    }

    /// The kernels of a benchmark's parameter `kernels`: `vector` or `scalar`.
    static Kernels kernels(String name) {
        return switch (name) {
            case "vector" -> new VectorKernels();
            case "scalar" -> new ScalarKernels();
            default -> throw new IllegalArgumentException("kernels: expected vector or scalar, got \"" + name + "\"");
        };
    }

    static Engine of(String kernels, int threads) {
        return new Engine(kernels(kernels), new Workers(threads));
    }

    /// What benchmarks are checked against.
    static Engine scalar() {
        return new Engine(new ScalarKernels(), new Workers(Runtime.getRuntime().availableProcessors()));
    }

    /// Makes this JVM's shared engine, which models run on, the one that is wanted. It is chosen once, at its first
    /// use.
    ///
    /// @throws IllegalStateException if another one is in use already
    static void chooseShared(String kernels, int threads) {
        System.setProperty("lens.kernels", kernels);
        System.setProperty("lens.threads", Integer.toString(threads));
        Agreement.requireEqual("threads of this JVM", threads, Compute.threads());
        Agreement.requireEqual("kernels of this JVM", kernels(kernels).description(), Compute.kernels());
    }
}
