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

/// LayerNorm of 64 rows, on one thread.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class LayerNorm {

    private static final int ROWS = 64;

    @Param({"vector", "scalar"})
    String kernels;

    @Param("768")
    int dModel;

    private Kernels kernel;
    private float[] x;
    private float[] gain;
    private float[] bias;
    private float[] out;

    static Work work(UnaryOperator<String> params) {
        return new Work.Counted(ROWS * Double.parseDouble(params.apply("dModel")) / 1e9, "Gvalues");
    }

    @Setup(Level.Trial)
    public void setUp() {
        x = Noise.named("x").array(ROWS * dModel, 3);
        gain = Noise.named("gain").array(dModel, 1);
        bias = Noise.named("bias").array(dModel, 1);
        out = new float[x.length];
        kernel = new ScalarKernels();
        float[] expected = normalize().clone();
        kernel = Engines.kernels(kernels);
        Agreement.requireSameBits("LayerNorm", expected, normalize());
    }

    @Benchmark
    public float[] normalize() {
        for (int row = 0; row < ROWS; row++) {
            kernel.layerNorm(x, row * dModel, dModel, gain, bias, 1e-5, out, row * dModel);
        }
        return out;
    }
}
