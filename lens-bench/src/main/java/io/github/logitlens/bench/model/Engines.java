package io.github.logitlens.bench.model;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.internal.kernel.VectorKernels;
import io.github.logitlens.model.Compute;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The two kernels side by side, on any number of threads.
public final class Engines {

    /// By the number of threads: their workers never end.
    private static final Map<Integer, Workers> WORKERS = new ConcurrentHashMap<>();

    private Engines() {
    }

    /// The kernels of a benchmark's parameter `kernels`: `vector` or `scalar`.
    public static Kernels kernels(String name) {
        return switch (name) {
            case "vector" -> new VectorKernels();
            case "scalar" -> new ScalarKernels();
            default -> throw new IllegalArgumentException("kernels: expected vector or scalar, got \"" + name + "\"");
        };
    }

    public static Engine of(String kernels, int threads) {
        return new Engine(kernels(kernels), WORKERS.computeIfAbsent(threads, Engines::workers));
    }

    private static Workers workers(int threads) {
        Workers workers = new Workers(threads);
        workers.enter();
        return workers;
    }

    /// The same choice for who opens a model.
    public static Compute compute(String kernels, int threads) {
        return Compute.defaults().threads(threads)
                .kernels(kernels.equals("scalar") ? Compute.Kernels.SCALAR : Compute.Kernels.VECTOR);
    }

    /// What benchmarks are checked against.
    public static Engine scalar() {
        return of("scalar", Runtime.getRuntime().availableProcessors());
    }
}
