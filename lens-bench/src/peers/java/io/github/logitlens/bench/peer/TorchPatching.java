package io.github.logitlens.bench.peer;

import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.TokenRef;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.task.Patching;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Param;

/// [Patching] in PyTorch: a run for each patch, or a layer's patches in one batch.
public class TorchPatching extends TorchTask {

    @Param({"resid_pre", "head"})
    String site;

    @Param("15")
    int tokens;

    @Param({"runs", "batches"})
    String way;

    @Override
    TorchPeer start() {
        int[][] prompts = Patching.prompts(tokens, size().config().vocabSize());
        int[] both = IntStream.concat(IntStream.of(prompts[0]), IntStream.of(prompts[1])).toArray();
        TorchPeer started = TorchPeer.start("patch-" + site + "-" + way, size(), threads, both);
        try (Kept.Share<LogitLens> lens = Models.open(size(), "vector", threads)) {
            List<SweepCell> cells = lens.value().sweep(Prompt.ids(prompts[0]), Prompt.ids(prompts[1]),
                    SweepOptions.of(SweepMetric.logitDifference(TokenRef.of(Patching.TOKEN), TokenRef.of(Patching.OTHER)))
                            .sites(SweepSite.named(site))).grids().getFirst().cells();
            float[] ours = new float[cells.size()];
            for (int i = 0; i < ours.length; i++) {
                ours[i] = (float) cells.get(i).value();
            }
            PeerAgreement.requireClose(ours, started.values());
        }
        return started;
    }
}
