package io.github.logitlens.bench;

/// Options of the JVMs in which benchmarks run.
final class Jvm {

    static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";
    /// Makes a missing vector module an error instead of a slow run.
    static final String VECTOR_KERNELS = "-Dlens.kernels=vector";

    private Jvm() {
    }
}
