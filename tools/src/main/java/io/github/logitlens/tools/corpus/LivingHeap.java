package io.github.logitlens.tools.corpus;

/// Keeps the heap near what lives in it. Residuals outlive the young generation and die soon after; left to itself the serial
/// collector lets them pile up until the heap is as large as it may become, a quarter of memory, which no model's corpus needs.
/// A fixed limit would be too much for one model and too little for another.
final class LivingHeap {

    /// Dead bytes at which a collection pays: it costs milliseconds, a pass that leaves so much behind about a second.
    private static final long MOST_DEAD = 24L << 20;

    private final Runtime runtime = Runtime.getRuntime();
    private long living;

    /// Collects what is dead, if it is much.
    void keep() {
        if (used() > living + MOST_DEAD) {
            System.gc();
            living = used();
        }
    }

    private long used() {
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
