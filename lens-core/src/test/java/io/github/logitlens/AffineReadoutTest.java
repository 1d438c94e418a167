package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Lenses that map residuals before they are read: their numbers against the float64 oracle, their bits against the logit lens's,
/// what they refuse and what they say.
class AffineReadoutTest {

    /// Of what PyTorch loses in float32 on the same fixture; the worst seen is a third of that.
    private static final double BUDGET = 3;

    private static LogitLens lens;
    private static Golden golden;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() {
        lens = LogitLens.open(Golden.folder("tiny-odd"));
        golden = Golden.lenses();
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static Path file(String name) {
        return Golden.folder("lenses").resolve(name);
    }

    private static int dModel() {
        return lens.model().config().dModel();
    }

    private static LensOptions everything() {
        return LensOptions.defaults().topK(lens.model().config().vocabSize());
    }

    private static LensResult run(Readout readout, LensOptions options) {
        return lens.run(golden.ids(), options.readout(readout), Hooks.none());
    }

    private static float[] logits(LensResult result, LensPoint point, int position) {
        float[] logits = new float[result.config().vocabSize()];
        result.top(point, position).forEach(prediction -> logits[prediction.id()] = prediction.logit());
        return logits;
    }

    private static void assertSameLogits(LensResult expected, LensResult actual, Supplier<String> what) {
        for (LensPoint point : expected.points()) {
            for (int position : expected.positions()) {
                Bits.assertSame(logits(expected, point, position), logits(actual, point, position),
                        () -> what.get() + " at " + point + ", position " + position);
            }
        }
    }

    // What authors publish.

    @ParameterizedTest
    @CsvSource({"tuned, tuned", "jacobian.pt, jacobian", "parts, parts"})
    void aPublishedLensReadsWhatTheOracleReads(String name, String key) {
        int[] positions = golden.ints("positions");
        LensResult result = run(Readout.open(file(name)), everything().positions(Positions.of(positions)));
        double[] expected = golden.tensor(key + ".logits");
        double budget = BUDGET * golden.entry(key + "_float32_error", "logits").doubleValue();
        double worst = 0;
        int vocabSize = result.config().vocabSize();
        assertEquals(result.points().size() * positions.length * vocabSize, expected.length);
        for (int row = 0; row < result.points().size(); row++) {
            for (int i = 0; i < positions.length; i++) {
                float[] logits = logits(result, result.points().get(row), positions[i]);
                for (int id = 0; id < vocabSize; id++) {
                    double error = Math.abs(logits[id] - expected[(row * positions.length + i) * vocabSize + id]);
                    String where = key + " at " + result.points().get(row) + ", position " + positions[i] + ", id " + id;
                    assertTrue(error <= budget, () -> where + ": expected an error of at most " + budget + ", got " + error);
                    worst = Math.max(worst, error / budget);
                }
            }
        }
        System.out.printf(Locale.ROOT, "AffineReadoutTest %s: worst error %.2f of the budget%n", key, worst);
    }

    @ParameterizedTest
    @CsvSource({"tuned, tuned.directions", "jacobian.pt, jacobian.directions"})
    void directionsAreRowsOfTheUnembeddingTimesTheMatrix(String name, String tensor) {
        AffineReadout readout = Readout.open(file(name));
        int vocabSize = lens.model().config().vocabSize();
        double[] expected = golden.tensor(tensor);
        for (int i = 0; i < readout.places().size(); i++) {
            for (int token : new int[] {0, 77, vocabSize - 1}) {
                float[] direction = readout.direction(lens.model(), readout.places().get(i), token);
                for (int k = 0; k < direction.length; k++) {
                    assertEquals(expected[(i * vocabSize + token) * dModel() + k], direction[k], 1e-6 * (1 + Math.abs(direction[k])));
                }
            }
        }
    }

    @Test
    void aDirectionWithoutAMapIsTheTokensOwn() {
        HookPoint last = HookSite.RESID_POST.at(2);
        float[] own = lens.model().unembedding().direction(5);
        Bits.assertSame(own, Readout.open(file("jacobian.pt")).direction(lens.model(), last, 5), () -> "J of the last point");
        Bits.assertSame(own, Readout.logit().direction(lens.model(), last, 5), () -> "logit lens");
        assertEquals("place of a lens: expected a block from 0 to 2, got blocks.3.hook_resid_post",
                assertThrows(IllegalArgumentException.class,
                        () -> Readout.logit().direction(lens.model(), HookSite.RESID_POST.at(3), 5)).getMessage());
        assertEquals("place of a lens: expected hook_resid_pre, hook_resid_mid or hook_resid_post of a block, got"
                + " blocks.0.hook_mlp_out", assertThrows(IllegalArgumentException.class,
                        () -> Readout.logit().direction(lens.model(), HookSite.MLP_OUT.at(0), 5)).getMessage());
    }

    // Bits.

    private static float[] identity(float value) {
        float[] matrix = new float[dModel() * dModel()];
        for (int i = 0; i < dModel(); i++) {
            matrix[i * dModel() + i] = value;
        }
        return matrix;
    }

    private static AffineReadout unchanged(String kind) {
        AffineReadout.Builder builder = switch (kind) {
            case "tuned" -> AffineReadout.tuned(lens.model()).at(HookSite.RESID_PRE.at(0), identity(0));
            case "jacobian" -> AffineReadout.jacobian(lens.model());
            default -> AffineReadout.affine(lens.model()).at(HookSite.RESID_PRE.at(0), identity(1))
                    .at(HookSite.RESID_MID.at(1), identity(1));
        };
        return builder.at(HookSite.RESID_POST.at(0), identity(kind.equals("tuned") ? 0 : 1))
                .at(HookSite.RESID_POST.at(1), identity(kind.equals("tuned") ? 0 : 1)).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tuned", "jacobian", "affine"})
    void theIdentityIsTheLogitLensBitForBit(String kind) {
        LensOptions options = everything().points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);
        assertSameLogits(run(Readout.logit(), options), run(unchanged(kind), options), () -> kind);
    }

    private static float[] random(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static AffineReadout random(HookPoint... places) {
        AffineReadout.Builder builder = AffineReadout.affine(lens.model());
        for (HookPoint place : places) {
            builder.at(place, random(dModel() * dModel(), place.hashCode()), random(dModel(), 1));
        }
        return builder.build();
    }

    @ParameterizedTest
    @EnumSource(LayerNormMode.class)
    void theLastPointIsTheModelsOutputAndPlacesWithoutAMapAreTheLogitLens(LayerNormMode mode) {
        LensOptions options = everything().points(PointKind.values()).layerNorm(mode);
        LensResult plain = run(Readout.logit(), options);
        LensResult mapped = run(random(HookSite.RESID_POST.at(0)), options);
        int changed = 0;
        for (LensPoint point : plain.points()) {
            boolean same = Arrays.equals(logits(plain, point, 7), logits(mapped, point, 7));
            boolean expected = point.kind().isResidual()
                    && List.of("blocks.0.hook_resid_post", "blocks.1.hook_resid_pre").contains(point.name());
            assertEquals(expected, !same, point.name());
            assertEquals(expected, mapped.options().readout().maps(point), point.name());
            changed += same ? 0 : 1;
        }
        assertEquals(2, changed);
        assertEquals(0.0, mapped.reading(mapped.finalPoint(), 7).klToFinal());
    }

    @Test
    void threadsKernelsAndPartsOfARunChangeNoBit() {
        TinyModel model = new TinyModel(3, 2, 70, 50, 300, 40, 5);
        Path folder = model.write(directory.resolve("model"));
        int[] ids = model.ids(37);
        LensResult expected = null;
        for (Compute.Kernels kernels : List.of(Compute.Kernels.SCALAR, Compute.Kernels.VECTOR)) {
            for (int threads : new int[] {1, 3}) {
                OpenOptions options = OpenOptions.defaults().compute(Compute.defaults().threads(threads).kernels(kernels));
                try (LogitLens other = LogitLens.open(folder, options)) {
                    AffineReadout readout = AffineReadout.tuned(other.model())
                            .at(HookSite.RESID_POST.at(0), random(70 * 70, 1), random(70, 2)).build();
                    LensOptions reading = LensOptions.defaults().topK(300).readout(readout);
                    LensResult result = other.run(ids, reading, Hooks.none());
                    expected = expected == null ? result : expected;
                    assertSameLogits(expected, result, () -> kernels + ", " + threads + " threads");
                    LensResult whole = result;
                    other.run(ids, reading, Hooks.none(), 5,
                            part -> assertSameLogits(part, whole, () -> kernels + ", positions " + part.positions()));
                }
            }
        }
    }

    @Test
    void aStoppedRunMapsItsLastPoint() {
        AffineReadout readout = random(HookSite.RESID_POST.at(1));
        LensResult whole = run(readout, everything());
        LensResult stopped = run(readout, everything().stopAfter(1));
        LensPoint point = stopped.points().getLast();
        assertEquals("blocks.1.hook_resid_post", point.name());
        Bits.assertSame(logits(whole, point, 3), logits(stopped, point, 3), () -> "layer 1");
    }

    // What is said.

    @Test
    void notesNameThePointsThatHaveNoMap() {
        AffineReadout readout = random(HookSite.RESID_POST.at(0), HookSite.RESID_POST.at(1));
        assertEquals(List.of("the affine lens has no map for, and leaves as the logit lens reads it: Embedding"),
                run(readout, everything()).notes());
        assertEquals(List.of(), run(readout, everything().points(PointKind.RESID_POST)).notes());
        assertEquals("the affine lens has no map for, and leaves as the logit lens reads it: Embedding, L0H0, L0H1, L0H2, L1H0,"
                + " L1H1, L1H2, L2H0 and 2 more",
                run(readout, everything().points(PointKind.EMBED, PointKind.HEAD)).notes().getFirst());
        assertEquals(List.of(), run(Readout.logit(), everything().points(PointKind.values())).notes());
    }

    @Test
    void aMissingHashIsNotedAndOneThatIsThereIsNot() {
        String note = "the jacobian lens does not say which unembedding it was made for (unembed_hash): only its width and layers"
                + " were compared with the model's";
        assertTrue(run(Readout.open(file("jacobian.pt")), everything()).notes().contains(note));
        assertEquals(List.of(), run(Readout.open(file("tuned")), everything()).notes());
    }

    @Test
    void provenanceNamesTheLensAndItsFilesHash() throws Exception {
        Provenance provenance = run(Readout.open(file("tuned")), everything()).provenance();
        assertEquals("tuned", provenance.lens());
        byte[] sha256 = MessageDigest.getInstance("SHA-256")
                .digest(Files.readAllBytes(file("tuned/params.pt")));
        assertEquals(HexFormat.of().formatHex(sha256), provenance.lensSha256().orElseThrow());
    }

    // What is refused.

    private static String refused(Readout readout, LogitLens other) {
        ReadoutException e = assertThrows(ReadoutException.class,
                () -> other.run(new int[] {1}, LensOptions.defaults().readout(readout), Hooks.none()));
        assertEquals(ReadoutException.Reason.OTHER_MODEL, e.reason());
        return e.getMessage();
    }

    @Test
    void anotherModelsLensIsRefusedWithBothValues() {
        Path tuned = file("tuned");
        try (LogitLens other = LogitLens.open(Golden.folder("tiny-a"))) {
            assertEquals("lens " + tuned + ": expected dModel 16 (model 'tiny-a'), got 21", refused(Readout.open(tuned), other));
        }
        TinyModel model = new TinyModel(2, 3, 21, 40, 131, 20, 5);
        try (LogitLens other = LogitLens.open(model.write(directory.resolve("two")))) {
            assertEquals("lens " + tuned + ": expected 2 layers (model 'two'), got 3", refused(Readout.open(tuned), other));
            Path jacobian = file("jacobian.pt");
            assertEquals("lens " + jacobian + ": expected maps for layers up to 0 (model 'two'), got 1",
                    refused(Readout.open(jacobian), other));
            assertEquals("lens " + file("parts") + ": expected 2 layers (model 'two'), got 3",
                    refused(Readout.open(file("parts")), other));
        }
        try (LogitLens other = LogitLens.open(new TinyModel(3, 3, 21, 40, 131, 20, 5).write(directory.resolve("three")))) {
            assertEquals("lens " + tuned + ": expected an unembedding with hash "
                    + UnembeddingHash.of(other.model().unembedding()) + " (model 'three'), got "
                    + golden.entry("unembed_hash", "tiny-odd").textValue(), refused(Readout.open(tuned), other));
            assertFalse(other.run(new int[] {1}, LensOptions.defaults().readout(Readout.open(file("parts"))), Hooks.none())
                    .notes().isEmpty());
        }
    }

    private static String mistake(Supplier<?> call) {
        return assertThrows(IllegalArgumentException.class, call::get).getMessage();
    }

    @Test
    void arraysThatAreNoLensAreRefused() {
        AffineReadout.Builder affine = AffineReadout.affine(lens.model());
        AffineReadout.Builder jacobian = AffineReadout.jacobian(lens.model());
        HookPoint place = HookSite.RESID_POST.at(0);
        assertEquals("matrix at blocks.0.hook_resid_post: expected 21 × 21 values (dModel), got 21",
                mistake(() -> affine.at(place, new float[21])));
        assertEquals("bias at blocks.0.hook_resid_post: expected 21 values (dModel), got 20",
                mistake(() -> affine.at(place, identity(1), new float[20])));
        assertEquals("bias at blocks.0.hook_resid_post: expected none in a Jacobian lens, got 0.5",
                mistake(() -> jacobian.at(place, identity(1), filled(0.5f))));
        assertEquals("map at blocks.2.hook_resid_post: expected a place before the last, which is the model's own output with every"
                + " lens", mistake(() -> affine.at(HookSite.RESID_POST.at(2), identity(1))));
        assertEquals("map at blocks.0.hook_resid_pre: expected a place after a block for a jacobian lens",
                mistake(() -> jacobian.at(HookSite.RESID_PRE.at(0), identity(1))));
        assertEquals("map at blocks.1.hook_resid_mid: expected a place after a block or the embedding for a tuned lens",
                mistake(() -> AffineReadout.tuned(lens.model()).at(HookSite.RESID_MID.at(1), identity(1))));
        affine.at(place, identity(1));
        assertEquals("map at blocks.0.hook_resid_post: expected one, got two",
                mistake(() -> affine.at(HookSite.RESID_PRE.at(1), identity(1))));
        assertEquals("lens: expected a map at one place at least, got none", mistake(jacobian::build));
    }

    private static float[] filled(float value) {
        float[] values = new float[dModel()];
        Arrays.fill(values, value);
        return values;
    }

    // Files of our own.

    @Test
    void aWrittenLensReadsTheSameBits() {
        AffineReadout own = random(HookSite.RESID_PRE.at(0), HookSite.RESID_MID.at(1), HookSite.RESID_POST.at(1));
        assertWrittenIsTheSame(own, "affine");
        assertWrittenIsTheSame(Readout.open(file("tuned")), "tuned");
        assertWrittenIsTheSame(Readout.open(file("parts")), "jacobian");
    }

    private void assertWrittenIsTheSame(AffineReadout readout, String kind) {
        Path file = directory.resolve(kind + ".safetensors");
        readout.write(file);
        AffineReadout again = Readout.open(file);
        LensOptions options = everything().points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);
        assertEquals(kind, again.kind());
        assertEquals(readout.places(), again.places());
        assertSameLogits(run(readout, options), run(again, options), () -> kind);
        assertEquals(run(readout, options).notes(), run(again, options).notes());
    }

    @Test
    void lensesAreEqualByTheirWeights() {
        AffineReadout one = random(HookSite.RESID_POST.at(0));
        assertEquals(one, random(HookSite.RESID_POST.at(0)));
        assertEquals(one.hashCode(), random(HookSite.RESID_POST.at(0)).hashCode());
        assertFalse(one.equals(random(HookSite.RESID_POST.at(1))));
        assertEquals("affine " + one.sha256().orElseThrow().substring(0, 12), one.toString());
    }

    // The bundled lens.

    @Test
    void theBundledModelHasATunedLensOfItsOwn() {
        AffineReadout tuned = Readout.tuned();
        assertEquals("tuned", tuned.kind());
        assertEquals(8, tuned.places().size());
        assertEquals("lens demo/tuned_lens.safetensors: expected dModel 21 (model 'tiny-odd'), got 128", refused(tuned, lens));
    }
}
