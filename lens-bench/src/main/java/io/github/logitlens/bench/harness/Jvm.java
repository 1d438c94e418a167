package io.github.logitlens.bench.harness;

/// Options of the JVMs in which benchmarks run.
public final class Jvm {

    public static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";
    /// Makes a missing vector module an error instead of a slow run.
    public static final String VECTOR_KERNELS = "-Dlens.kernels=vector";

    private Jvm() {
    }
}
