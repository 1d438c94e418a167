package io.github.logitlens.bench.task;

import io.github.logitlens.LensOptions;
import io.github.logitlens.Positions;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.weights.Gpt2Config;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// The lens at the last position: every point in one pass over `W_U`.
public class LastPositionLens extends LensTask {

    @Param("5")
    int tokens;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return ModelWork.run(config, Integer.parseInt(params.apply("tokens")), 0, config.nLayers() + 1);
    }

    @Override
    OpenLens open() {
        return OpenLens.open(size(), threads, tokens, LensOptions.defaults().positions(Positions.last()));
    }
}
