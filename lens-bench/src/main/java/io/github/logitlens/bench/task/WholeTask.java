package io.github.logitlens.bench.task;

import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.model.ModelSize;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What benchmarks of whole tasks have in common: threads, a random model, and how JMH runs them.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public abstract class WholeTask {

    @Param({"1", "2"})
    protected int threads;

    @Param("small")
    String model;

    /// The size of the model.
    protected ModelSize size() {
        return ModelSize.of(model);
    }
}
