package io.github.logitlens.bench.peer;

import io.github.logitlens.LensOptions;
import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.FullLens] in PyTorch.
public class TorchFullLens extends TorchTask {

    @Param({"5", "64", "256"})
    int tokens;

    @Override
    TorchPeer start() {
        return lens("lens", tokens, LensOptions.defaults());
    }
}
