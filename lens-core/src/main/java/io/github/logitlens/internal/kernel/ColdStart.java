package io.github.logitlens.internal.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// When the vector kernels take over from the scalar ones. Work is counted, never time: a process that is paused, or shares its
/// processors, comes to the same decisions, later.
///
/// * Short runs stay on the scalar kernels until these have done the work of one short prompt at GPT-2 small's size. Then a
///   daemon thread warms the vector kernels up while the callers go on.
/// * With a run that makes it much work ([#expect]) the vector kernels take over at once, as cold as they are: what their
///   compilation costs is less than what the scalar kernels would lose. Not in a JVM that is not known to compile them well.
/// * A warm-up that did not make the vector kernels the faster ones is tried again after much more work, each time sixteen times
///   as much: in a JVM without C2, where it never will, the attempts cost less and less beside the work.
/// * When the last model is closed a warm-up under way is given up; it begins again with the next work.
final class ColdStart {

    /// Multiply-adds on the scalar kernels after which the vector kernels are warmed up.
    private static final long LIMIT = 2_000_000_000;
    /// Multiply-adds, done and to come, that are worth the compilation.
    private static final long MUCH = 10_000_000_000L;
    private static final int BACK_OFF = 16;

    /// Warms kernels up.
    @FunctionalInterface
    interface WarmUp {

        /// @param stop asked now and then: whether to give up
        /// @return whether the kernels came to beat the scalar ones
        boolean run(Kernels cold, Kernels rival, BooleanSupplier stop);
    }

    private final Kernels scalar;
    private final Supplier<Kernels> vectors;
    private final WarmUp warmUp;
    private final boolean compiles;
    private final AtomicInteger users = new AtomicInteger();
    private volatile Kernels current;
    private volatile Thread warmingUp;
    /// Threads may lose each other's counts: the limit is not exact.
    private long done;
    private volatile long limit = LIMIT;

    /// @param vectors makes the vector kernels when they are first needed: that costs a new process ten milliseconds
    /// @param compiles whether this JVM is known to compile them well
    ColdStart(Kernels scalar, Supplier<Kernels> vectors, WarmUp warmUp, boolean compiles) {
        this.compiles = compiles;
        this.scalar = scalar;
        this.vectors = vectors;
        this.warmUp = warmUp;
        current = scalar;
    }

    /// What computes now.
    Kernels current() {
        return current;
    }

    /// Counts work that some kernels did.
    void count(Kernels kernels, long multiplyAdds) {
        if (kernels == scalar) {
            done += multiplyAdds;
            if (done > limit) {
                begin();
            }
        }
    }

    /// Told what a run is going to cost, before it begins.
    void expect(long multiplyAdds) {
        if (compiles && current == scalar && done + multiplyAdds >= MUCH) {
            current = vectors.get();
        }
    }

    /// Whether this JVM has the compiler for whose code the vector kernels are written: HotSpot with C2, which says
    /// `mixed mode, emulated-client` where it was told to leave it out, and `interpreted mode` without any.
    static boolean compiles(String vmName, String vmInfo) {
        return vmName.contains("Server VM") && !vmInfo.contains("emulated-client") && !vmInfo.contains("interpreted");
    }

    void enter() {
        users.incrementAndGet();
    }

    void leave() {
        users.decrementAndGet();
    }

    /// Starts a warm-up, unless there is one.
    private synchronized void begin() {
        if (warmingUp != null || current != scalar) {
            return;
        }
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        Thread thread = new Thread(group, () -> attempt(() -> users.get() == 0 || current != scalar), "lens-warm-up", 0, false);
        thread.setDaemon(true);
        thread.setPriority(Thread.NORM_PRIORITY);
        thread.setContextClassLoader(null);
        warmingUp = thread;
        thread.start();
    }

    private void attempt(BooleanSupplier stop) {
        try {
            Kernels vector = vectors.get();
            if (warmUp.run(vector, scalar, stop)) {
                current = vector;
            } else if (!stop.getAsBoolean()) {
                limit = Math.multiplyExact(Math.max(limit, LIMIT), BACK_OFF);
            }
        } finally {
            done = 0;
            warmingUp = null;
        }
    }
}
