package io.github.logitlens.bench;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
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

/// The whole lens as [FullLens] reads it, and one more thing: what each metric adds.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class FullLensMetrics {

    /// A metric's key, `bottom`, or `nothing`.
    @Param({"nothing", "klFromFinal", "change", "surprisal", "nextRank", "residualNorm", "bottom", "jsd"})
    String more;

    @Param({"64"})
    int tokens;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private OpenLens lens;

    static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int tokens = Integer.parseInt(params.apply("tokens"));
        int passes = LensMetric.JSD.key().equals(params.apply("more")) ? 2 : 1;
        return Work.run(config, tokens, 0, tokens * (config.nLayers() + 1) * passes);
    }

    @Setup(Level.Trial)
    public void setUp() {
        LensOptions options = LensOptions.defaults();
        lens = OpenLens.open(ModelSize.of(model), threads, tokens, switch (more) {
            case "nothing" -> options;
            case "bottom" -> options.bottomK(10);
            default -> options.metrics(LensMetric.named(more));
        });
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
