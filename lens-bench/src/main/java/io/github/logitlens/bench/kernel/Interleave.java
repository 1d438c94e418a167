package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.Noise;
import io.github.logitlens.internal.kernel.Kernels;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// Six rows of attention's pattern laid out as the left side of a product.
public class Interleave extends ElementWise {

    @Param({"192", "768"})
    int steps;

    private float[] rows;
    private float[] factors;
    private float[] block;

    public static Work work(UnaryOperator<String> params) {
        return new Work.Counted(Kernels.BLOCK * Double.parseDouble(params.apply("steps")) / 1e9, "Gvalues");
    }

    @Override
    void prepare() {
        rows = Noise.named("rows").array(Kernels.BLOCK * steps, 4);
        factors = Noise.named("factors").array(Kernels.BLOCK, 1);
        block = new float[rows.length];
    }

    @Override
    float[] apply(Kernels kernel) {
        kernel.rows().interleave(rows, 0, steps, steps, factors, block, 0);
        return block;
    }
}
