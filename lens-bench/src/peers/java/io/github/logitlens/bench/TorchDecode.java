package io.github.logitlens.bench;

import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// [Decode] in PyTorch.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class TorchDecode {

    /// Positions in the cache.
    @Param("64")
    int past;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private TorchPeer peer;

    @Setup(Level.Trial)
    public void setUp() {
        Engines.chooseShared("vector", threads);
        ModelSize size = ModelSize.of(model);
        int[] tokens = Prompts.tokens(past + 1, size.config().vocabSize());
        peer = TorchPeer.start("decode", size, threads, tokens);
        try (Checkpoint checkpoint = Checkpoint.open(RandomModel.directory(size));
                Gpt2Model gpt2 = Gpt2Model.load(checkpoint)) {
            PeerAgreement.requireClose(gpt2.logits(tokens), peer.logits());
        }
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
