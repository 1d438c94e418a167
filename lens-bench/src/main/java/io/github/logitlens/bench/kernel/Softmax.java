package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.Noise;
import io.github.logitlens.internal.kernel.Kernels;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// Softmax of 64 rows of scores; copying them anew, since it works in place, is part of the time.
public class Softmax extends ElementWise {

    private static final int ROWS = 64;

    @Param({"64", "256", "1024"})
    int keys;

    private float[] scores;
    private float[] pattern;

    public static Work work(UnaryOperator<String> params) {
        return new Work.Counted(ROWS * Double.parseDouble(params.apply("keys")) / 1e9, "Gvalues");
    }

    @Override
    void prepare() {
        scores = Noise.named("scores").array(ROWS * keys, 4);
        pattern = new float[scores.length];
    }

    @Override
    float[] apply(Kernels kernel) {
        System.arraycopy(scores, 0, pattern, 0, scores.length);
        for (int row = 0; row < ROWS; row++) {
            kernel.rows().softmax(pattern, row * keys, keys);
        }
        return pattern;
    }
}
