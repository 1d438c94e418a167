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
    private static boolean warned;

    /// The choice of this JVM, made once, on first request.
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
        boolean present = isPresent("jdk.incubator.vector");
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
                    ? new KernelChoice(new ColdStartKernels(), "jdk.incubator.vector is there", false)
                    : new KernelChoice(
                            new ScalarKernels(),
                            "the module jdk.incubator.vector is missing; the results are the same, slower: run java with " + FLAG,
                            true);
            default -> throw new IllegalStateException(
                    "-Dlens.kernels: expected auto, vector or scalar, got \"" + wish + "\"");
        };
        return choice;
    }

    /// By a loop: where it finds nothing, [ModuleLayer#findModule] costs a new process milliseconds.
    private static boolean isPresent(String module) {
        for (Module one : ModuleLayer.boot().modules()) {
            if (one.getName().equals(module)) {
                return true;
            }
        }
        return false;
    }

    /// Logs, once in this JVM, as a warning, that these kernels are its choice only because a faster one was missed. Called
    /// where a run begins: who only loads a model does not wait for a logging system to start.
    ///
    /// @param kernels what is about to compute
    public static synchronized void warnIfSlow(Kernels kernels) {
        if (!warned && choice != null && choice.slow() && choice.kernels() == kernels) {
            warned = true;
            System.getLogger("io.github.logitlens").log(System.Logger.Level.WARNING, "scalar kernels: " + choice.reason());
        }
    }
}
