package io.github.logitlens.bench.task;

import io.github.logitlens.LensOptions;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.weights.Gpt2Config;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// The whole lens from token ids: every point, every position, top 10, entropy, KL to the final distribution.
public class FullLens extends LensTask {

    @Param({"5", "64", "256"})
    int tokens;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int tokens = Integer.parseInt(params.apply("tokens"));
        return ModelWork.run(config, tokens, 0, tokens * (config.nLayers() + 1));
    }

    @Override
    OpenLens open() {
        return OpenLens.open(size(), threads, tokens, LensOptions.defaults());
    }
}
