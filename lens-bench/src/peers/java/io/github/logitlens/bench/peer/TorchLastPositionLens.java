package io.github.logitlens.bench.peer;

import io.github.logitlens.LensOptions;
import io.github.logitlens.Positions;
import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.LastPositionLens] in PyTorch.
public class TorchLastPositionLens extends TorchTask {

    @Param("5")
    int tokens;

    @Override
    TorchPeer start() {
        return lens("lens-last", tokens, LensOptions.defaults().positions(Positions.last()));
    }
}
