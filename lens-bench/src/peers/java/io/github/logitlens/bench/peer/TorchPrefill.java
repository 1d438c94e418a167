package io.github.logitlens.bench.peer;

import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.Prefill] in PyTorch.
public class TorchPrefill extends TorchTask {

    @Param({"5", "64", "256", "1024"})
    int tokens;

    @Override
    TorchPeer start() {
        return logits("prefill", tokens);
    }
}
