package io.github.logitlens.bench.task;

import io.github.logitlens.LensResult;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A reading by [io.github.logitlens.LogitLens#run], checked and timed.
public abstract class LensTask extends WholeTask {

    private OpenLens lens;

    /// What is read, on `threads` threads.
    abstract OpenLens open();

    @Setup(Level.Trial)
    public void setUp() {
        lens = open();
        lens.check();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public LensResult read() {
        return lens.run();
    }
}
