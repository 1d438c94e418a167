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
import java.util.Arrays;
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

    /// `batch`; `alone`, a run for each; or `long`, as many tokens in prompts of [#LONG], of which as many positions are read.
    @Param({"batch", "alone", "long"})
    String way;

    private static final int LONG = 256;
    /// With GPT-2 small's 13 points 832 rows of the vocabulary's product.
    private static final int READ_OF_LONG = 64;

    private Kept.Share<LogitLens> lens;
    private List<int[]> texts;
    private int[] longText;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int[] lengths = lengths(Integer.parseInt(params.apply("prompts")), params.apply("lengths"));
        int tokens = IntStream.of(lengths).sum();
        int passes = switch (params.apply("way")) {
            case "alone" -> lengths.length;
            case "long" -> (tokens + LONG - 1) / LONG;
            default -> (tokens + BatchOptions.defaults().rows() - 1) / BatchOptions.defaults().rows();
        };
        int read = params.apply("positions").equals("last") ? lengths.length : tokens;
        return ModelWork.batch(config, lengths, passes, read * (config.nLayers() + 1));
    }

    private static int[] lengths(int prompts, String range) {
        int dash = range.indexOf('-');
        int least = Integer.parseInt(range.substring(0, dash));
        int most = Integer.parseInt(range.substring(dash + 1));
        return IntStream.range(0, prompts).map(prompt -> least + prompt * 7919 % (most - least + 1)).toArray();
    }

    /// The prompts.
    ///
    /// @param range their least and greatest length, such as `4-40`
    public static List<int[]> prompts(int prompts, String range, int vocabSize) {
        return IntStream.of(lengths(prompts, range)).mapToObj(length -> Prompts.tokens(length, vocabSize)).toList();
    }

    /// Compares each prompt's reading in the batch with that of the prompt alone.
    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), "vector", threads);
        int vocabSize = size().config().vocabSize();
        texts = prompts(prompts, lengths, vocabSize);
        longText = Prompts.tokens(LONG, vocabSize);
        List<LensResult> together = together(lens.value(), texts, positions);
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
        return switch (way) {
            case "alone" -> alone();
            case "long" -> inLongOnes();
            default -> together(lens.value(), texts, positions);
        };
    }

    /// The prompts in a batch.
    ///
    /// @param positions `last` or `all`
    public static List<LensResult> together(LogitLens lens, List<int[]> prompts, String positions) {
        return lens.runAll(prompts.stream().map(Prompt::ids).toList(), options(positions)).stream().map(Outcome::result).toList();
    }

    private static LensOptions options(String positions) {
        return positions.equals("last") ? LensOptions.defaults().positions(Positions.last()) : LensOptions.defaults();
    }

    private List<LensResult> alone() {
        return texts.stream().map(ids -> lens.value().run(ids, options(positions), Hooks.none())).toList();
    }

    /// What the machine does where no prompt is short: forward passes and readings at their best, of the same size.
    private List<LensResult> inLongOnes() {
        List<LensResult> results = new ArrayList<>();
        int tokens = texts.stream().mapToInt(ids -> ids.length).sum();
        int unread = positions.equals("last") ? texts.size() : tokens;
        for (int left = tokens; left > 0; left -= LONG) {
            int[] ids = Arrays.copyOf(longText, Math.min(LONG, left));
            int read = Math.min(unread, positions.equals("last") ? Math.min(READ_OF_LONG, ids.length) : ids.length);
            if (read > 0) {
                results.add(lens.value().run(ids, LensOptions.defaults().positions(Positions.range(0, read)), Hooks.none()));
            } else {
                lens.value().model().run(ids, Hooks.none());
            }
            unread -= read;
        }
        return results;
    }
}
