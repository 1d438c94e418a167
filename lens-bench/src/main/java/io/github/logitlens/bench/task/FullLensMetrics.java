package io.github.logitlens.bench.task;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.TokenRef;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.weights.Gpt2Config;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// The whole lens as [FullLens] reads it, and one more thing: what each metric adds.
public class FullLensMetrics extends LensTask {

    /// A token somewhere in the vocabulary.
    private static final TokenRef TRACKED = TokenRef.of(42);
    private static final int BOTTOM = 10;

    /// A metric's key, `bottom`, `track`, or `nothing`.
    @Param({"nothing", "residualNorm", "surprisal", "nextRank", "track", "klFromFinal", "change", "bottom", "jsd"})
    String more;

    @Param("64")
    int tokens;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int tokens = Integer.parseInt(params.apply("tokens"));
        int passes = LensMetric.JSD.key().equals(params.apply("more")) ? 2 : 1;
        return ModelWork.run(config, tokens, 0, tokens * (config.nLayers() + 1) * passes);
    }

    @Override
    OpenLens open() {
        LensOptions options = LensOptions.defaults();
        return OpenLens.open(size(), threads, tokens, switch (more) {
            case "nothing" -> options;
            case "bottom" -> options.bottomK(BOTTOM);
            case "track" -> options.track(TRACKED);
            default -> options.metrics(LensMetric.named(more));
        });
    }
}
