package io.github.logitlens.bench;

import io.github.logitlens.LensOptions;
import org.openjdk.jmh.annotations.Param;

/// [FullLens] in PyTorch.
public class TorchFullLens extends TorchTask {

    @Param({"5", "64", "256"})
    int tokens;

    @Override
    TorchPeer start() {
        return lens("lens", tokens, LensOptions.defaults());
    }
}
