package io.github.logitlens.internal.kernel;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// Which kernels run in this JVM, and why.
///
/// `-Dlens.kernels=auto|vector|scalar` chooses; `auto`, the default, takes the vector kernels where the module
/// `jdk.incubator.vector` is there and the scalar ones, with the same bits, where it is not. A processor without fused
/// multiply-add takes the scalar ones in any case: without it, the Vector API computes one number at a time.
///
/// @param kernels the kernels
/// @param reason  why these, for people
/// @param slow    whether a faster choice was missed, in which case `reason` says how to get it
public record KernelChoice(Kernels kernels, String reason, boolean slow) {

    private static final String FLAG = "--add-modules jdk.incubator.vector";
    private static final String NO_FMA = "this processor has no fused multiply-add (FMA), or the JVM makes no use of it";

    /// Which kernels are wished for.
    public enum Wish {
        /// The vector kernels where they can run, and are worth their start.
        AUTO,
        /// The vector kernels or none.
        VECTOR,
        /// The scalar kernels.
        SCALAR;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Map<Wish, KernelChoice> CHOICES = new EnumMap<>(Wish.class);
    private static boolean warned;

    /// What `-Dlens.kernels` wishes for.
    ///
    /// @throws IllegalStateException if it names no choice
    public static Wish configured() {
        String text = System.getProperty("lens.kernels", "auto");
        for (Wish wish : Wish.values()) {
            if (wish.key().equals(text)) {
                return wish;
            }
        }
        throw new IllegalStateException("-Dlens.kernels: expected auto, vector or scalar, got \"" + text + "\"");
    }

    /// The choice that a wish leads to in this JVM, made once.
    ///
    /// @return the choice
    /// @throws IllegalStateException if the wish cannot be met
    public static synchronized KernelChoice of(Wish wish) {
        KernelChoice choice = CHOICES.get(wish);
        if (choice == null) {
            choice = choose(wish);
            CHOICES.put(wish, choice);
        }
        return choice;
    }

    private static KernelChoice choose(Wish wish) {
        if (!Fma.IS_INSTRUCTION) {
            if (wish == Wish.VECTOR) {
                throw new IllegalStateException("kernels vector: " + NO_FMA);
            }
            return new KernelChoice(
                    new ScalarKernels(), NO_FMA + "; the results are the same, twenty to forty times slower", true);
        }
        boolean present = isPresent("jdk.incubator.vector");
        return switch (wish) {
            case SCALAR -> new KernelChoice(new ScalarKernels(), "scalar kernels were chosen", false);
            case VECTOR -> {
                if (!present) {
                    throw new IllegalStateException("vector kernels: the module jdk.incubator.vector is missing; run java with "
                            + FLAG);
                }
                yield new KernelChoice(new VectorKernels(), "vector kernels were chosen", false);
            }
            case AUTO -> present
                    ? new KernelChoice(new ColdStartKernels(), "jdk.incubator.vector is there", false)
                    : new KernelChoice(
                            new ScalarKernels(),
                            "the module jdk.incubator.vector is missing; the results are the same, slower: run java with " + FLAG,
                            true);
        };
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
        if (warned) {
            return;
        }
        for (KernelChoice choice : CHOICES.values()) {
            if (choice.slow() && choice.kernels() == kernels) {
                warned = true;
                System.getLogger("io.github.logitlens")
                        .log(System.Logger.Level.WARNING, kernels.description() + " kernels: " + choice.reason());
                return;
            }
        }
    }
}
