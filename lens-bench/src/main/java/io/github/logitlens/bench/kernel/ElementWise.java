package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.model.Engines;
import io.github.logitlens.internal.kernel.Kernels;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A kernel over some rows, on one thread, on the kernels asked for.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public abstract class ElementWise {

    @Param({"vector", "scalar"})
    String kernels;

    private Kernels kernel;

    /// Makes the numbers that the kernel works on.
    abstract void prepare();

    /// Works on them.
    ///
    /// @return all results, in an array that each call may write anew
    abstract float[] apply(Kernels kernel);

    @Setup(Level.Trial)
    public void setUp() {
        prepare();
        float[] expected = apply(Engines.kernels("scalar")).clone();
        kernel = Engines.kernels(kernels);
        Agreement.requireSameBits(getClass().getSimpleName(), expected, apply(kernel));
    }

    @Benchmark
    public float[] apply() {
        return apply(kernel);
    }
}
