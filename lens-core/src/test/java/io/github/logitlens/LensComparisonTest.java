package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.EditableActivation;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Comparisons, and what a change can reach. The distances' values are in [EditGoldenTest]. The model has 3 layers, 3 heads.
class LensComparisonTest {

    private static final int[] IDS = Golden.read("tiny-odd").ids();
    private static final LensOptions ALL = LensOptions.defaults().topK(2).track(TokenRef.of(7)).points(PointKind.values())
            .keepResiduals(true);

    private static LogitLens lens;
    private static LensResult clean;

    @BeforeAll
    static void open() {
        lens = LogitLens.open(Golden.folder("tiny-odd"), OpenOptions.defaults().idsOnly(true));
        clean = lens.run(IDS, ALL);
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static LensResult edited(String... texts) {
        return lens.run(IDS, ALL, Hooks.of(Arrays.stream(texts)
                .map(text -> Edits.parse(text, text.startsWith("patch") ? List.of(Prompt.ids(other())) : List.of())).toArray(Edit[]::new)));
    }

    private static int[] other() {
        int[] ids = IDS.clone();
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (ids[i] + 1) % 131;
        }
        return ids;
    }

    private static List<Integer> reached(LensComparison comparison, String point) {
        LensPoint at = comparison.before().point(point);
        return comparison.positions().stream().filter(pair -> comparison.difference(at, pair.before()).reachable())
                .map(LensComparison.Pair::before).toList();
    }

    @Test
    void anEditReachesItsPositionsAndThenAllLaterOnes() {
        LensComparison comparison = clean.compare(edited("zero:L1H2@5"));
        assertEquals(List.of(), reached(comparison, "embed"));
        assertEquals(List.of(), reached(comparison, "blocks.0.hook_resid_post"));
        assertEquals(List.of(), reached(comparison, "blocks.1.hook_resid_pre"));
        for (String point : List.of("blocks.1.attn.hook_result.2", "blocks.1.hook_attn_out", "blocks.1.hook_resid_mid",
                "blocks.1.hook_mlp_out", "blocks.1.hook_resid_post", "blocks.2.hook_resid_pre")) {
            assertEquals(List.of(5), reached(comparison, point), point);
        }
        List<Integer> later = comparison.positions().stream().map(LensComparison.Pair::before).filter(p -> p >= 5).toList();
        for (String point : List.of("blocks.2.attn.hook_result.0", "blocks.2.hook_attn_out", "blocks.2.hook_resid_post")) {
            assertEquals(later, reached(comparison, point), point);
        }
    }

    /// Every cell that counts as reachable does change under these edits, and no other: the comparison itself throws there.
    @Test
    void theConeIsNoLargerThanItMustBe() {
        for (String text : List.of("zero:L0.resid_pre@5", "steer:L1.resid_mid@3*2=unembed:id:7", "scale:L1H0-2.k@4*2", "scale:L0H0-2.v@4*2",
                "scale:L2H0-2.q@4*2", "patch:L1.resid_post@5,9", "zero:L0.mlp_out", "scale:embed@2*3", "cut:L1H0-2@6,8/3", "zero:L2.n0-49@-1",
                "zero:pos_embed@16", "scale:L1.ln1.normalized@5*2", "scale:L1.ln2.scale@5*2")) {
            LensResult after = edited(text);
            LensComparison comparison = clean.compare(after);
            int reachable = 0;
            for (LensPoint point : comparison.points()) {
                if (point.kind() == PointKind.HEAD && text.contains("H0-2@")) {
                    continue;
                }
                for (LensComparison.Pair pair : comparison.positions()) {
                    LensDifference difference = comparison.difference(point, pair.before());
                    reachable += difference.reachable() ? 1 : 0;
                    assertEquals(difference.reachable(), difference.totalVariation() > 0, text + " at " + point + ", " + pair);
                }
            }
            assertTrue(reachable > 0, text);
        }
    }

    @Test
    void nothingDiffersFromItself() {
        LensComparison comparison = clean.compare(lens.run(IDS, ALL));
        for (LensPoint point : comparison.points()) {
            for (LensComparison.Pair pair : comparison.positions()) {
                LensDifference difference = comparison.difference(point, pair.before());
                assertEquals(0, difference.kl());
                assertEquals(0, difference.jsd());
                assertEquals(0, difference.totalVariation());
                assertFalse(difference.reachable());
                assertFalse(difference.flips());
                assertEquals(0, comparison.logitChange(TokenRef.of(7), point, pair.before()));
            }
        }
    }

    /// An edit that says that it touches less than it does.
    private record Lying() implements Edit {

        @Override
        public void check(Gpt2Config config) {
        }

        @Override
        public boolean touches(HookPoint point) {
            return point.equals(HookSite.RESID_POST.at(1));
        }

        @Override
        public boolean touches(HookPoint point, int position) {
            return touches(point) && position == 5;
        }

        @Override
        public void edit(HookPoint point, EditableActivation activation) {
            activation.set(99, 5, 0);
            activation.set(99, 4, 3);
        }

        @Override
        public String toString() {
            return "lying";
        }
    }

    @Test
    void aDifferenceWhereNoChangeReachesIsRaised() {
        LensResult after = lens.run(IDS, ALL, Hooks.of(new Lying()));
        String message = assertThrows(AssertionError.class, () -> clean.compare(after)).getMessage();
        assertTrue(message.startsWith("comparison at blocks.1.hook_resid_post, position 4, dimension 3: expected the bits"), message);
    }

    @Test
    void anEditorOfUnknownReachReachesAllFromItsPlaceOn() {
        LensResult after = lens.run(IDS, ALL, Hooks.none().edit(HookSite.RESID_POST.at(1), (point, a) -> a.set(9, 5, 0)));
        LensComparison comparison = clean.compare(after);
        assertEquals(List.of(), reached(comparison, "blocks.1.hook_mlp_out"));
        assertEquals(IDS.length, reached(comparison, "blocks.1.hook_resid_post").size());
    }

    @Test
    void anotherPromptReachesFromItsFirstOtherTokenOn() {
        int[] ids = IDS.clone();
        ids[6] = (ids[6] + 1) % 131;
        ids[9] = (ids[9] + 1) % 131;
        LensComparison comparison = clean.compare(lens.run(Arrays.copyOf(ids, 12), ALL));
        assertEquals(12, comparison.positions().size());
        assertEquals(List.of(6, 9), reached(comparison, "embed"));
        assertEquals(List.of(6, 7, 8, 9, 10, 11), reached(comparison, "blocks.0.hook_resid_post"));
    }

    @Test
    void promptsAreAlignedByPositionFromTheEndOrByTokens() {
        int[] a = {1, 2, 3, 4, 5};
        int[] b = {1, 9, 8, 3, 4, 7, 5};
        assertEquals("[0-0, 1-1, 2-2, 3-3, 4-4]", pairs(Alignment.POSITIONS, a, b));
        assertEquals("[0-2, 1-3, 2-4, 3-5, 4-6]", pairs(Alignment.ENDS, a, b));
        assertEquals("[0-0, 2-3, 3-4, 4-6]", pairs(Alignment.TOKENS, a, b));
        assertEquals("[]", pairs(Alignment.TOKENS, new int[] {1}, new int[] {2}));
        assertEquals("[0-1]", pairs(Alignment.TOKENS, new int[] {1, 2}, new int[] {2, 1}), "the one that begins first in the first prompt");
        LensComparison comparison = lens.run(a, ALL).compare(lens.run(b, ALL), Alignment.TOKENS);
        LensDifference moved = comparison.difference(comparison.before().embedding(), 4);
        assertEquals(6, moved.after().position());
        assertTrue(moved.reachable());
        assertFalse(comparison.difference(comparison.before().embedding(), 0).reachable());
    }

    private static String pairs(Alignment alignment, int[] a, int[] b) {
        return alignment.pairs(a, b).stream().map(pair -> pair.before() + "-" + pair.after()).toList().toString();
    }

    /// The same model opened twice is two models: logits of both are made, and give what the pass over `W_U` does.
    @Test
    void betweenTwoModelsTheNumbersAreTheSame() {
        LensResult after = edited("zero:L1H2@5", "cut:L2H0@9/1");
        LensComparison one = clean.compare(after);
        try (LogitLens twin = LogitLens.open(Golden.folder("tiny-odd"), OpenOptions.defaults().idsOnly(true))) {
            LensComparison two = twin.run(IDS, ALL).compare(after);
            for (LensPoint point : one.points()) {
                for (LensComparison.Pair pair : one.positions()) {
                    LensDifference expected = one.difference(point, pair.before());
                    LensDifference actual = two.difference(point, pair.before());
                    assertTrue(actual.reachable());
                    assertEquals(expected.kl(), actual.kl(), 1e-6 * (1 + expected.kl()));
                    assertEquals(expected.jsd(), actual.jsd(), 1e-6);
                    assertEquals(expected.totalVariation(), actual.totalVariation(), 1e-6);
                }
            }
        }
    }

    @Test
    void modelsOfDifferentVocabulariesAreRefused() {
        try (LogitLens shallow = LogitLens.open(Golden.folder("tiny-a"), OpenOptions.defaults().idsOnly(true))) {
            LensResult other = shallow.run(new int[] {1, 2, 3}, ALL);
            assertTrue(assertThrows(IllegalArgumentException.class, () -> lens.run(new int[] {1, 2, 3}, ALL).compare(other)).getMessage()
                    .startsWith("comparison: expected models with one vocabulary, got 131 tokens"));
        }
    }

    @Test
    void layerNormModesAndLensesAreComparedAsTheyAreRead() {
        for (LayerNormMode mode : List.of(LayerNormMode.FROZEN, LayerNormMode.NONE)) {
            LensOptions options = ALL.layerNorm(mode).points(PointKind.EMBED, PointKind.RESID_POST);
            LensResult before = lens.run(IDS, options);
            LensResult after = lens.run(IDS, options, Hooks.of(Edits.parse("zero:L1.mlp_out@5")));
            LensComparison comparison = before.compare(after);
            ActivationCache cache = ActivationCache.of(HookSite.RESID_POST.at(1)).at(5);
            LensDifference difference = comparison.difference(before.layer(1), 5);
            double[] p = distribution(before, before.layer(1));
            double[] q = distribution(after, before.layer(1));
            double variation = 0;
            double kl = 0;
            for (int i = 0; i < p.length; i++) {
                variation += Math.abs(p[i] - q[i]) / 2;
                kl += p[i] * Math.log(p[i] / q[i]);
            }
            assertEquals(variation, difference.totalVariation(), 1e-6);
            assertEquals(kl, difference.kl(), 1e-6 * (1 + kl));
            assertEquals(0, comparison.difference(before.layer(0), 4).totalVariation());
            assertTrue(cache.points().isEmpty());
        }
    }

    /// By reading the whole vocabulary as a top list.
    private static double[] distribution(LensResult result, LensPoint point) {
        LensResult whole = lens.run(IDS, result.options().topK(131), Hooks.of(result.edits().stream().map(Edits::parse).toArray(Edit[]::new)));
        return distribution(whole, point, 5);
    }

    /// Of a result whose top list is the whole vocabulary.
    private static double[] distribution(LensResult whole, LensPoint point, int position) {
        double[] distribution = new double[whole.config().vocabSize()];
        whole.top(point, position).forEach(prediction -> distribution[prediction.id()] = prediction.probability());
        return distribution;
    }

    private static void assertDistances(double[] p, double[] q, LensDifference actual, String where) {
        double kl = 0;
        double jsd = 0;
        double variation = 0;
        for (int i = 0; i < p.length; i++) {
            double mean = (p[i] + q[i]) / 2;
            kl += p[i] * Math.log(p[i] / q[i]);
            jsd += (p[i] * Math.log(p[i] / mean) + q[i] * Math.log(q[i] / mean)) / 2;
            variation += Math.abs(p[i] - q[i]) / 2;
        }
        assertEquals(kl, actual.kl(), 1e-6 * (1 + kl), where);
        assertEquals(jsd, actual.jsd(), 1e-6, where);
        assertEquals(variation, actual.totalVariation(), 1e-6, where);
    }

    @Test
    void aRunReadWithOneNormIsComparedWithOneReadWithAnother() {
        LensOptions options = LensOptions.defaults().topK(131).keepResiduals(true);
        for (LayerNormMode one : LayerNormMode.values()) {
            LensResult before = lens.run(IDS, options.layerNorm(one));
            for (LayerNormMode other : LayerNormMode.values()) {
                LensResult after = lens.run(IDS, options.layerNorm(other));
                LensComparison comparison = before.compare(after);
                for (LensPoint point : comparison.points()) {
                    assertDistances(distribution(before, point, 5), distribution(after, point, 5), comparison.difference(point, 5),
                            one + " with " + other + " at " + point);
                }
            }
        }
    }

    @Test
    void aDeeperModelSharesItsNamesAndItsEndWithAShallowerOne(@TempDir Path folder) {
        new TinyModel(3, 2, 8, 16, 90, 12, 62).write(folder.resolve("deep"));
        new TinyModel(2, 1, 12, 20, 90, 12, 63).write(folder.resolve("shallow"));
        LensOptions options = LensOptions.defaults().topK(90).keepResiduals(true);
        int[] ids = {1, 2, 3, 4};
        try (LogitLens deep = LogitLens.open(folder.resolve("deep")); LogitLens shallow = LogitLens.open(folder.resolve("shallow"))) {
            LensResult before = deep.run(ids, options);
            LensResult after = shallow.run(ids, options);
            LensComparison comparison = before.compare(after);
            assertEquals(before.points(), comparison.points());
            assertEquals(after.layer(1), comparison.counterpart(before.layer(1)));
            assertEquals(after.finalPoint(), comparison.counterpart(before.finalPoint()));
            for (LensPoint point : comparison.points()) {
                for (int position = 0; position < ids.length; position++) {
                    LensDifference difference = comparison.difference(point, position);
                    assertEquals(after.reading(comparison.counterpart(point), position), difference.after());
                    assertTrue(difference.reachable());
                    assertDistances(distribution(before, point, position), distribution(after, comparison.counterpart(point), position),
                            difference, point + ", " + position);
                }
            }
            LensResult stopped = deep.run(ids, options.stopAfter(0));
            LensComparison ofStopped = stopped.compare(after);
            assertEquals(stopped.points(), ofStopped.points());
            assertEquals(after.layer(0), ofStopped.counterpart(stopped.layer(0)), "a run that was stopped has no end");
            assertEquals(List.of(before.embedding(), before.layer(0)), before.compare(shallow.run(ids, options.stopAfter(0))).points());
        }
    }

    @Test
    void trackedTokensAndFirstChoicesAreThoseOfTheResults() {
        LensResult after = edited("scale:L1.resid_post*-1");
        LensComparison comparison = clean.compare(after);
        LensPoint last = clean.finalPoint();
        LensDifference difference = comparison.difference(last, -1);
        assertEquals(clean.top(last, -1), difference.before().top());
        assertEquals(after.top(last, -1), difference.after().top());
        assertEquals(!clean.top(last, -1).getFirst().equals(after.top(last, -1).getFirst()), difference.flips());
        assertEquals(after.tracked(TokenRef.of(7), last, -1).probability() - clean.tracked(TokenRef.of(7), last, -1).probability(),
                comparison.probabilityChange(TokenRef.of(7), last, -1));
        assertEquals((double) after.tracked(TokenRef.of(7), last, -1).logit() - clean.tracked(TokenRef.of(7), last, -1).logit(),
                comparison.logitChange(TokenRef.of(7), last, -1));
    }

    @Test
    void theDocumentHasWhatTheComparisonHas() throws Exception {
        LensComparison comparison = clean.compare(edited("zero:L1H2@5", "patch:L1.resid_post@9"));
        JsonNode json = new ObjectMapper().readTree(comparison.toJson());
        assertEquals("logitlens.comparison/1", json.required("schema").textValue());
        assertEquals("[\"zero:L1H2@5\",\"patch:L1.resid_post@9\"]", json.required("b").required("edits").toString());
        assertFalse(json.has("edits"));
        assertEquals(comparison.points().size() * comparison.positions().size(), json.required("readings").size());
        Map<Boolean, Integer> seen = new TreeMap<>();
        for (JsonNode reading : json.required("readings")) {
            LensPoint point = comparison.points().get(reading.required("point").intValue());
            LensDifference difference = comparison.difference(point, reading.required("position").intValue());
            assertEquals(difference.kl(), reading.required("kl").doubleValue());
            assertEquals(difference.jsd(), reading.required("jsd").doubleValue());
            assertEquals(difference.totalVariation(), reading.required("totalVariation").doubleValue());
            assertEquals(difference.reachable(), reading.required("reachable").booleanValue());
            assertEquals(difference.before().top().getFirst().id(), reading.required("topA").required(0).required("id").intValue());
            assertEquals(difference.after().top().getFirst().id(), reading.required("topB").required(0).required("id").intValue());
            assertEquals(7, reading.required("tracked").required(0).required("id").intValue());
            seen.merge(difference.reachable(), 1, Integer::sum);
        }
        assertEquals(2, seen.size());
    }

    @Test
    void theTableHasBothChoicesAndMarksWhatIsOutOfReach() {
        LensComparison comparison = clean.compare(edited("zero:L1H2@5"));
        List<String> lines = new ArrayList<>(comparison.table().lines().toList());
        assertTrue(lines.contains("edit B    zero:L1H2@5"), comparison.table());
        int from = lines.indexOf("position  5, after \"" + clean.tokens().get(5).display() + "\"");
        assertTrue(from > 0, comparison.table());
        assertTrue(lines.get(from + 1).startsWith("Embedding ") && lines.get(from + 1).stripTrailing().endsWith("| ="), lines.get(from + 1));
        assertTrue(lines.stream().skip(from).filter(line -> line.startsWith("Layer 2 ")).findFirst().orElseThrow().contains("| KL "));
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        LensResult unkept = lens.run(IDS, LensOptions.defaults());
        assertEquals("comparison: expected a result that keeps its residuals, got one that does not: ask for them before the run with"
                + " LensOptions.keepResiduals(true)", assertThrows(IllegalArgumentException.class, () -> clean.compare(unkept)).getMessage());
        LensResult first = lens.run(IDS, ALL.positions(Positions.of(0)));
        LensResult last = lens.run(IDS, ALL.positions(Positions.last()));
        assertEquals("comparison: expected positions that belong together (positions), got [0] and [16]",
                assertThrows(IllegalArgumentException.class, () -> first.compare(last)).getMessage());
        LensComparison comparison = clean.compare(last);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> comparison.difference(clean.finalPoint(), 3)).getMessage()
                .startsWith("position: expected one that was compared, of [16], got 3"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Alignment.named("words")).getMessage()
                .startsWith("align: expected one of positions, ends, tokens"));
    }
}
