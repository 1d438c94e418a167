package io.github.logitlens.bench.peer;

import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.Decode] in PyTorch.
public class TorchDecode extends TorchTask {

    /// Positions in the cache.
    @Param("64")
    int past;

    @Override
    TorchPeer start() {
        return logits("decode", past + 1);
    }
}
