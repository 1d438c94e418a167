package io.github.logitlens.bench;

import io.github.logitlens.LensOptions;
import io.github.logitlens.Positions;
import org.openjdk.jmh.annotations.Param;

/// [LastPositionLens] in PyTorch.
public class TorchLastPositionLens extends TorchTask {

    @Param("5")
    int tokens;

    @Override
    TorchPeer start() {
        return lens("lens-last", tokens, LensOptions.defaults().positions(Positions.last()));
    }
}
