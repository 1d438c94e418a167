package io.github.logitlens.bench.task;

import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.bench.model.Reference;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// One more token through a key-value cache, and the next one's logits.
public class Decode extends WholeTask {

    /// Positions in the cache.
    @Param("64")
    int past;

    private Kept.Share<LogitLens> lens;
    private KvCache cache;
    private int[] next;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return ModelWork.run(config, 1, Integer.parseInt(params.apply("past")), 1);
    }

    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), "vector", threads);
        int[] tokens = Prompts.tokens(past + 1, size().config().vocabSize());
        next = new int[] {tokens[past]};
        Gpt2Model gpt2 = lens.value().model();
        cache = gpt2.newCache();
        gpt2.logits(Arrays.copyOf(tokens, past), cache);
        Agreement.requireSameBits("logits through the cache", gpt2.logits(tokens), logits());
        int[] checked = Prompts.checked(tokens);
        try (Reference reference = new Reference(RandomModel.directory(size()))) {
            Agreement.requireSameBits("logits", reference.logits(checked), gpt2.logits(checked));
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public float[] logits() {
        cache.truncate(past);
        return lens.value().model().logits(next, cache);
    }
}
