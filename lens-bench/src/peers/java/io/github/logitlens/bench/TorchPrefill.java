package io.github.logitlens.bench;

import org.openjdk.jmh.annotations.Param;

/// [Prefill] in PyTorch.
public class TorchPrefill extends TorchTask {

    @Param({"5", "64", "256", "1024"})
    int tokens;

    @Override
    TorchPeer start() {
        return logits("prefill", tokens);
    }
}
