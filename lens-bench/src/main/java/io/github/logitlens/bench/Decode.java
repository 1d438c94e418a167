package io.github.logitlens.bench;

import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
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

/// One more token through a key-value cache, and the next one's logits.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class Decode {

    /// Positions in the cache.
    @Param("64")
    int past;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private Gpt2Model gpt2;
    private KvCache cache;
    private int[] next;

    static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return Work.run(config, 1, Integer.parseInt(params.apply("past")), 1);
    }

    @Setup(Level.Trial)
    public void setUp() {
        Engines.chooseShared("vector", threads);
        ModelSize size = ModelSize.of(model);
        Path directory = RandomModel.directory(size);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            gpt2 = Gpt2Model.load(checkpoint);
        }
        int[] tokens = Prompts.tokens(past + 1, size.config().vocabSize());
        next = new int[] {tokens[past]};
        cache = gpt2.newCache();
        gpt2.logits(Arrays.copyOf(tokens, past), cache);
        Agreement.requireSameBits("logits through the cache", gpt2.logits(tokens), logits());
        int[] checked = Prompts.checked(tokens);
        try (Reference reference = new Reference(directory)) {
            Agreement.requireSameBits("logits", reference.logits(checked), gpt2.logits(checked));
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        gpt2.close();
    }

    @Benchmark
    public float[] logits() {
        cache.truncate(past);
        return gpt2.logits(next, cache);
    }
}
