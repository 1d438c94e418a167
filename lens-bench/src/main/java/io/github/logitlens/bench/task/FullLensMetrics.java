package io.github.logitlens.bench.task;

import io.github.logitlens.AffineReadout;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.Readout;
import io.github.logitlens.TokenRef;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Gpt2Config;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Param;

/// The whole lens as [FullLens] reads it, and one more thing: what each metric adds.
public class FullLensMetrics extends LensTask {

    /// A token somewhere in the vocabulary.
    private static final TokenRef TRACKED = TokenRef.of(42);
    private static final int BOTTOM = 10;

    /// A metric's key, `bottom`, `track`, `affine`, or `nothing`.
    @Param({"nothing", "residualNorm", "surprisal", "nextRank", "track", "klFromFinal", "change", "bottom", "affine", "jsd"})
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
        OpenLens lens = OpenLens.open(size(), threads, tokens, options);
        return new OpenLens(lens.size(), lens.share(), lens.tokens(), switch (more) {
            case "nothing" -> options;
            case "bottom" -> options.bottomK(BOTTOM);
            case "track" -> options.track(TRACKED);
            case "affine" -> options.readout(identity(lens.share().value().model()));
            default -> options.metrics(LensMetric.named(more));
        });
    }

    /// An affine lens with a map before each block, as a tuned lens has them, that reads what the logit lens reads.
    private static Readout identity(Gpt2Model model) {
        int dModel = model.config().dModel();
        float[] matrix = new float[dModel * dModel];
        for (int i = 0; i < dModel; i++) {
            matrix[i * dModel + i] = 1;
        }
        AffineReadout.Builder readout = AffineReadout.affine(model);
        for (int block = 0; block < model.config().nLayers(); block++) {
            readout.at(HookSite.RESID_PRE.at(block), matrix, new float[dModel]);
        }
        return readout.build();
    }
}
