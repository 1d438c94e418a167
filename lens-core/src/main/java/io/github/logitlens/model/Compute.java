package io.github.logitlens.model;

import io.github.logitlens.internal.kernel.KernelChoice;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Which arithmetic runs a model, and on how many threads: a value that is given to whoever opens one. Results do not depend on
/// it, not by a bit; the speed does.
///
/// ```java
/// Compute.defaults().describe()                        // "vector (512-bit) kernels, 2 threads (jdk.incubator.vector is there)"
/// LogitLens.open("gpt2", OpenOptions.defaults().compute(Compute.defaults().threads(1)))
/// ```
///
/// Models with the same number of threads share one pool. Its threads start when a call needs them, and end when the last model
/// is closed or nothing has run for ten seconds.
public final class Compute {

    /// Which kernels compute.
    public enum Kernels {
        /// The vector kernels where the module `jdk.incubator.vector` is there, after a start on the scalar ones; else those.
        AUTO(KernelChoice.Wish.AUTO),
        /// The vector kernels at once; a model is refused where they cannot run.
        VECTOR(KernelChoice.Wish.VECTOR),
        /// The scalar kernels.
        SCALAR(KernelChoice.Wish.SCALAR);

        private final KernelChoice.Wish wish;

        Kernels(KernelChoice.Wish wish) {
            this.wish = wish;
        }

        static Kernels of(KernelChoice.Wish wish) {
            return values()[wish.ordinal()];
        }
    }

    private static final int MAX_THREADS = 1024;
    private static final Map<Integer, Workers> POOLS = new ConcurrentHashMap<>();

    private static @Nullable Compute defaults;

    private final int threads;
    private final Kernels kernels;

    private Compute(int threads, Kernels kernels) {
        this.threads = threads;
        this.kernels = kernels;
    }

    /// The JVM's choice: `-Dlens.kernels=auto|vector|scalar`, by default `auto`, and `-Dlens.threads`, by default all processors.
    /// The properties are read once.
    ///
    /// @return the default choice
    /// @throws IllegalArgumentException if `lens.threads` is no number from 1 to 1024
    /// @throws IllegalStateException    if `lens.kernels` names no choice
    public static synchronized Compute defaults() {
        if (defaults == null) {
            defaults = new Compute(configuredThreads(), Kernels.of(KernelChoice.configured()));
        }
        return defaults;
    }

    private static int configuredThreads() {
        String text = System.getProperty("lens.threads");
        if (text == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(text.strip());
            if (threads >= 1 && threads <= MAX_THREADS) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // reported below, like a number out of range
        }
        throw new IllegalArgumentException("-Dlens.threads: expected 1 to " + MAX_THREADS + ", got \"" + text + "\"");
    }

    /// Changes how many threads work on one call.
    ///
    /// @param threads the caller included, 1 to 1024
    /// @return a changed choice
    /// @throws IllegalArgumentException if it is none of these
    public Compute threads(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads: expected 1 to " + MAX_THREADS + ", got " + threads);
        }
        return new Compute(threads, kernels);
    }

    /// Changes which kernels compute.
    ///
    /// @param kernels the kernels
    /// @return a changed choice
    public Compute kernels(Kernels kernels) {
        return new Compute(threads, Objects.requireNonNull(kernels, "kernels"));
    }

    /// How many threads work on one call.
    ///
    /// @return the caller included, at least 1
    public int threads() {
        return threads;
    }

    /// What computes, now. With [Kernels#AUTO] a process starts on the scalar kernels and changes over when the vector kernels
    /// are compiled.
    ///
    /// @return `scalar`, or `vector` with its width; `scalar (no FMA)` on a processor without fused multiply-add, where all is slower
    /// @throws IllegalStateException if the kernels cannot run here
    public String kernels() {
        return choice().kernels().description();
    }

    /// Why these kernels, and how to get faster ones where that is not the best choice.
    ///
    /// @return one line
    /// @throws IllegalStateException if the kernels cannot run here
    public String reason() {
        return choice().reason();
    }

    /// Kernels, threads and reason in one line.
    ///
    /// @return one line
    /// @throws IllegalStateException if the kernels cannot run here
    public String describe() {
        return kernels() + " kernels, " + threads + (threads == 1 ? " thread (" : " threads (") + reason() + ")";
    }

    private KernelChoice choice() {
        return KernelChoice.of(kernels.wish);
    }

    Engine engine() {
        return new Engine(choice().kernels(), POOLS.computeIfAbsent(threads, Workers::new));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Compute compute && threads == compute.threads && kernels == compute.kernels;
    }

    @Override
    public int hashCode() {
        return Objects.hash(threads, kernels);
    }

    /// Such as `AUTO kernels, 2 threads`.
    @Override
    public String toString() {
        return kernels + " kernels, " + threads + (threads == 1 ? " thread" : " threads");
    }
}
