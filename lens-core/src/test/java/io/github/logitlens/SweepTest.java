package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.edit.Edits;
import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Compute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each cell of a sweep is its run alone, bit for bit: a whole run with the cell's edit, whatever the threads and the batch.
class SweepTest {

    private static final TinyModel MODEL = new TinyModel(3, 3, 36, 70, 300, 90, 33);
    private static final int TOKEN = 17;
    private static final int OTHER = 211;
    private static final SweepSite[] ALL = SweepSite.values();

    @TempDir
    private static Path temporary;

    private static Path folder;

    @BeforeAll
    static void write() {
        folder = MODEL.write(temporary.resolve("model"));
    }

    private static LogitLens open(int threads, Compute.Kernels kernels) {
        return LogitLens.open(folder, OpenOptions.defaults().idsOnly(true)
                .compute(Compute.defaults().threads(threads).kernels(kernels)));
    }

    private static LogitLens open() {
        return open(2, Compute.Kernels.SCALAR);
    }

    /// Two prompts of a length, the same in the first two tokens and in some others.
    private static int[][] pair(int length) {
        int[] clean = new Random(length).ints(length, 0, MODEL.vocabSize()).toArray();
        int[] corrupted = clean.clone();
        for (int position = 2; position < length; position += 3) {
            corrupted[position] = (corrupted[position] + 1) % MODEL.vocabSize();
        }
        return new int[][] {clean, corrupted};
    }

    /// A metric, and the same of a whole run's result.
    private record Measured(SweepMetric metric, ToDoubleFunction<LensResult> alone) {

        static List<Measured> all() {
            TokenRef token = TokenRef.of(TOKEN);
            TokenRef other = TokenRef.of(OTHER);
            LensOptions everything = LensOptions.defaults().topK(2).points(PointKind.values())
                    .positions(Positions.parse("1,3,-1")).metrics(LensMetric.SURPRISAL, LensMetric.KL_FROM_FINAL);
            return List.of(
                    new Measured(SweepMetric.logit(token), result -> result.tracked(token, result.finalPoint(), -1).logit()),
                    new Measured(SweepMetric.logitDifference(token, other),
                            result -> result.logitDifference(token, other, result.finalPoint(), -1)),
                    new Measured(SweepMetric.probability(token),
                            result -> result.tracked(token, result.finalPoint(), -1).probability()),
                    new Measured(SweepMetric.rank(token), result -> result.tracked(token, result.finalPoint(), -1).rank()),
                    new Measured(SweepMetric.of("sum", everything, SweepTest::sum), SweepTest::sum));
        }
    }

    /// Any number that everything in a result has a part in, its positions 1, 3 and the last.
    private static double sum(LensResult result) {
        double sum = 0;
        int last = result.tokens().size() - 1;
        for (LensPoint point : result.points()) {
            for (int position : new int[] {1, 3, last}) {
                sum = 0.7 * sum + result.value(LensMetric.ENTROPY, point, position)
                        + result.value(LensMetric.KL_TO_FINAL, point, position)
                        + result.value(LensMetric.KL_FROM_FINAL, point, position) + result.value(LensMetric.LOGIT, point, position)
                        + (position == last ? 0 : result.value(LensMetric.SURPRISAL, point, position));
            }
        }
        return sum;
    }

    private static double alone(LogitLens lens, Measured measured, int[] ids, Hooks hooks) {
        LensOptions options = measured.metric.kind() == SweepMetric.Kind.RESULT
                ? measured.metric.reading()
                : LensOptions.defaults().positions(Positions.last()).track(TokenRef.of(TOKEN)).track(TokenRef.of(OTHER));
        return measured.alone.applyAsDouble(lens.run(ids, options, hooks));
    }

    private static void assertSame(double expected, double actual, String what) {
        assertTrue(Bits.same(expected, actual), () -> what + ": expected " + expected + ", got " + actual);
    }

    private static void compare(LogitLens lens, Measured measured, Sweep sweep, int[] changed, List<Prompt> from) {
        for (SweepGrid grid : sweep.grids()) {
            for (SweepCell cell : grid.cells()) {
                double expected = alone(lens, measured, changed, Hooks.of(Edits.parse(cell.edit(), from)));
                assertSame(expected, cell.value(), measured.metric + ", " + cell.edit());
                assertEquals(cell, grid.cell(cell.row(), cell.column()));
            }
        }
    }

    @Test
    void eachCellIsItsRunAloneBitForBit() {
        int[][] pair = pair(6);
        try (LogitLens lens = open()) {
            for (Measured measured : Measured.all()) {
                for (PatchDirection direction : PatchDirection.values()) {
                    SweepOptions options = SweepOptions.of(measured.metric).sites(ALL).direction(direction);
                    Sweep sweep = lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]), options);
                    int from = direction == PatchDirection.DENOISE ? 0 : 1;
                    compare(lens, measured, sweep, pair[1 - from], List.of(Prompt.ids(pair[from])));
                    assertSame(alone(lens, measured, pair[0], Hooks.none()), sweep.cleanValue(), "clean");
                    assertSame(alone(lens, measured, pair[1], Hooks.none()), sweep.corruptedValue().orElseThrow(), "corrupted");
                }
                SweepOptions options = SweepOptions.of(measured.metric).sites(SweepSite.HEAD, SweepSite.ATTN_OUT, SweepSite.MLP_OUT);
                compare(lens, measured, lens.ablate(Prompt.ids(pair[0]), options), pair[0], List.of());
            }
        }
    }

    /// There are more cells than are unembedded together.
    @Test
    void aLongPromptsCellsBeginBehindBlocksOfKeys() {
        int[][] pair = pair(83);
        Measured measured = Measured.all().get(1);
        try (LogitLens lens = open()) {
            SweepOptions options = SweepOptions.of(measured.metric)
                    .sites(SweepSite.ATTN_OUT, SweepSite.RESID_PRE, SweepSite.HEAD_POSITION);
            Sweep sweep = lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]), options);
            for (int row = 0; row < 3; row++) {
                for (int column : new int[] {2, 5, 62, 65, 68, 80, 82}) {
                    for (SweepGrid grid : sweep.grids()) {
                        SweepCell cell = grid.cell(row, column);
                        assertSame(alone(lens, measured, pair[1],
                                Hooks.of(Edits.parse(cell.edit(), List.of(Prompt.ids(pair[0]))))), cell.value(), cell.edit());
                    }
                }
            }
        }
    }

    @Test
    void threadsKernelsAndBatchesChangeNoBit() {
        int[][] pair = pair(9);
        List<SweepMetric> metrics = new ArrayList<>(Measured.all().stream().map(Measured::metric).toList());
        metrics.add(SweepMetric.kl());
        Map<SweepMetric, Sweep> expected = new LinkedHashMap<>();
        for (int[] way : new int[][] {{1, 0, 512}, {3, 1, 1}, {1, 1, 7}, {2, 0, 40}, {2, 1, 4096}}) {
            try (LogitLens lens = open(way[0], way[1] == 0 ? Compute.Kernels.SCALAR : Compute.Kernels.VECTOR)) {
                for (SweepMetric metric : metrics) {
                    Sweep sweep = lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]), SweepOptions.of(metric).sites(ALL)
                            .batch(BatchOptions.defaults().rows(way[2]).memory(way[2] == 7 ? 1 : 1L << 26)));
                    Sweep first = expected.computeIfAbsent(metric, key -> sweep);
                    for (int g = 0; g < sweep.grids().size(); g++) {
                        assertEquals(first.grids().get(g).cells(), sweep.grids().get(g).cells(), () -> metric + " by " + Arrays.toString(way));
                    }
                }
            }
        }
    }

    @Test
    void divergenceIsFromTheCleanPrediction() {
        int[][] pair = pair(6);
        try (LogitLens lens = open()) {
            Sweep sweep = lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]),
                    SweepOptions.of(SweepMetric.kl()).sites(SweepSite.RESID_PRE, SweepSite.HEAD));
            assertEquals(0, sweep.cleanValue());
            double[] clean = logProbabilities(lens, pair[0], Hooks.none());
            for (SweepGrid grid : sweep.grids()) {
                for (SweepCell cell : grid.cells()) {
                    double[] changed = logProbabilities(lens, pair[1],
                            Hooks.of(lens.prepare(Edits.parse(cell.edit(), List.of(Prompt.ids(pair[0]))), LensOptions.defaults())));
                    double kl = 0;
                    for (int i = 0; i < clean.length; i++) {
                        kl += Math.exp(clean[i]) * (clean[i] - changed[i]);
                    }
                    assertEquals(kl, cell.value(), 1e-5 * (1 + kl), cell.edit());
                    assertEquals(1 - cell.value() / sweep.corruptedValue().orElseThrow(), cell.normalized(), 1e-9);
                }
            }
        }
    }

    private static double[] logProbabilities(LogitLens lens, int[] ids, Hooks hooks) {
        float[] residual = lens.model().run(ids, hooks);
        float[] logits = lens.model().unembedding()
                .logits(Arrays.copyOfRange(residual, residual.length - MODEL.dModel(), residual.length));
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        double[] all = new double[logits.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = logits[i] - Math.log(sum);
        }
        return all;
    }

    /// Of what PyTorch loses in float32 on the same fixture.
    private static final double BUDGET = 4;

    @ParameterizedTest
    @ValueSource(strings = {"tiny-odd", "tiny-options"})
    void valuesAreTheOracles(String name) {
        Golden golden = Golden.fromLayers(name);
        try (LogitLens lens = LogitLens.open(Golden.folder(name), OpenOptions.defaults().idsOnly(true))) {
            SweepOptions options = SweepOptions.of(SweepMetric.logitDifference(
                    TokenRef.of(golden.entry("token").intValue()), TokenRef.of(golden.entry("other").intValue())));
            Prompt clean = Prompt.ids(golden.ints("clean"));
            Prompt corrupted = Prompt.ids(golden.ints("corrupted"));
            double worst = 0;
            for (PatchDirection direction : PatchDirection.values()) {
                Sweep sweep = lens.sweep(clean, corrupted, options.direction(direction));
                for (SweepGrid grid : sweep.grids()) {
                    worst = Math.max(worst, compare(golden, direction.key() + "." + grid.site().key(), grid.cells()));
                }
                assertEquals(golden.tensor("values")[0], sweep.cleanValue(), BUDGET * error(golden, "values"));
                assertEquals(golden.tensor("values")[1], sweep.corruptedValue().orElseThrow(), BUDGET * error(golden, "values"));
            }
            Sweep ablation = lens.ablate(clean, options.sites(SweepSite.HEAD, SweepSite.MLP_OUT, SweepSite.ATTN_OUT));
            for (SweepGrid grid : ablation.grids()) {
                worst = Math.max(worst, compare(golden, "zero." + grid.site().key(), grid.cells()));
            }
            System.out.printf(Locale.ROOT, "SweepTest, %s: %.2f of what PyTorch loses%n", name, worst);
        }
    }

    private static double error(Golden golden, String tensor) {
        return golden.entry("float32_error", tensor).doubleValue();
    }

    /// The worst error, in PyTorch's.
    private static double compare(Golden golden, String tensor, List<SweepCell> cells) {
        double[] expected = golden.tensor(tensor);
        assertEquals(expected.length, cells.size(), tensor);
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(expected[i] - cells.get(i).value()) / error(golden, tensor));
            assertEquals(expected[i], cells.get(i).value(), BUDGET * error(golden, tensor), tensor + ", " + cells.get(i).edit());
        }
        return worst;
    }

    @Test
    void allOfALayersResidualAtTheLastChangedPositionBringsTheAnswerBack() {
        int[] clean = {5, 6, 7, 8, 9};
        int[] corrupted = {5, 6, 70, 8, 9};
        try (LogitLens lens = open()) {
            SweepMetric metric = SweepMetric.logit(TokenRef.of(TOKEN));
            Sweep sweep = lens.sweep(Prompt.ids(clean), Prompt.ids(corrupted), SweepOptions.of(metric).sites(SweepSite.RESID_PRE));
            SweepGrid grid = sweep.grids().getFirst();
            assertSame(sweep.cleanValue(), grid.value(0, 2), "the one token that differs");
            assertEquals(1, grid.normalized(0, 2));
            assertEquals(0, grid.normalized(2, 0), "where both prompts are the same");
            assertSame(sweep.corruptedValue().orElseThrow(), grid.value(2, 1), "where both prompts are the same");
            assertEquals(grid.value(1, 2) - sweep.unchangedValue(), grid.cell(1, 2).effect());
            Sweep same = lens.sweep(Prompt.ids(clean), Prompt.ids(clean), SweepOptions.of(metric).sites(ALL));
            same.grids().forEach(each -> each.cells().forEach(cell -> assertSame(same.cleanValue(), cell.value(), cell.edit())));
            assertTrue(same.notes().getFirst().startsWith("the metric is the same for both prompts"), same.notes().toString());
        }
    }

    @Test
    void gridsSayWhatTheyShow() {
        int[][] pair = pair(5);
        try (LogitLens lens = open()) {
            Sweep sweep = lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]),
                    SweepOptions.of(SweepMetric.logitDifference(TokenRef.of(TOKEN), TokenRef.of(OTHER))).sites(ALL));
            assertEquals("[SweepGrid[resid_pre: 3 × 5, layer × position], SweepGrid[attn_out: 3 × 5, layer × position],"
                    + " SweepGrid[mlp_out: 3 × 5, layer × position], SweepGrid[head: 3 × 3, layer × head],"
                    + " SweepGrid[head_position: 9 × 5, head × position]]", sweep.grids().toString());
            assertEquals("patch:L1.resid_pre@3", sweep.grid(SweepSite.RESID_PRE).cell(1, 3).edit());
            assertEquals("patch:L2H1", sweep.grid(SweepSite.HEAD).cell(2, 1).edit());
            assertEquals("patch:L2H1@4", sweep.grid(SweepSite.HEAD_POSITION).cell(7, 4).edit());
            assertEquals("L2H1", sweep.grid(SweepSite.HEAD_POSITION).rowLabels().get(7));
            assertEquals("logitDifference", sweep.options().metric().key());
            assertFalse(sweep.isAblation());
            List<SweepCell> strongest = sweep.strongest();
            for (int i = 1; i < strongest.size(); i++) {
                assertTrue(Math.abs(strongest.get(i - 1).effect()) >= Math.abs(strongest.get(i).effect()), strongest.get(i).toString());
            }
            Sweep ablation = lens.ablate(Prompt.ids(pair[0]), SweepOptions.of(SweepMetric.logit(TokenRef.of(TOKEN))));
            assertTrue(ablation.isAblation());
            assertEquals("[SweepGrid[mlp_out: 3 × 1, layer × all], SweepGrid[head: 3 × 3, layer × head]]", ablation.grids().toString());
            assertEquals("zero:L1.mlp_out", ablation.grid(SweepSite.MLP_OUT).cell(1, 0).edit());
            SweepCell cell = ablation.grid(SweepSite.HEAD).cell(0, 1);
            assertEquals(cell.value() / ablation.cleanValue(), cell.normalized());
        }
    }

    @Test
    void progressGrowsToOneAndAnInterruptEndsIt() {
        int[][] pair = pair(6);
        try (LogitLens lens = open()) {
            List<Double> seen = new ArrayList<>();
            SweepOptions options = SweepOptions.of(SweepMetric.logit(TokenRef.of(TOKEN))).batch(BatchOptions.defaults().rows(8));
            lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]), options.progress(seen::add));
            assertTrue(seen.size() > 5, seen.toString());
            assertEquals(seen.stream().sorted().toList(), seen);
            assertEquals(1, seen.getLast());
            List<Double> before = new ArrayList<>();
            assertThrows(RunCancelledException.class, () -> lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]), options.progress(done -> {
                before.add(done);
                Thread.currentThread().interrupt();
            })));
            assertTrue(Thread.interrupted(), "the flag stays set");
            assertEquals(1, before.size());
        }
    }

    @Test
    void everyCellIsHeardOnceAsItIsInTheEnd() {
        int[][] pair = pair(7);
        try (LogitLens lens = open()) {
            for (Measured measured : Measured.all()) {
                List<SweepCell> heard = new ArrayList<>();
                List<Integer> byThen = new ArrayList<>();
                SweepOptions options = SweepOptions.of(measured.metric()).sites(ALL).batch(BatchOptions.defaults().rows(8))
                        .progress(done -> byThen.add(heard.size()));
                Sweep sweep = lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]), options.cells(heard::add));
                assertTrue(byThen.getFirst() > 0 && byThen.getFirst() < heard.size(), "some are heard before all are read: " + byThen);
                List<SweepCell> all = sweep.grids().stream().flatMap(grid -> grid.cells().stream()).toList();
                assertEquals(all.size(), heard.size());
                assertEquals(new HashSet<>(all), new HashSet<>(heard));
                assertEquals(sweep.grids().stream().map(SweepGrid::cells).toList(),
                        lens.sweep(Prompt.ids(pair[0]), Prompt.ids(pair[1]), options).grids().stream().map(SweepGrid::cells).toList(),
                        "the same bits where nobody hears");
            }
        }
    }

    @Test
    void aMetricHasItsNameInCommands() {
        TokenRef token = TokenRef.of(TOKEN);
        assertEquals("logit", SweepMetric.named("logit", Optional.of(token), Optional.empty()).key());
        assertEquals("logitDifference", SweepMetric.named("logit", Optional.of(token), Optional.of(TokenRef.of(OTHER))).key());
        assertEquals(List.of(token), SweepMetric.named("rank", Optional.of(token), Optional.empty()).tokens());
        assertEquals("probability", SweepMetric.named("probability", Optional.of(token), Optional.empty()).key());
        assertEquals("kl", SweepMetric.named("kl", Optional.empty(), Optional.empty()).key());
        refused("metric: expected logit, probability, rank or kl, got \"x\"", () -> SweepMetric.named("x", Optional.of(token), Optional.empty()));
        refused("token: expected one with the metric rank, got none", () -> SweepMetric.named("rank", Optional.empty(), Optional.empty()));
        refused("token: expected none with the metric kl, got \"id:17\"", () -> SweepMetric.named("kl", Optional.of(token), Optional.empty()));
        refused("versus: expected the metric logit with it, got rank", () -> SweepMetric.named("rank", Optional.of(token), Optional.of(token)));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (LogitLens lens = open()) {
            SweepOptions options = SweepOptions.of(SweepMetric.logit(TokenRef.of(TOKEN)));
            refused("corrupted prompt: expected 3 tokens, as many as the clean one has, got 4",
                    () -> lens.sweep(Prompt.ids(1, 2, 3), Prompt.ids(1, 2, 3, 4), options));
            refused("prompt: expected at least one token, got none", () -> lens.sweep(Prompt.ids(), Prompt.ids(), options));
            refused("token at position 1: expected an id from 0 to 299 (vocabulary of model 'model'), got 300",
                    () -> lens.sweep(Prompt.ids(1, 2), Prompt.ids(1, 300), options));
            refused("token: expected an id from 0 to 299 (vocabulary of model 'model'), got 300", () -> lens.sweep(
                    Prompt.ids(1), Prompt.ids(2), SweepOptions.of(SweepMetric.logit(TokenRef.of(300)))));
            refused("sites: expected head, attn_out or mlp_out for an ablation, got resid_pre",
                    () -> lens.ablate(Prompt.ids(1), options.sites(SweepSite.RESID_PRE)));
            refused("sweep: expected one of [head], got mlp_out", () -> lens.ablate(Prompt.ids(1), options.sites(SweepSite.HEAD))
                    .grid(SweepSite.MLP_OUT));
            refused("sites: expected resid_pre, attn_out, mlp_out, head, head_position, got \"z\"", () -> SweepSite.named("z"));
            refused("direction: expected denoise or noise, got \"up\"", () -> PatchDirection.named("up"));
            assertThrows(IndexOutOfBoundsException.class, () -> lens.ablate(Prompt.ids(1), options).grids().getFirst().cell(3, 0));
        }
    }

    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
