package io.github.logitlens.edit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.AttributionOptions;
import io.github.logitlens.BatchOptions;
import io.github.logitlens.Bos;
import io.github.logitlens.GeneratedSample;
import io.github.logitlens.Generation;
import io.github.logitlens.GenerationOptions;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.OpenOptions;
import io.github.logitlens.Outcome;
import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.hook.ActivationEditor;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.model.Sequence;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What edits do in runs: as an editor does it by hand, wherever a run begins. The model has 3 layers, 3 heads, dModel 21, dMlp 50.
class EditRunsTest {

    private static final int[] IDS = Golden.read("tiny-odd").ids();
    private static final int[] OTHER = otherIds();
    private static final Prompt FROM = Prompt.ids(OTHER);
    private static final int SEQ_LEN = IDS.length;

    private static LogitLens lens;
    private static Gpt2Model model;
    private static Trace plain;
    private static Trace other;

    private static int[] otherIds() {
        int[] ids = IDS.clone();
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (ids[i] * 7 + 11 + i) % 131;
        }
        return ids;
    }

    @BeforeAll
    static void open() {
        lens = LogitLens.open(Golden.folder("tiny-odd"), OpenOptions.defaults().idsOnly(true));
        model = lens.model();
        plain = trace(Hooks.none(), IDS);
        other = trace(Hooks.none(), OTHER);
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static Trace trace(Hooks hooks, int[] ids) {
        Trace trace = new Trace();
        model.run(ids, hooks.observe(point -> true, trace));
        return trace;
    }

    private static Edit edit(String text, Prompt... from) {
        return lens.prepare(Edits.parse(text, List.of(from)), LensOptions.defaults());
    }

    /// Changes some columns of some rows by hand.
    private static ActivationEditor byHand(int width, int from, int count, List<Integer> positions, UnaryOperator<float[]> change) {
        return (point, a) -> {
            for (int position : positions) {
                float[] values = new float[count];
                a.read(position * width + from, values, 0, count);
                a.write(position * width + from, change.apply(values), 0, count);
            }
        };
    }

    private static float[] each(float[] values, UnaryOperator<Float> change) {
        float[] changed = values.clone();
        for (int i = 0; i < changed.length; i++) {
            changed[i] = change.apply(changed[i]);
        }
        return changed;
    }

    private static List<Integer> all() {
        return Stream.iterate(0, i -> i + 1).limit(SEQ_LEN).toList();
    }

    private static void assertSame(Hooks byHand, Edit edit) {
        Trace expected = trace(byHand, IDS);
        trace(Hooks.of(edit), IDS).assertSame(expected, edit::toString);
        assertFalse(Arrays.equals(plain.at(HookSite.RESID_POST.at(2)), expected.at(HookSite.RESID_POST.at(2))), edit + " changes nothing");
    }

    @Test
    void zeroAndScaleOfEveryPlace() {
        assertSame(Hooks.none().edit(HookSite.MLP_OUT.at(1), byHand(21, 0, 21, List.of(3, 4, 5), v -> new float[21])),
                edit("zero:L1.mlp_out@3:6"));
        assertSame(Hooks.none().edit(HookSite.MLP_POST.at(1), byHand(50, 7, 3, List.of(SEQ_LEN - 1), v -> each(v, x -> x * -2))),
                edit("scale:L1.n7-9@-1*-2"));
        assertSame(Hooks.none().edit(HookSite.ATTN_V.at(1), byHand(21, 7, 14, all(), v -> each(v, x -> x * 0.5f))),
                edit("scale:L1H1-2.v*0.5"));
        assertSame(Hooks.none().edit(HookSite.EMBED.at(0), byHand(21, 0, 21, List.of(0, 3), v -> new float[21])), edit("zero:embed@0,3"));
        assertSame(Hooks.none().edit(p -> p.site() == HookSite.ATTN_Z && p.layer() > 0, byHand(21, 14, 7, all(), v -> new float[7])),
                edit("zero:L1-2H2"));
        assertSame(Hooks.none().edit(HookSite.ATTN_RESULT.at(1), byHand(63, 21, 21, all(), v -> new float[21])), edit("zero:L1H1.result"));
    }

    @Test
    void patchesPutInWhatTheOtherPromptHas() {
        float[] source = other.at(HookSite.RESID_POST.at(1));
        assertSame(Hooks.none().edit(HookSite.RESID_POST.at(1),
                (point, a) -> a.write(5 * 21, source, 5 * 21, 21)), edit("patch:L1.resid_post@5", FROM));
        float[] deeper = other.at(HookSite.RESID_POST.at(2));
        assertSame(Hooks.none().edit(HookSite.RESID_PRE.at(1), (point, a) -> {
            a.write(5 * 21, deeper, 3 * 21, 21);
            a.write((SEQ_LEN - 1) * 21, deeper, 3 * 21, 21);
        }), edit("patch:L1.resid_pre@5,-1=L2.resid_post@3", FROM));
        float[] z = other.at(HookSite.ATTN_Z.at(0));
        assertSame(Hooks.none().edit(HookSite.ATTN_Z.at(1), (point, a) -> {
            for (int position = 0; position < SEQ_LEN; position++) {
                a.write(position * 21 + 14, z, position * 21 + 7, 7);
            }
        }), edit("patch:L1H2=L0H1", FROM));
        assertSame(Hooks.none().edit(HookSite.ATTN_Z.at(1), (point, a) -> a.write(14, other.at(point), 14, 7)),
                edit("resample:L1H2@0", FROM));
    }

    @Test
    void aPromptOfAnotherLengthIsTakenFromItsOwnEnd() {
        int[] longer = Arrays.copyOf(OTHER, SEQ_LEN + 2);
        float[] source = trace(Hooks.none(), longer).at(HookSite.RESID_POST.at(1));
        assertSame(Hooks.none().edit(HookSite.RESID_POST.at(1),
                (point, a) -> a.write((SEQ_LEN - 1) * 21, source, (SEQ_LEN + 1) * 21, 21)), edit("patch:L1.resid_post@-1", Prompt.ids(longer)));
        assertSame(Hooks.none().edit(HookSite.RESID_POST.at(1), (point, a) -> a.write(0, source, 0, SEQ_LEN * 21)),
                edit("patch:L1.resid_post", Prompt.ids(longer)));
        Edit tooShort = edit("patch:L1.resid_post", Prompt.ids(1, 2, 3));
        assertEquals("edit patch:L1.resid_post: expected 17 positions in the prompt that it takes from, as in the run, got 3",
                assertThrows(IllegalArgumentException.class, () -> model.run(IDS, Hooks.of(tooShort))).getMessage());
        assertEquals("edit patch:L1.resid_post@9: the prompt that it takes from: position: expected -3 to 2 (the prompt has 3 tokens),"
                + " got 9", assertThrows(IllegalArgumentException.class,
                () -> lens.run(IDS, LensOptions.defaults(), Hooks.of(Edits.parse("patch:L1.resid_post@9", List.of(Prompt.ids(1, 2, 3))))))
                .getMessage());
    }

    @Test
    void meansAreOverTheOwnPositionsOrOverOtherPrompts() {
        assertSame(Hooks.none().edit(HookSite.MLP_OUT.at(1), (point, a) -> {
            float[] mean = mean(21, a.toArray());
            a.write(4 * 21, mean, 0, 21);
        }), edit("mean:L1.mlp_out@4"));
        Prompt third = Prompt.ids(9, 8, 7);
        float[] whole = trace(Hooks.none(), new int[] {9, 8, 7}).at(HookSite.ATTN_OUT.at(0));
        float[] both = Arrays.copyOf(other.at(HookSite.ATTN_OUT.at(0)), (SEQ_LEN + 3) * 21);
        System.arraycopy(whole, 0, both, SEQ_LEN * 21, whole.length);
        assertSame(Hooks.none().edit(HookSite.ATTN_OUT.at(0), byHand(21, 0, 21, all(), v -> mean(21, both))),
                edit("mean:L0.attn_out", FROM, third));
    }

    private static float[] mean(int width, float... rows) {
        float[] mean = new float[width];
        for (int i = 0; i < width; i++) {
            double sum = 0;
            for (int at = i; at < rows.length; at += width) {
                sum += rows[at];
            }
            mean[i] = (float) (sum / (rows.length / width));
        }
        return mean;
    }

    @Test
    void directionsOfTheModelOfFilesAndOfPrompts(@TempDir Path folder) {
        float[] unembedded = model.unembedding().direction(7);
        assertSame(steered(2.5, unembedded), edit("steer:L1.resid_mid*2.5=unembed:id:7"));
        assertSame(steered(2.5, unembedded), edit("steer:L1.resid_mid*2.5=lens:id:7"));
        assertSame(steered(-1, Arrays.copyOfRange(trace(Hooks.none(), new int[] {7}).at(HookSite.EMBED.at(0)), 0, 21)),
                edit("steer:L1.resid_mid*-1=embed:id:7"));
        float[] one = plain.at(HookSite.RESID_MID.at(1));
        float[] two = other.at(HookSite.RESID_MID.at(1));
        float[] difference = new float[21];
        for (int i = 0; i < 21; i++) {
            difference[i] = two[(SEQ_LEN - 1) * 21 + i] - one[(SEQ_LEN - 1) * 21 + i];
        }
        assertSame(steered(3, difference), edit("steer:L1.resid_mid*3=diff", FROM, Prompt.ids(IDS)));

        Path file = folder.resolve("v.safetensors");
        new SafeTensorsWriter().floats("v", DType.F32, List.of(21L), difference).write(file);
        assertSame(steered(3, difference), edit("steer:L1.resid_mid*3=" + file));
        assertSame(Hooks.none().edit(HookSite.RESID_MID.at(1), byHand(21, 0, 21, all(), v -> difference)), edit("replace:L1.resid_mid=" + file));
        assertEquals("edit replace:L1H0=" + file + ": expected a vector of 7 values, got 21",
                assertThrows(IllegalArgumentException.class, () -> edit("replace:L1H0=" + file)).getMessage());
    }

    private static Hooks steered(double factor, float[] vector) {
        return Hooks.none().edit(HookSite.RESID_MID.at(1), (point, a) -> {
            float[] values = a.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] + factor * vector[i % 21]);
            }
            a.write(0, values, 0, values.length);
        });
    }

    @Test
    void whatGoesAlongADirectionIsTakenOutOrExchanged() {
        float[] d = model.unembedding().direction(7);
        float[] e = model.unembedding().direction(20);
        float[] before = plain.at(HookSite.RESID_MID.at(1));
        float[] erased = trace(Hooks.of(edit("erase:L1.resid_mid=unembed:id:7")), IDS).at(HookSite.RESID_MID.at(1));
        float[] swapped = trace(Hooks.of(edit("swap:L1.resid_mid=unembed:id:7|unembed:id:20")), IDS).at(HookSite.RESID_MID.at(1));
        for (int row = 0; row < SEQ_LEN; row++) {
            assertEquals(0, dot(erased, row, d), 1e-5 * Math.sqrt(dot(before, row, before) * dot(d, 0, d)) + 1e-5);
            double[] was = coordinates(before, row, d, e);
            double[] is = coordinates(swapped, row, d, e);
            assertArrayEquals(new double[] {was[1], was[0]}, is, 1e-4 * (Math.abs(was[0]) + Math.abs(was[1]) + 1));
            for (int i = 0; i < 21; i++) {
                assertEquals(before[row * 21 + i] - was[0] * d[i] - was[1] * e[i], swapped[row * 21 + i] - is[0] * d[i] - is[1] * e[i], 1e-4,
                        "what is along neither stays");
            }
        }
        Edit same = edit("swap:L1.resid_mid=unembed:id:7|unembed:id:7");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> model.run(IDS, Hooks.of(same))).getMessage()
                .contains("expected two directions"));
    }

    /// By solving the normal equations with the adjugate.
    private static double[] coordinates(float[] rows, int row, float[] d, float[] e) {
        double a = dot(d, 0, d);
        double b = dot(e, 0, d);
        double c = dot(e, 0, e);
        double x = dot(rows, row, d);
        double y = dot(rows, row, e);
        return new double[] {(c * x - b * y) / (a * c - b * b), (a * y - b * x) / (a * c - b * b)};
    }

    private static double dot(float[] rows, int row, float[] d) {
        double sum = 0;
        for (int i = 0; i < 21; i++) {
            sum += (double) rows[row * 21 + i] * d[i];
        }
        return sum;
    }

    @Test
    void cutKeysAreNoLongerSeen() {
        Trace cut = trace(Hooks.of(edit("cut:L1H2@6/0,3")), IDS);
        float[] before = plain.at(HookSite.ATTN_PATTERN.at(1));
        float[] after = cut.at(HookSite.ATTN_PATTERN.at(1));
        Trace renormalized = trace(Hooks.of(edit("cut:L1H2@6/0,3,renorm")), IDS);
        float[] again = renormalized.at(HookSite.ATTN_PATTERN.at(1));
        int row = (2 * SEQ_LEN + 6) * SEQ_LEN;
        double left = 1 - before[row] - before[row + 3];
        for (int i = 0; i < before.length; i++) {
            boolean gone = i == row || i == row + 3;
            boolean inRow = i >= row && i < row + SEQ_LEN;
            assertEquals(gone ? 0 : before[i], after[i]);
            assertEquals(gone ? 0 : inRow ? before[i] / left : before[i], again[i], inRow ? 1e-6 : 0);
        }
        assertFalse(Arrays.equals(plain.at(HookSite.RESID_POST.at(1)), cut.at(HookSite.RESID_POST.at(1))));
        assertFalse(Arrays.equals(cut.at(HookSite.RESID_POST.at(1)), renormalized.at(HookSite.RESID_POST.at(1))));
        Hooks both = Hooks.of(edit("cut:L1H2@1/0,renorm"), edit("cut:L1H2@1/1,renorm"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> model.run(IDS, both)).getMessage().contains("expected a key to be left"));
    }

    /// Point 5's identities.
    @Test
    void whatChangesNothingChangesNoBit() {
        for (String text : List.of("scale:L1.resid_post*1", "patch:L1.resid_post", "patch:L0-2H0-2", "patch:L1.n0-49@3", "resample:L2.mlp_out",
                "patch:embed", "patch:L1.attn_out@2=L1.attn_out@2", "patch:L0-2.ln1.scale")) {
            boolean takes = !text.startsWith("scale");
            Edit edit = takes ? edit(text, Prompt.ids(IDS)) : edit(text);
            plain.assertSame(trace(Hooks.of(edit), IDS), () -> text + " of the run itself");
        }
        plain.assertSame(trace(Hooks.of(), IDS), () -> "no edit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"L0.resid_pre", "L1.resid_pre", "L1.resid_mid", "L1.resid_post"})
    void patchingAWholeResidualGivesTheOtherRunFromThereOn(String place) {
        Trace patched = trace(Hooks.of(edit("patch:" + place, FROM)), IDS);
        Bits.assertSame(other.at(HookSite.RESID_POST.at(2)), patched.at(HookSite.RESID_POST.at(2)), () -> place);
    }

    @Test
    void editsOfDifferentPlacesCommute() {
        List<Edit> edits = List.of(edit("zero:L1H2"), edit("mean:L0.mlp_out"), edit("patch:L1.attn_out@3", FROM), edit("cut:L2H0@4/1"));
        trace(Hooks.of(edits.toArray(Edit[]::new)), IDS)
                .assertSame(trace(Hooks.of(edits.reversed().toArray(Edit[]::new)), IDS), () -> "both orders");
    }

    private static final List<String> KINDS = List.of("zero:L1H2@5", "zero:L1H2", "scale:L1.n3@-1*4", "patch:L1.resid_post@5",
            "patch:L0.mlp_out", "steer:L1.resid_mid@2:9*3=unembed:id:7", "mean:L1.mlp_out", "cut:L1H0-2@6,9/0,3", "cut:L2H1@12/5,renorm",
            "swap:L1.resid_post@-1=unembed:id:7|unembed:id:20");

    /// The same positions, wherever the pass begins.
    @Test
    void aPromptInPiecesIsEditedAtTheSamePositions() {
        for (String text : KINDS) {
            Edit edit = edit(text, takesFromPrompts(text) ? new Prompt[] {FROM} : new Prompt[0]).forPrompt(SEQ_LEN);
            float[] whole = model.run(IDS, Hooks.of(edit));
            KvCache cache = model.newCache();
            float[] pieces = new float[whole.length];
            int[] ends = {5, 6, 11, SEQ_LEN};
            for (int piece = 0, from = 0; piece < ends.length; from = ends[piece++]) {
                float[] rows = model.run(List.of(Sequence.of(Arrays.copyOfRange(IDS, from, ends[piece])).after(cache).hooks(Hooks.of(edit))))
                        .getFirst();
                System.arraycopy(rows, 0, pieces, from * 21, rows.length);
            }
            Bits.assertSame(whole, pieces, () -> text + " in pieces");
        }
    }

    private static boolean takesFromPrompts(String text) {
        return text.startsWith("patch") || text.startsWith("mean");
    }

    @Test
    void inBatchesAndAlone() {
        for (String text : KINDS) {
            Edit edit = Edits.parse(text, takesFromPrompts(text) ? List.of(FROM) : List.of());
            LensResult alone = lens.run(IDS, LensOptions.defaults(), Hooks.of(edit));
            List<Outcome> outcomes = new ArrayList<>();
            lens.runAll(List.of(Prompt.ids(OTHER), Prompt.ids(IDS), Prompt.ids(3)).iterator(), LensOptions.defaults(), Hooks.of(edit),
                    BatchOptions.defaults(), outcomes::add);
            assertEquals(withoutProvenance(alone), withoutProvenance(outcomes.get(1).result()), text);
            boolean fits = text.equals("zero:L1H2") || text.contains("@-1") || text.startsWith("mean") || text.startsWith("patch:L0");
            if (!fits) {
                Outcome.Refused refused = (Outcome.Refused) outcomes.get(2);
                assertEquals(Outcome.Reason.EDIT_REFUSED, refused.reason(), text);
                assertTrue(refused.message().startsWith("edit " + text.substring(0, 4)), refused.message());
            }
        }
    }

    private static String withoutProvenance(LensResult result) {
        return result.toJson().replaceFirst("(?s) \"provenance\".*", "");
    }

    /// A text that is generated is edited at the prompt's positions, as a run over all of it from the start is.
    @Test
    void generationEditsThePromptsPositions() {
        for (String text : List.of("zero:L1H2@5", "zero:L1H2", "steer:L1.resid_post@-1*9=unembed:id:7", "patch:L0.mlp_out@3:", "mean:L1.mlp_out",
                "cut:L1H0-2@all/0,3", "zero:L1.mlp_out@-1")) {
            Edit edit = Edits.parse(text, takesFromPrompts(text) ? List.of(FROM) : List.of());
            int[] prompt = Arrays.copyOf(IDS, 9);
            Prompt source = Prompt.ids(Arrays.copyOf(OTHER, 9));
            Edit given = text.startsWith("patch") ? Edits.parse(text, List.of(source)) : edit;
            List<Integer> ids = new ArrayList<>();
            try (Generation generation = lens.generate(Prompt.ids(prompt), GenerationOptions.defaults().maxTokens(6), Hooks.of(given))) {
                generation.forEachRemaining(token -> ids.add(token.id()));
                assertEquals(List.of(text), generation.provenance().edits());
                List<GeneratedSample> samples = generation.samples();
                assertEquals(6, samples.getFirst().tokens().size());
            }
            int[] soFar = prompt;
            Edit settled = lens.prepare(given, LensOptions.defaults()).forPrompt(9);
            for (int id : ids) {
                float[] rows = model.run(soFar, Hooks.of(settled));
                float[] logits = model.unembedding().logits(Arrays.copyOfRange(rows, rows.length - 21, rows.length));
                int best = 0;
                for (int i = 1; i < logits.length; i++) {
                    best = logits[i] > logits[best] ? i : best;
                }
                if (!text.startsWith("mean") || soFar.length == 9) {
                    assertEquals(best, id, text + " after " + soFar.length + " tokens");
                }
                soFar = Arrays.copyOf(soFar, soFar.length + 1);
                soFar[soFar.length - 1] = id;
            }
        }
    }

    @Test
    void anAttributionIsOfTheEditedRun() {
        Edit edit = Edits.parse("zero:L1H2");
        var attribution = lens.attribute(IDS, AttributionOptions.of(TokenRef.of(7)), Hooks.of(edit));
        assertEquals(0, attribution.components().stream().filter(c -> c.label().equals("L1H2")).findFirst().orElseThrow().logit());
        assertEquals(List.of("zero:L1H2"), attribution.provenance().edits());
        TokenPrediction first = lens.run(IDS, LensOptions.defaults(), Hooks.of(edit)).top(lens.run(IDS, LensOptions.defaults()).finalPoint(), -1)
                .getFirst();
        assertEquals(first.logit(), lens.attribute(IDS, AttributionOptions.of(TokenRef.of(first.id())), Hooks.of(edit)).logit());
    }

    @Test
    void resultsSayWhatWasTakenFromWhere() {
        LensResult result = lens.run(IDS, LensOptions.defaults().topK(1).positions(Positions.last()), Hooks.of(Edits.zeroHead(0, 1),
                Edits.parse("patch:L1.resid_post@5", List.of(FROM))));
        assertEquals(List.of("zero:L0H1", "patch:L1.resid_post@5"), result.edits());
        assertEquals(List.of(List.of(), List.of(FROM)), result.provenance().editSources());
        String json = result.toJson();
        assertTrue(json.contains("\"editSources\": [[], [[" + OTHER[0] + ", " + OTHER[1]), json.substring(json.indexOf("\"provenance\"")));
        assertTrue(result.table().contains("\nedit      zero:L0H1\nedit      patch:L1.resid_post@5 from \"[" + OTHER[0]), result.table());
    }

    @Test
    void whatIsTakenIsTakenOnceWithTheRunsBos() {
        int[] runs = {0};
        Hooks counting = Hooks.of(Edits.parse("patch:L1.resid_post@5", List.of(FROM)))
                .observe(HookSite.EMBED.at(0), (point, a) -> runs[0]++);
        lens.run(IDS, LensOptions.defaults(), counting);
        assertEquals(1, runs[0], "hooks see the run, not those of the prompts that edits take from");
        assertThrows(RuntimeException.class, () -> lens.run(IDS, LensOptions.defaults().bos(Bos.PREPEND), counting), "no BOS here");
    }
}
