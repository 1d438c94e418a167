package io.github.logitlens.bench.peer;

import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.task.Batch;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/// [Batch] in PyTorch: prompts sorted by length, in padded batches.
public class TorchBatch extends TorchTask {

    @Param("200")
    int prompts;

    @Param({"4-40", "4-8"})
    String lengths;

    @Param({"last", "all"})
    String positions;

    /// Prompts of a batch.
    @Param({"8", "32"})
    int padded;

    @Override
    TorchPeer start() {
        List<int[]> texts = Batch.prompts(prompts, lengths, size().config().vocabSize());
        TorchPeer started = TorchPeer.start("batch-" + positions + "-" + padded, size(), threads, texts);
        List<PeerAgreement.LastPosition> theirs = started.lastPositions();
        try (Kept.Share<LogitLens> lens = Models.open(size(), "vector", threads)) {
            List<LensResult> ours = Batch.together(lens.value(), texts, positions);
            for (int i = 0; i < prompts; i++) {
                PeerAgreement.requireClose(ours.get(i), theirs.get(i));
            }
        }
        return started;
    }
}
