package io.github.logitlens.bench.task;

import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.LensStack;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.bench.model.Reading;
import io.github.logitlens.bench.model.Reference;
import io.github.logitlens.bench.model.Shape;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// The lens without the forward pass: residuals of all points, one pass over `W_U`, statistics and top 10 as it goes.
public class FusedLens extends WholeTask {

    private static final int TOP_K = 10;

    @Param({"vector", "scalar"})
    String kernels;

    @Param({"1", "5", "64", "256"})
    int positions;

    private Kept.Share<LogitLens> lens;
    private Gpt2Model gpt2;
    private float[] stack;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int rows = Integer.parseInt(params.apply("positions")) * (config.nLayers() + 1);
        return Work.Limited.of(Shape.UNEMBED.product(config, rows));
    }

    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), kernels, threads);
        gpt2 = lens.value().model();
        LensStack residuals = new LensStack(size().config(), positions);
        gpt2.run(Prompts.tokens(positions, size().config().vocabSize()), residuals.hooks());
        stack = residuals.values();
        check(RandomModel.directory(size()), size().config());
    }

    private void check(Path directory, Gpt2Config config) {
        VocabularyReadings readings = read();
        try (Reference reference = new Reference(directory)) {
            for (int position : new int[] {0, positions - 1}) {
                Reading[] expected = reference.readings(stack, position, Math.min(TOP_K, config.vocabSize()));
                for (int point = 0; point < expected.length; point++) {
                    String what = "position " + position + ", point " + point;
                    Reading.of(readings, position, point).require(what, expected[point]);
                }
                int dModel = config.dModel();
                int row = (position + 1) * expected.length - 1;
                float[] logits = gpt2.unembedding().logits(Arrays.copyOfRange(stack, row * dModel, (row + 1) * dModel));
                Agreement.requireSameBits("logits", reference.logits(stack, row), logits);
            }
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public VocabularyReadings read() {
        return Unembedder.behind(gpt2.unembedding()).read(stack, gpt2.config().nLayers() + 1, TOP_K);
    }
}
