package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.Noise;
import io.github.logitlens.internal.kernel.Kernels;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// LayerNorm of 64 rows.
public class LayerNorm extends ElementWise {

    private static final int ROWS = 64;

    @Param("768")
    int dModel;

    private float[] x;
    private float[] gain;
    private float[] bias;
    private float[] out;

    public static Work work(UnaryOperator<String> params) {
        return new Work.Counted(ROWS * Double.parseDouble(params.apply("dModel")) / 1e9, "Gvalues");
    }

    @Override
    void prepare() {
        x = Noise.named("x").array(ROWS * dModel, 3);
        gain = Noise.named("gain").array(dModel, 1);
        bias = Noise.named("bias").array(dModel, 1);
        out = new float[x.length];
    }

    @Override
    float[] apply(Kernels kernel) {
        for (int row = 0; row < ROWS; row++) {
            kernel.rows().layerNorm(x, row * dModel, dModel, gain, bias, 1e-5, out, row * dModel);
        }
        return out;
    }
}
