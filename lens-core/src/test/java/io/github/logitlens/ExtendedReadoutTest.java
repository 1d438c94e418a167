package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Compute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The lens that leaves the last blocks in: the oracle's numbers, and the bits of whole runs into which a point's residuals are put.
class ExtendedReadoutTest {

    /// Of what PyTorch loses in float32 on the same fixture.
    private static final double BUDGET = 4;
    private static final int[] IDS = Golden.fromLayers("tiny-odd").ints("clean");

    private static LogitLens open(String name) {
        return LogitLens.open(Golden.folder(name), OpenOptions.defaults().idsOnly(true));
    }

    private static float[] logits(LensResult result, LensPoint point, int position) {
        float[] logits = new float[result.config().vocabSize()];
        result.top(point, position).forEach(prediction -> logits[prediction.id()] = prediction.logit());
        return logits;
    }

    private static LensOptions whole(LogitLens lens, int blocks) {
        return LensOptions.defaults().topK(lens.model().config().vocabSize()).readout(Readout.extended(blocks));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-odd", "tiny-options"})
    void logitsAreTheOracles(String name) {
        Golden golden = Golden.fromLayers(name);
        int[] positions = golden.ints("positions");
        double worst = 0;
        try (LogitLens lens = open(name)) {
            int vocabSize = lens.model().config().vocabSize();
            for (int blocks = 1; blocks <= lens.model().config().nLayers(); blocks++) {
                String tensor = "extended." + blocks + ".logits";
                double error = golden.entry("float32_error", tensor).doubleValue();
                LensResult result = lens.run(golden.ints("clean"), whole(lens, blocks));
                for (int point = 0; point < result.points().size(); point++) {
                    for (int i = 0; i < positions.length; i++) {
                        float[] actual = logits(result, result.points().get(point), positions[i]);
                        for (int id = 0; id < vocabSize; id++) {
                            double expected = golden.tensor(tensor)[(point * positions.length + i) * vocabSize + id];
                            worst = Math.max(worst, Math.abs(expected - actual[id]) / error);
                            assertEquals(expected, actual[id], BUDGET * error, tensor);
                        }
                    }
                }
            }
        }
        System.out.printf(Locale.ROOT, "ExtendedReadoutTest, %s: %.2f of what PyTorch loses%n", name, worst);
    }

    @Test
    void aReadingHasTheBitsOfAWholeRunWithThePointsResidualsBeforeTheLastBlocks() {
        try (LogitLens lens = open("tiny-odd")) {
            ActivationCache residuals = ActivationCache.where(point -> point.site() == HookSite.RESID_POST
                    || point.site() == HookSite.RESID_PRE || point.site() == HookSite.RESID_MID);
            lens.model().run(IDS, residuals.hooks());
            LensOptions options = whole(lens, 1).points(PointKind.EMBED, PointKind.RESID_PRE, PointKind.RESID_MID, PointKind.RESID_POST);
            LensResult result = lens.run(IDS, options);
            LensResult plain = lens.run(IDS, options.readout(Readout.logit()));
            for (LensPoint point : result.points()) {
                boolean past = point.hook().layer() == 2 && point.hook().site() != HookSite.RESID_PRE;
                float[] rows = residuals.get(point.hook()).toArray();
                LensResult alone = past ? plain : lens.run(IDS, options.readout(Readout.logit()),
                        Hooks.none().edit(HookSite.RESID_PRE.at(2), (place, activation) -> activation.write(0, rows, 0, rows.length)));
                for (int position = 0; position < IDS.length; position++) {
                    String what = point + " at " + position;
                    Bits.assertSame(logits(alone, alone.finalPoint(), position), logits(result, point, position), () -> what);
                }
            }
            assertNotEquals(logits(plain, plain.points().getFirst(), 5)[3], logits(result, result.points().getFirst(), 5)[3]);
            assertEquals("the extended:1 lens shows the model's own output, which the blocks that are left lead to, at: Layer 2 mid",
                    result.notes().getLast());
            assertEquals("extended:1", result.provenance().lens());
        }
    }

    @Test
    void positionsBatchesAndPartsChangeNoBit() {
        try (LogitLens lens = open("tiny-odd");
                LogitLens other = LogitLens.open(Golden.folder("tiny-odd"), OpenOptions.defaults().idsOnly(true)
                        .compute(Compute.defaults().threads(3).kernels(Compute.Kernels.SCALAR)))) {
            LensResult all = lens.run(IDS, whole(lens, 2));
            List<LensResult> results = new ArrayList<>();
            results.add(lens.run(IDS, whole(lens, 2).positions(Positions.last())));
            results.add(other.run(IDS, whole(lens, 2)));
            int[] start = Arrays.copyOf(IDS, 5);
            List<Outcome> batch = lens.runAll(List.of(Prompt.ids(start), Prompt.ids(IDS), Prompt.ids(7)), whole(lens, 2));
            results.add(batch.get(0).result());
            results.add(batch.get(1).result());
            lens.run(IDS, whole(lens, 2), Hooks.none(), 4, results::add);
            for (LensResult result : results) {
                for (LensPoint point : all.points()) {
                    for (int position : result.positions()) {
                        Bits.assertSame(logits(all, point, position), logits(result, point, position), () -> point + " at " + position);
                    }
                }
            }
        }
    }

    @Test
    void whatItCannotDoIsRefused() {
        assertEquals("extended lens: expected at least 1 block, got 0",
                assertThrows(IllegalArgumentException.class, () -> Readout.extended(0)).getMessage());
        try (LogitLens lens = open("tiny-odd")) {
            assertEquals(Readout.extended(2), lens.readout("extended:2"));
            assertEquals("lens extended:4: expected at most 3 blocks (model 'tiny-odd'), got 4",
                    assertThrows(ReadoutException.class, () -> lens.readout("extended:4")).getMessage());
            assertThrows(ReadoutException.class, () -> lens.run(IDS, whole(lens, 4)));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> lens.generate(Prompt.ids(IDS),
                    GenerationOptions.defaults().lens(whole(lens, 1)))).getMessage().startsWith(
                            "lens extended:1: expected a lens that maps single rows beside a text that is written"));
            assertThrows(IllegalArgumentException.class, () -> lens.ablate(Prompt.ids(IDS),
                    SweepOptions.of(SweepMetric.of("x", whole(lens, 1), result -> 0))));
            assertThrows(IllegalArgumentException.class,
                    () -> Readout.extended(1).direction(lens.model(), HookSite.RESID_POST.at(0), 3));
        }
    }
}
