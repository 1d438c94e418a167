package io.github.logitlens.bench;

import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
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

/// A prompt through all blocks, and the next token's logits.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class Prefill {

    @Param({"5", "64", "256", "1024"})
    int tokens;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private Gpt2Model gpt2;
    private int[] prompt;

    static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return Work.run(config, Integer.parseInt(params.apply("tokens")), 0, 1);
    }

    @Setup(Level.Trial)
    public void setUp() {
        Engines.chooseShared("vector", threads);
        ModelSize size = ModelSize.of(model);
        Path directory = RandomModel.directory(size);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            gpt2 = Gpt2Model.load(checkpoint);
        }
        prompt = Prompts.tokens(tokens, size.config().vocabSize());
        int[] checked = Prompts.checked(prompt);
        LensStack residuals = new LensStack(size.config(), checked.length);
        gpt2.run(prompt, residuals.hooks());
        try (Reference reference = new Reference(directory)) {
            Agreement.requireSameBits("residuals", reference.lensStack(checked), residuals.values());
            Agreement.requireSameBits("logits", reference.logits(checked), gpt2.logits(checked));
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        gpt2.close();
    }

    @Benchmark
    public float[] logits() {
        return gpt2.logits(prompt);
    }
}
