package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.Noise;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.weights.ActivationFunction;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// GPT-2's GELU over six rows of an MLP; copying them anew, since it works in place, is part of the time.
public class Gelu extends ElementWise {

    private static final int ROWS = Kernels.BLOCK;

    @Param("3072")
    int dMlp;

    private float[] before;
    private float[] after;

    public static Work work(UnaryOperator<String> params) {
        return new Work.Counted(ROWS * Double.parseDouble(params.apply("dMlp")) / 1e9, "Gvalues");
    }

    @Override
    void prepare() {
        before = Noise.named("before").array(ROWS * dMlp, 2);
        after = new float[before.length];
    }

    @Override
    float[] apply(Kernels kernel) {
        System.arraycopy(before, 0, after, 0, before.length);
        kernel.rows().activate(ActivationFunction.GELU_NEW, after, 0, after.length);
        return after;
    }
}
