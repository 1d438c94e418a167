package io.github.logitlens.internal.kernel;

/// Which kernels run in this JVM, and why.
///
/// `-Dlens.kernels=auto|vector|scalar` chooses; `auto`, the default, takes the vector kernels where the module
/// `jdk.incubator.vector` is there and the scalar ones, with the same bits, where it is not.
///
/// @param kernels the kernels
/// @param reason  why these, for people
/// @param slow    whether a faster choice was missed, in which case `reason` says how to get it
public record KernelChoice(Kernels kernels, String reason, boolean slow) {

    private static final String FLAG = "--add-modules jdk.incubator.vector";

    private static KernelChoice choice;

    /// The choice of this JVM, made once, on first request. A missed faster choice is logged once, as a warning.
    ///
    /// @return the choice
    /// @throws IllegalStateException if `-Dlens.kernels=vector` cannot be met, or names no choice
    public static synchronized KernelChoice get() {
        if (choice == null) {
            choice = choose(System.getProperty("lens.kernels", "auto"));
        }
        return choice;
    }

    private static KernelChoice choose(String wish) {
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        KernelChoice choice = switch (wish) {
            case "scalar" -> new KernelChoice(new ScalarKernels(), "-Dlens.kernels=scalar", false);
            case "vector" -> {
                if (!present) {
                    throw new IllegalStateException(
                            "-Dlens.kernels=vector: the module jdk.incubator.vector is missing; run java with " + FLAG);
                }
                yield new KernelChoice(new VectorKernels(), "-Dlens.kernels=vector", false);
            }
            case "auto" -> present
                    ? new KernelChoice(new ColdStartKernels(new VectorKernels()), "jdk.incubator.vector is there", false)
                    : new KernelChoice(
                            new ScalarKernels(),
                            "the module jdk.incubator.vector is missing; the results are the same, slower: run java with " + FLAG,
                            true);
            default -> throw new IllegalStateException(
                    "-Dlens.kernels: expected auto, vector or scalar, got \"" + wish + "\"");
        };
        if (choice.slow()) {
            System.getLogger("io.github.logitlens").log(System.Logger.Level.WARNING, "scalar kernels: " + choice.reason());
        }
        return choice;
    }
}
