package io.github.logitlens.bench;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.Positions;
import io.github.logitlens.weights.Gpt2Config;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The lens at the last position: every point in one pass over `W_U`.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class LastPositionLens {

    @Param("5")
    int tokens;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private OpenLens lens;

    static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return Work.run(config, Integer.parseInt(params.apply("tokens")), 0, config.nLayers() + 1);
    }

    @Setup(Level.Trial)
    public void setUp() {
        lens = OpenLens.open(
                ModelSize.of(model), threads, tokens, LensOptions.defaults().positions(Positions.last()));
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
