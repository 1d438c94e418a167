package io.github.logitlens.bench.peer;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.bench.task.OpenLens;
import io.github.logitlens.bench.task.WholeTask;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A task in PyTorch, compared with ours and timed.
public abstract class TorchTask extends WholeTask {

    private TorchPeer peer;

    /// Starts the task, and compares its result.
    abstract TorchPeer start();

    /// A task that ends in logits, compared with ours of the same prompt.
    final TorchPeer logits(String task, int tokens) {
        int[] prompt = Prompts.tokens(tokens, size().config().vocabSize());
        TorchPeer started = TorchPeer.start(task, size(), threads, prompt);
        try (Kept.Share<LogitLens> lens = Models.open(size(), "vector", threads)) {
            PeerAgreement.requireClose(lens.value().model().logits(prompt), started.logits());
        }
        return started;
    }

    /// A lens, compared with ours.
    final TorchPeer lens(String task, int tokens, LensOptions options) {
        try (OpenLens lens = OpenLens.open(size(), threads, tokens, options)) {
            TorchPeer started = TorchPeer.start(task, size(), threads, lens.tokens());
            PeerAgreement.requireClose(lens.run(), started.lastPosition());
            return started;
        }
    }

    @Setup(Level.Trial)
    public void setUp() {
        peer = start();
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        peer.close();
    }

    @Benchmark
    public String run() {
        return peer.run();
    }
}
