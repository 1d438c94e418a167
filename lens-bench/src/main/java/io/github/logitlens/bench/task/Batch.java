package io.github.logitlens.bench.task;

import io.github.logitlens.BatchOptions;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Outcome;
import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.bench.model.Reading;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// Many prompts of different lengths: together, or one by one.
public class Batch extends WholeTask {

    /// How many prompts.
    @Param("200")
    int prompts;

    /// Tokens of the shortest and the longest prompt.
    @Param({"4-40", "4-8"})
    String lengths;

    /// Positions read: `last` or `all`.
    @Param({"last", "all"})
    String positions;

    /// `batch`, or `alone`: a run for each.
    @Param({"batch", "alone"})
    String way;

    private Kept.Share<LogitLens> lens;
    private List<Prompt> texts;
    private LensOptions options;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int[] lengths = lengths(Integer.parseInt(params.apply("prompts")), params.apply("lengths"));
        int tokens = IntStream.of(lengths).sum();
        int passes = params.apply("way").equals("alone")
                ? lengths.length
                : (tokens + BatchOptions.defaults().rows() - 1) / BatchOptions.defaults().rows();
        int read = params.apply("positions").equals("last") ? lengths.length : tokens;
        return ModelWork.batch(config, lengths, passes, read * (config.nLayers() + 1));
    }

    private static int[] lengths(int prompts, String range) {
        int dash = range.indexOf('-');
        int least = Integer.parseInt(range.substring(0, dash));
        int most = Integer.parseInt(range.substring(dash + 1));
        return IntStream.range(0, prompts).map(prompt -> least + prompt * 7919 % (most - least + 1)).toArray();
    }

    /// Compares each prompt's reading in the batch with that of the prompt alone.
    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), "vector", threads);
        int vocabSize = size().config().vocabSize();
        texts = IntStream.of(lengths(prompts, lengths)).mapToObj(length -> Prompt.ids(Prompts.tokens(length, vocabSize))).toList();
        options = positions.equals("last") ? LensOptions.defaults().positions(Positions.last()) : LensOptions.defaults();
        List<LensResult> together = together();
        List<LensResult> alone = alone();
        for (int i = 0; i < prompts; i++) {
            for (LensPoint point : alone.get(i).points()) {
                Reading.of(together.get(i).reading(point, -1))
                        .require("prompt " + i + " at " + point, Reading.of(alone.get(i).reading(point, -1)));
            }
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public List<LensResult> read() {
        return way.equals("alone") ? alone() : together();
    }

    private List<LensResult> together() {
        return lens.value().runAll(texts, options).stream().map(Outcome::result).toList();
    }

    private List<LensResult> alone() {
        List<LensResult> results = new ArrayList<>();
        for (Prompt text : texts) {
            results.add(lens.value().run(((Prompt.Ids) text).ids(), options, Hooks.none()));
        }
        return results;
    }
}
