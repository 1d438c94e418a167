package io.github.logitlens.bench;

import org.openjdk.jmh.annotations.Param;

/// [Decode] in PyTorch.
public class TorchDecode extends TorchTask {

    /// Positions in the cache.
    @Param("64")
    int past;

    @Override
    TorchPeer start() {
        return logits("decode", past + 1);
    }
}
