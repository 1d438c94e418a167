package io.github.logitlens.bench;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.ScalarKernels;
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
import org.openjdk.jmh.annotations.Warmup;

/// Softmax of 64 rows of scores, on one thread; copying them anew, since it works in place, is part of the time.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class Softmax {

    private static final int ROWS = 64;

    @Param({"vector", "scalar"})
    String kernels;

    @Param({"64", "256", "1024"})
    int keys;

    private Kernels kernel;
    private float[] scores;
    private float[] pattern;

    static Work work(UnaryOperator<String> params) {
        return new Work.Counted(ROWS * Double.parseDouble(params.apply("keys")) / 1e9, "Gvalues");
    }

    @Setup(Level.Trial)
    public void setUp() {
        scores = Noise.named("scores").array(ROWS * keys, 4);
        pattern = new float[scores.length];
        kernel = new ScalarKernels();
        float[] expected = normalize().clone();
        kernel = Engines.kernels(kernels);
        Agreement.requireSameBits("softmax", expected, normalize());
    }

    @Benchmark
    public float[] normalize() {
        System.arraycopy(scores, 0, pattern, 0, scores.length);
        for (int row = 0; row < ROWS; row++) {
            kernel.softmax(pattern, row * keys, keys);
        }
        return pattern;
    }
}
