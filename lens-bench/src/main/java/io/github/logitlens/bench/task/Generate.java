package io.github.logitlens.bench.task;

import io.github.logitlens.GeneratedSample;
import io.github.logitlens.GeneratedToken;
import io.github.logitlens.GenerationOptions;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A text that the model writes behind one token.
public class Generate extends WholeTask {

    private static final int FIRST = 13;

    /// Tokens of each sample.
    @Param("32")
    int tokens;

    /// Texts that are written together.
    @Param("1")
    int samples;

    /// What the lens reads beside each token: `none` or `all` points.
    @Param({"none", "all"})
    String points;

    /// 0 for greedy.
    @Param("0")
    int temperature;

    /// `generate`, or `steps`: the model's steps alone, each with its logits and the most likely token taken.
    @Param({"generate", "steps"})
    String way;

    private Kept.Share<LogitLens> lens;
    private GenerationOptions options;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int read = params.apply("points").equals("none") ? 1 : config.nLayers() + 1;
        return ModelWork.generation(config, Integer.parseInt(params.apply("tokens")), read * Integer.parseInt(params.apply("samples")));
    }

    /// Compares the logits with those of a pass over the text.
    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), "vector", threads);
        GenerationOptions plain = GenerationOptions.defaults().maxTokens(tokens).samples(samples).temperature(temperature);
        options = points.equals("none") ? plain : plain.lens(LensOptions.defaults());
        for (GeneratedSample sample : samples()) {
            if (sample.tokens().size() != tokens) {
                throw new IllegalStateException("tokens: expected " + tokens + ", got " + sample.tokens().size());
            }
            int[] text = IntStream.concat(IntStream.of(FIRST), sample.tokens().stream().mapToInt(GeneratedToken::id)).toArray();
            float[] expected = new float[tokens];
            float[] actual = new float[tokens];
            for (int t = 0; t < tokens; t += Math.max(1, tokens / 3)) {
                expected[t] = lens.value().model().logits(Arrays.copyOf(text, t + 1))[text[t + 1]];
                actual[t] = sample.tokens().get(t).logit();
            }
            Agreement.requireSameBits("logits of a pass over the text", expected, actual);
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public Object write() {
        return way.equals("steps") ? steps() : samples();
    }

    private List<GeneratedSample> samples() {
        return lens.value().generate(Prompt.ids(FIRST), options, token -> { });
    }

    private int[] steps() {
        Gpt2Model model = lens.value().model();
        int[] text = new int[tokens];
        KvCache cache = model.newCache();
        int next = FIRST;
        for (int t = 0; t < tokens; t++) {
            float[] logits = model.logits(new int[] {next}, cache);
            next = 0;
            for (int id = 1; id < logits.length; id++) {
                if (logits[id] > logits[next]) {
                    next = id;
                }
            }
            text[t] = next;
        }
        return text;
    }
}
