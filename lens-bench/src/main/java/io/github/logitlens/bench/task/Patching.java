package io.github.logitlens.bench.task;

import io.github.logitlens.Layers;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.TokenRef;
import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// An activation patching sweep of two prompts that differ in every token: the logit difference of two tokens at the last position
/// for each layer and position, or for each head.
public class Patching extends WholeTask {

    public static final int TOKEN = 4;
    public static final int OTHER = 44;

    /// What is patched: `resid_pre` or `head`.
    @Param({"resid_pre", "head"})
    String site;

    /// Tokens of each prompt.
    @Param("15")
    int tokens;

    /// `sweep`, or `runs`: a whole run under hooks for each.
    @Param({"sweep", "runs"})
    String way;

    private Kept.Share<LogitLens> lens;
    private int[] clean;
    private int[] corrupted;

    /// The rows that have to be computed, each from its change on.
    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int tokens = Integer.parseInt(params.apply("tokens"));
        return ModelWork.sweep(config, tokens, params.apply("site").equals("head"), params.apply("way").equals("runs"));
    }

    /// Two prompts of a length that have no token in common.
    ///
    /// @return the clean one and the corrupted one
    public static int[][] prompts(int tokens, int vocabSize) {
        int[] clean = Prompts.tokens(tokens, vocabSize);
        int[] corrupted = clean.clone();
        for (int i = 0; i < tokens; i++) {
            corrupted[i] = (clean[i] + 1) % vocabSize;
        }
        return new int[][] {clean, corrupted};
    }

    /// Compares each cell with its run.
    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), "vector", threads);
        int[][] prompts = prompts(tokens, size().config().vocabSize());
        clean = prompts[0];
        corrupted = prompts[1];
        Agreement.requireSameBits("whole runs", floats(runs()), floats(sweep()));
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public double[] patch() {
        return way.equals("sweep") ? sweep() : runs();
    }

    private double[] sweep() {
        Sweep sweep = lens.value().sweep(Prompt.ids(clean), Prompt.ids(corrupted), SweepOptions.of(
                SweepMetric.logitDifference(TokenRef.of(TOKEN), TokenRef.of(OTHER))).sites(SweepSite.named(site)));
        return sweep.grids().getFirst().cells().stream().mapToDouble(SweepCell::value).toArray();
    }

    /// What a user wrote by hand before there were sweeps: what the clean run has is kept once, then a run for each patch.
    private double[] runs() {
        Gpt2Config config = size().config();
        SweepSite swept = SweepSite.named(site);
        ActivationCache kept = ActivationCache.where(point -> point.site() == swept.hook());
        lens.value().model().run(clean, kept.hooks());
        int columns = swept == SweepSite.HEAD ? config.nHeads() : tokens;
        double[] values = new double[config.nLayers() * columns];
        for (int layer = 0; layer < config.nLayers(); layer++) {
            float[] there = kept.get(swept.hook().at(layer)).toArray();
            for (int column = 0; column < columns; column++) {
                values[layer * columns + column] = run(swept, layer, column, there);
            }
        }
        return values;
    }

    private double run(SweepSite swept, int layer, int column, float[] there) {
        int dModel = size().config().dModel();
        int dHead = size().config().dHead();
        Hooks hooks = Hooks.none().edit(swept.hook().at(layer), (point, activation) -> {
            if (swept == SweepSite.HEAD) {
                for (int position = 0; position < tokens; position++) {
                    int at = position * dModel + column * dHead;
                    activation.write(at, there, at, dHead);
                }
            } else {
                activation.write(column * dModel, there, column * dModel, dModel);
            }
        });
        TokenRef token = TokenRef.of(TOKEN);
        TokenRef other = TokenRef.of(OTHER);
        LensOptions options = LensOptions.defaults().points(PointKind.RESID_POST).layers(Layers.of(-1))
                .positions(Positions.last()).topK(1).track(token).track(other);
        LensResult result = lens.value().run(corrupted, options, hooks);
        return result.logitDifference(token, other, result.finalPoint(), -1);
    }
}
