package io.github.logitlens.bench.task;

import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.LensStack;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.bench.model.Reference;
import io.github.logitlens.weights.Gpt2Config;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A prompt's next token: its logits. The last block leaves out what only other positions would need.
public class Prefill extends WholeTask {

    @Param({"5", "64", "256", "1024"})
    int tokens;

    private Kept.Share<LogitLens> lens;
    private int[] prompt;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return ModelWork.nextToken(config, Integer.parseInt(params.apply("tokens")));
    }

    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), "vector", threads);
        prompt = Prompts.tokens(tokens, size().config().vocabSize());
        int[] checked = Prompts.checked(prompt);
        LensStack residuals = new LensStack(size().config(), checked.length);
        lens.value().model().run(prompt, residuals.hooks());
        try (Reference reference = new Reference(RandomModel.directory(size()))) {
            Agreement.requireSameBits("residuals", reference.lensStack(checked), residuals.values());
            Agreement.requireSameBits("logits", reference.logits(checked), lens.value().model().logits(checked));
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public float[] logits() {
        return lens.value().model().logits(prompt);
    }
}
