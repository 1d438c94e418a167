package io.github.logitlens.bench;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.weights.ActivationFunction;
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

/// GPT-2's GELU over six rows of an MLP, on one thread; copying them anew, since it works in place, is part of the
/// time.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class Gelu {

    private static final int ROWS = Kernels.BLOCK;

    @Param({"vector", "scalar"})
    String kernels;

    @Param("3072")
    int dMlp;

    private Kernels kernel;
    private float[] before;
    private float[] after;

    static Work work(UnaryOperator<String> params) {
        return new Work.Counted(ROWS * Double.parseDouble(params.apply("dMlp")) / 1e9, "Gvalues");
    }

    @Setup(Level.Trial)
    public void setUp() {
        before = Noise.named("before").array(ROWS * dMlp, 2);
        after = new float[before.length];
        kernel = new ScalarKernels();
        float[] expected = activate().clone();
        kernel = Engines.kernels(kernels);
        Agreement.requireSameBits("GELU", expected, activate());
    }

    @Benchmark
    public float[] activate() {
        System.arraycopy(before, 0, after, 0, before.length);
        kernel.activate(ActivationFunction.GELU_NEW, after, 0, after.length);
        return after;
    }
}
