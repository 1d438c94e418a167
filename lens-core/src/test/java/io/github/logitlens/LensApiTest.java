package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.edit.Edits;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Compute;
import io.github.logitlens.tokenizer.SpecialTokens;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a user of the library asks for and gets, with the bundled model.
class LensApiTest {

    private static final String PROMPT = "The capital of France is";

    private static final LensOptions WITH_MID =
            LensOptions.defaults().points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);

    private static LogitLens lens;

    @BeforeAll
    static void open() {
        lens = LogitLens.open("demo");
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static int layers() {
        return lens.model().config().nLayers();
    }

    private static String refused(Runnable run) {
        return assertThrows(IllegalArgumentException.class, run::run).getMessage();
    }

    @Test
    void theOneCallReadsTheBundledModel() {
        LensResult result = Lens.run(PROMPT);
        assertEquals("demo", result.modelId());
        assertEquals(LensOptions.defaults(), result.options());
        assertEquals(lens.run(PROMPT).top(result.finalPoint(), -1), result.top(result.finalPoint(), -1));
        assertEquals(3, Lens.run(PROMPT, LensOptions.defaults().topK(3)).top(result.finalPoint(), -1).size());
    }

    @Test
    void kernelsThatChangedDuringARunAreBothNamed() {
        String now = lens.model().kernels();
        String same = Provenance.Computed.by(lens.model(), now).kernels();
        if (lens.model().kernels().equals(now)) {
            assertEquals(now, same);
        }
        String other = Provenance.Computed.by(lens.model(), "earlier").kernels();
        assertEquals("earlier, then " + lens.model().kernels(), other);
    }

    @Test
    void openingSaysHowItGetsOn() {
        List<Double> said = Collections.synchronizedList(new ArrayList<>());
        LogitLens.open("demo", said::add).close();
        assertTrue(said.size() > layers(), said.toString());
        assertTrue(said.contains(1.0) && said.stream().allMatch(done -> done > 0 && done <= 1), said.toString());
    }

    @Test
    void theDefaultModelCanBeNamed() {
        String before = System.getProperty("lens.model");
        assertEquals(before == null ? System.getenv().getOrDefault("LENS_MODEL", "demo") : before, Lens.defaultModel());
        try {
            System.setProperty("lens.model", "/somewhere/else");
            assertEquals("/somewhere/else", Lens.defaultModel());
        } finally {
            if (before == null) {
                System.clearProperty("lens.model");
            } else {
                System.setProperty("lens.model", before);
            }
        }
    }

    @Test
    void pointsAreTheEmbeddingAndEveryLayer() {
        LensResult result = lens.run(PROMPT);
        assertEquals(layers() + 1, result.points().size());
        assertEquals("embed EMBED Embedding OptionalInt.empty OptionalInt.empty blocks.0.hook_resid_pre",
                written(result.embedding()));
        assertEquals("blocks.2.hook_resid_post RESID_POST Layer 2 OptionalInt[2] OptionalInt.empty blocks.2.hook_resid_post",
                written(result.points().get(3)));
        LensPoint head = lens.run(PROMPT, LensOptions.defaults().points(PointKind.HEAD)).point("blocks.1.attn.hook_result.3");
        assertEquals("blocks.1.attn.hook_result.3 HEAD L1H3 OptionalInt[1] OptionalInt[3] blocks.1.attn.hook_z", written(head));
        assertSame(result.finalPoint(), result.layer(-1));
        assertSame(result.layer(layers() - 1), result.layer(-1));
        assertSame(result.layer(0), result.layer(-layers()));
        assertSame(result.layer(2), result.point("blocks.2.hook_resid_post"));
        assertSame(result.embedding(), result.point("embed"));
        assertTrue(refused(() -> result.layer(layers())).contains("got " + layers()));
        assertTrue(refused(() -> result.layer(-layers() - 1)).contains("expected " + -layers() + " to " + (layers() - 1)));
        assertTrue(refused(() -> result.point("blocks.0.hook_resid_mid")).contains("blocks.0.hook_resid_post"));
    }

    private static String written(LensPoint point) {
        return point.name() + " " + point.kind() + " " + point.label() + " " + point.layer() + " " + point.head() + " "
                + point.hook();
    }

    @Test
    void midPointsStandBetween() {
        LensResult result = lens.run(PROMPT, WITH_MID);
        assertEquals(2 * layers() + 1, result.points().size());
        assertEquals("Layer 0 mid", result.points().get(1).label());
        assertEquals("Layer 0", result.points().get(2).label());
        assertEquals("Layer 3", result.layer(3).label());
        assertSame(result.finalPoint(), result.layer(-1));
        LensResult without = lens.run(PROMPT);
        assertEquals(without.top(without.layer(3), -1), result.top(result.layer(3), -1), "more points change no reading");
        assertEquals(without.layer(3), result.layer(3), "a point is the same place in every result");
        assertEquals(without.top(result.layer(3), -1), result.top(without.layer(3), -1));
    }

    @Test
    void anyKindOfPointIsReadAndTheFinalOneAlways() {
        int heads = lens.model().config().nHeads();
        LensResult all = lens.run(PROMPT, LensOptions.defaults().points(PointKind.values()));
        assertEquals(1 + (5 + heads) * layers(), all.points().size());
        assertEquals(List.of("embed", "blocks.0.hook_resid_pre", "blocks.0.attn.hook_result.0"),
                all.points().stream().limit(3).map(LensPoint::name).toList());
        assertEquals(List.of("blocks.0.hook_attn_out", "blocks.0.hook_resid_mid", "blocks.0.hook_mlp_out",
                "blocks.0.hook_resid_post"), all.points().stream().skip(2 + heads).limit(4).map(LensPoint::name).toList());
        assertEquals(all.top(all.embedding(), -1), all.top(all.point("blocks.0.hook_resid_pre"), -1));
        assertEquals(all.top(all.layer(2), -1), all.top(all.point("blocks.3.hook_resid_pre"), -1));
        LensPoint head = all.point("blocks.2.attn.hook_result.1");
        assertEquals(List.of("L2H1", PointKind.HEAD, OptionalInt.of(1), OptionalInt.of(2), HookSite.ATTN_Z.at(2)),
                List.of(head.label(), head.kind(), head.head(), head.layer(), head.hook()));
        assertEquals(OptionalInt.empty(), all.embedding().layer());

        LensResult mid = lens.run(PROMPT, LensOptions.defaults().points(PointKind.RESID_MID));
        assertEquals(layers() + 1, mid.points().size());
        assertSame(mid.finalPoint(), mid.layer(-1));
        assertEquals(all.top(all.finalPoint(), -1), mid.top(mid.finalPoint(), -1));
        assertEquals("embedding: expected PointKind.EMBED among the points that were read, got [RESID_MID]",
                assertThrows(IllegalStateException.class, mid::embedding).getMessage());
        assertTrue(refused(() -> mid.layer(0)).contains("blocks.0.hook_resid_post"));
        assertEquals(1, lens.run(PROMPT, LensOptions.defaults().points(new PointKind[0])).points().size());
    }

    @Test
    void metricsAreTheReadingsNumbers() {
        LensResult result = lens.run(PROMPT);
        LensPoint point = result.layer(3);
        LensReading reading = result.reading(point, -1);
        TokenPrediction first = reading.top().getFirst();
        assertEquals(first.probability(), result.value(LensMetric.PROBABILITY, point, -1));
        assertEquals(first.logit(), result.value(LensMetric.LOGIT, point, -1));
        assertEquals(Math.log(first.probability()), result.value(LensMetric.LOG_PROBABILITY, point, -1), 1e-12);
        assertEquals(reading.entropy(), result.value(LensMetric.ENTROPY, point, -1));
        assertEquals(reading.klToFinal(), result.value(LensMetric.KL_TO_FINAL, point, -1));
        for (LensMetric metric : LensMetric.values()) {
            assertSame(metric, LensMetric.named(metric.key()));
        }
        assertTrue(refused(() -> LensMetric.named("surprise")).contains("klToFinal"));
    }

    @Test
    void theLastRowIsTheModelsOutput() {
        int[] ids = lens.tokenizer().encode(PROMPT);
        float[] logits = lens.model().logits(ids);
        LensResult result = lens.run(PROMPT, LensOptions.defaults().topK(logits.length).positions(Positions.last()));
        List<TokenPrediction> all = result.top(result.finalPoint(), -1);
        assertEquals(logits.length, all.size());
        float[] read = new float[logits.length];
        all.forEach(prediction -> read[prediction.id()] = prediction.logit());
        assertArrayEquals(logits, read);
        assertEquals(1, all.stream().mapToDouble(TokenPrediction::probability).sum(), 1e-6);
    }

    @Test
    void onePositionReadsAsAllDo() {
        LensResult all = lens.run(PROMPT);
        for (int position = 0; position < all.tokens().size(); position++) {
            LensResult one = lens.run(PROMPT, LensOptions.defaults().positions(Positions.of(position)));
            assertEquals(List.of(position), one.positions());
            for (LensPoint point : all.points()) {
                assertEquals(all.reading(point, position), one.reading(point, position), "position " + position);
            }
        }
    }

    @Test
    void partsReadAsTheWholeDoes() {
        int[] ids = lens.tokenizer().encode(PROMPT);
        LensOptions options = LensOptions.defaults().metrics(LensMetric.values()).track(" Paris");
        LensResult all = lens.run(ids, options, Hooks.none());
        for (int atOnce : new int[] {1, 2, 3, 5, 6, Integer.MAX_VALUE}) {
            List<Integer> positions = new ArrayList<>();
            lens.run(ids, options, Hooks.none(), atOnce, part -> {
                assertTrue(part.positions().size() <= atOnce);
                positions.addAll(part.positions());
                for (int position : part.positions()) {
                    assertEquals(all.track(" Paris", position), part.track(" Paris", position));
                    for (LensPoint point : all.points()) {
                        assertEquals(all.reading(point, position), part.reading(point, position));
                        for (LensMetric metric : LensMetric.values()) {
                            assertEquals(all.value(metric, point, position), part.value(metric, point, position));
                        }
                    }
                }
            });
            assertEquals(all.positions(), positions);
        }
        assertTrue(refused(() -> lens.run(ids, options, Hooks.none(), 0, part -> { })).contains("got 0"));
    }

    @Test
    void positionsCountFromTheEndToo() {
        LensResult result = lens.run(PROMPT, LensOptions.defaults().positions(Positions.of(-1, 1)));
        assertEquals(List.of(1, 4), result.positions());
        assertEquals(result.reading(result.embedding(), 4), result.reading(result.embedding(), -1));
        assertEquals(4, result.reading(result.embedding(), -1).position());
        assertTrue(refused(() -> result.reading(result.embedding(), 2)).contains("got 2"));
        assertTrue(refused(() -> result.decisionLayer(5)).contains("5 tokens"));
        assertTrue(refused(() -> result.top(result.embedding(), -6)).contains("-6"));
        assertTrue(refused(() -> lens.run(PROMPT, LensOptions.defaults().positions(Positions.of(5)))).contains("got 5"));
    }

    @Test
    void theBeginningOfTextIsThereOnlyWhenAskedFor() {
        LensResult plain = lens.run(PROMPT);
        assertEquals(List.of(464, 3139, 286, 4881, 318), plain.tokens().stream().map(Token::id).toList());
        LensResult bos = lens.run(PROMPT, LensOptions.defaults().bos(Bos.PREPEND));
        assertEquals(List.of(50256, 464, 3139, 286, 4881, 318), bos.tokens().stream().map(Token::id).toList());
        assertEquals(Bos.PREPEND, bos.options().bos());
        assertEquals(6, bos.positions().size());
        assertFalse(plain.top(plain.layer(0), -1).equals(bos.top(bos.layer(0), -1)), "BOS changes every number");
        LensResult byId = lens.run(new int[] {50256, 464, 3139, 286, 4881, 318}, LensOptions.defaults(), Hooks.none());
        assertEquals(byId.reading(byId.finalPoint(), -1), bos.reading(bos.finalPoint(), -1));
        assertEquals(1, lens.run("", LensOptions.defaults().bos(Bos.PREPEND)).tokens().size());
        assertEquals(7, lens.run("<|endoftext|>").tokens().size(), "in a prompt it is plain text");
    }

    @Test
    void decisionLayerIsWhereTheLastAnswerStays() {
        LensResult result = lens.run("The Eiffel Tower is in");
        for (int position : result.positions()) {
            int answer = result.top(result.finalPoint(), position).getFirst().id();
            int decided = result.points().indexOf(result.decisionLayer(position));
            for (int i = 0; i < result.points().size(); i++) {
                LensPoint point = result.points().get(i);
                boolean same = result.top(point, position).getFirst().id() == answer;
                assertTrue(i < decided || same, "after the decision the answer is the last one");
                assertFalse(i == decided - 1 && same, "the decision could be earlier");
            }
        }
    }

    @Test
    void blocksThatWriteNothingLeaveTheDecisionAtTheEmbedding(@TempDir Path folder) {
        new TinyModel(3, 2, 8, 16, 90, 12, 61).write(folder, weights -> weights.forEach((name, values) -> {
            if (name.contains("c_proj")) {
                Arrays.fill(values, 0);
            }
        }));
        try (LogitLens still = LogitLens.open(folder)) {
            LensResult result = still.run(new int[] {1, 2, 3}, LensOptions.defaults(), Hooks.none());
            for (int position : result.positions()) {
                assertSame(result.embedding(), result.decisionLayer(position));
                for (LensPoint point : result.points()) {
                    assertEquals(result.top(result.finalPoint(), position), result.top(point, position));
                    assertEquals(0, result.reading(point, position).klToFinal(), 1e-12);
                }
            }
        }
    }

    @Test
    void trackedTokensAreFollowedThroughEveryPoint() {
        LensResult result = lens.run(PROMPT, LensOptions.defaults().topK(50257).positions(Positions.last())
                .track(" Paris").track("!"));
        for (String token : List.of(" Paris", "!")) {
            List<TrackedToken> track = result.track(token, -1);
            assertEquals(result.points().size(), track.size());
            for (LensPoint point : result.points()) {
                TrackedToken tracked = result.tracked(token, point, -1);
                assertEquals(track.get(result.points().indexOf(point)), tracked);
                TokenPrediction prediction = result.top(point, -1).get(tracked.rank() - 1);
                assertEquals(prediction.id(), tracked.id());
                assertEquals(prediction.logit(), tracked.logit());
                assertEquals(prediction.probability(), tracked.probability());
            }
        }
        assertTrue(refused(() -> result.track(" London", -1)).contains(" London"));
        LensResult byId = lens.run(PROMPT, LensOptions.defaults().track(TokenRef.parse("id:6342")));
        assertEquals(lens.run(PROMPT, LensOptions.defaults().track(" Paris")).track(" Paris", -1),
                byId.track(TokenRef.of(6342), -1));
        assertTrue(refused(() -> lens.run(PROMPT, LensOptions.defaults().track(TokenRef.of(50257)))).contains("50257"));
        assertTrue(refused(() -> lens.run(PROMPT, LensOptions.defaults().track("Paris France"))).contains("got 2"));
    }

    @Test
    void resultsCannotBeChanged() {
        int[] ids = {464, 3139, 286, 4881, 318};
        LensResult result = lens.run(ids, LensOptions.defaults().track(" Paris"), Hooks.none());
        ids[0] = 1;
        assertEquals(464, result.tokens().getFirst().id());
        assertThrows(UnsupportedOperationException.class, () -> result.points().removeFirst());
        assertThrows(UnsupportedOperationException.class, () -> result.tokens().removeFirst());
        assertThrows(UnsupportedOperationException.class, () -> result.positions().removeFirst());
        assertThrows(UnsupportedOperationException.class, () -> result.top(result.embedding(), 0).removeFirst());
        assertThrows(UnsupportedOperationException.class, () -> result.track(" Paris", 0).removeFirst());
        assertThrows(UnsupportedOperationException.class, () -> result.options().tracked().removeFirst());
        result.tokens().getFirst().bytes()[0] = 'X';
        assertEquals("The", result.tokens().getFirst().text());
    }

    @Test
    void pointsThatWereNotReadAreRefused() {
        LensResult mid = lens.run(PROMPT, WITH_MID);
        LensResult plain = lens.run(PROMPT);
        String message = refused(() -> plain.top(mid.points().get(1), -1));
        assertTrue(message.contains("blocks.0.hook_resid_post") && message.endsWith("got blocks.0.hook_resid_mid"), message);
        assertEquals(plain.top(plain.layer(0), -1), plain.top(lens.run(PROMPT).layer(0), -1), "an equal point will do");
    }

    @Test
    void optionsAreValuesAndChangeByCopies() {
        LensOptions defaults = LensOptions.defaults();
        LensOptions changed = defaults.topK(3).bottomK(4).positions(Positions.last()).bos(Bos.PREPEND)
                .specialTokens(SpecialTokens.PARSE).points(PointKind.RESID_MID).layers(Layers.of(1)).layerNorm(LayerNormMode.NONE).stopAfter(2)
                .metrics(LensMetric.ENTROPY).track(" a").track(TokenRef.of(5));
        assertEquals("LensOptions[topK=3, bottomK=4, positions=last, bos=PREPEND, specialTokens=PARSE, points=[RESID_MID], layers=1,"
                + " readout=logit, layerNorm=none, stopAfter=2, metrics=[entropy], tracked=[ a, id:5]]", changed.toString());
        assertEquals("LensOptions[topK=10, bottomK=0, positions=all, bos=NONE, specialTokens=TEXT, points=[EMBED, RESID_POST],"
                + " layers=all, readout=logit, layerNorm=recomputed, stopAfter=none, metrics=[], tracked=[]]", defaults.toString());
        assertEquals(LensOptions.defaults().topK(3), LensOptions.defaults().topK(4).topK(3));
        assertEquals(LensOptions.defaults().topK(3).hashCode(), LensOptions.defaults().topK(4).topK(3).hashCode());
        assertNotEquals(LensOptions.defaults().topK(3), LensOptions.defaults());
        assertEquals("top-k: expected at least 1, got 0", refused(() -> defaults.topK(0)));
        assertEquals("bottom-k: expected at least 0, got -1", refused(() -> defaults.bottomK(-1)));
        assertThrows(NullPointerException.class, () -> defaults.positions(null));
        assertThrows(NullPointerException.class, () -> defaults.bos(null));
        assertThrows(NullPointerException.class, () -> defaults.track((String) null));
    }

    @Test
    void promptsOfTheWrongLengthAreRefused() {
        int nCtx = lens.model().config().nCtx();
        assertTrue(refused(() -> lens.run("")).contains("at least one token"));
        assertTrue(refused(() -> lens.run(new int[0], LensOptions.defaults(), Hooks.none())).contains("at least one token"));
        int[] full = new int[nCtx];
        Arrays.fill(full, 464);
        LensOptions last = LensOptions.defaults().topK(1).positions(Positions.last());
        LensResult result = lens.run(full, last, Hooks.none());
        assertEquals(List.of(nCtx - 1), result.positions());
        String tooLong = refused(() -> lens.run(Arrays.copyOf(full, nCtx + 1), last, Hooks.none()));
        assertTrue(tooLong.contains("at most " + nCtx) && tooLong.contains("got " + (nCtx + 1)), tooLong);
        assertTrue(refused(() -> lens.run(full, last.bos(Bos.PREPEND), Hooks.none())).contains("got " + (nCtx + 1)));
        assertTrue(refused(() -> lens.model().logits(Arrays.copyOf(full, nCtx + 1))).contains("got " + (nCtx + 1)));
        assertTrue(refused(() -> lens.model().logits(new int[0])).contains("at least one"));
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        for (int id : new int[] {-1, 50257, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            String message = refused(() -> lens.run(new int[] {464, id}, LensOptions.defaults(), Hooks.none()));
            assertTrue(message.contains("position 1") && message.contains("got " + id), message);
        }
        lens.run(new int[] {0, 50256}, LensOptions.defaults(), Hooks.none());
    }

    @Test
    void anUnknownModelIsRefused(@TempDir Path empty) {
        assertEquals(CheckpointException.Reason.UNKNOWN_MODEL,
                assertThrows(CheckpointException.class, () -> LogitLens.open("no-such-model")).reason());
        assertEquals(CheckpointException.Reason.CONFIG_MISSING,
                assertThrows(CheckpointException.class, () -> LogitLens.open(empty)).reason());
    }

    @Test
    void textFormsAreForPeople() {
        LensResult result = lens.run(PROMPT);
        assertEquals("LensResult[demo: \"The capital of France is\" ▸ \" Paris\": 0.999, decided at Layer 3,"
                + " 9 points × 5 of 5 positions]", result.toString());
        assertTrue(lens.run("a ".repeat(40), LensOptions.defaults().stopAfter(1)).toString()
                .matches("LensResult\\[demo: \"… a a a .*stopped after layer 1, 3 points × 41 of 41 positions]"));
        TokenPrediction prediction = new TokenPrediction(lens.tokenizer().token(6342), 1, Math.log(0.4123));
        assertEquals("\" Paris\": 0.412", prediction.toString());
        assertEquals("Layer 0", result.layer(0).toString());
    }

    @Test
    void whatWasNotReadIsRefusedWithTheWayToAsk() {
        LensResult result = lens.run(PROMPT);
        LensPoint point = result.layer(3);
        for (LensMetric metric : LensMetric.values()) {
            if (metric.alwaysRead()) {
                result.value(metric, point, -1);
            } else {
                String message = refused(() -> result.value(metric, point, -1));
                assertTrue(message.contains(metric.key()) && message.contains("LensOptions.metrics(LensMetric." + metric.name()),
                        message);
            }
        }
        LensResult listed = lens.run(PROMPT, LensOptions.defaults().positions(Positions.range(0, 1000)));
        assertFalse(listed.hasLoss());
        assertTrue(refused(() -> listed.loss(point)).contains("SURPRISAL"));
        assertTrue(refused(() -> result.logitDifference(point, -1)).contains("LensOptions.versus"));
        assertEquals(List.of(), result.bottom(point, -1));
    }

    @Test
    void askingForMoreChangesNoOtherNumber() {
        LensResult plain = lens.run(PROMPT);
        LensResult all = lens.run(PROMPT, LensOptions.defaults().bottomK(3).metrics(LensMetric.values()).track(" Paris"));
        for (int position : plain.positions()) {
            for (LensPoint point : plain.points()) {
                assertEquals(plain.reading(point, position), all.reading(point, position));
            }
        }
    }

    @Test
    void theFinalPointIsNoDistanceFromItself() {
        LensResult result = lens.run(PROMPT, LensOptions.defaults().metrics(LensMetric.values()));
        for (int position : result.positions()) {
            for (LensMetric metric : List.of(LensMetric.KL_TO_FINAL, LensMetric.KL_FROM_FINAL, LensMetric.JSD,
                    LensMetric.TOTAL_VARIATION)) {
                assertEquals(0.0, result.value(metric, result.finalPoint(), position), metric.key());
            }
            assertEquals(1.0, result.value(LensMetric.COSINE_TO_FINAL, result.finalPoint(), position));
            for (LensPoint point : result.points()) {
                assertTrue(result.value(LensMetric.JSD, point, position) <= Math.log(2), "JSD");
                assertTrue(result.value(LensMetric.TOTAL_VARIATION, point, position) <= 1, "TV");
            }
        }
    }

    @Test
    void lossIsTheMeanSurprisalOfWhatFollows() {
        LensOptions options = LensOptions.defaults().metrics(LensMetric.SURPRISAL);
        LensResult result = lens.run(PROMPT, options);
        int last = result.tokens().size() - 1;
        for (LensPoint point : result.points()) {
            double sum = 0;
            for (int position = 0; position < last; position++) {
                TokenRef next = TokenRef.of(result.tokens().get(position + 1).id());
                double logProbability = lens.run(PROMPT, LensOptions.defaults().track(next))
                        .tracked(next, point, position).logProbability();
                assertEquals(-logProbability, result.value(LensMetric.SURPRISAL, point, position));
                assertEquals(-logProbability / Math.log(2), result.value(LensMetric.SURPRISAL_BITS, point, position), 1e-12);
                sum -= logProbability;
            }
            assertEquals(Double.NaN, result.value(LensMetric.SURPRISAL, point, last), "nothing follows");
            assertEquals(sum / last, result.loss(point), 1e-12);
            assertEquals(result.loss(point), lens.run(PROMPT).loss(point), "without asking for surprisals");
            assertEquals(Math.exp(sum / last), result.perplexity(point), 1e-9 * Math.exp(sum / last));
        }
        assertTrue(result.hasLoss());
        LensResult part = lens.run(PROMPT, options.positions(Positions.of(0, 1)));
        assertFalse(part.hasLoss());
        assertTrue(refused(() -> part.loss(part.finalPoint())).contains("Positions.all()"));
        // As many as have a next token, but not those.
        LensResult others = lens.run(PROMPT, options.positions(Positions.of(IntStream.rangeClosed(1, last).toArray())));
        assertTrue(refused(() -> others.loss(others.finalPoint())).contains("Positions.all()"));
        LensResult allButTheLast = lens.run(PROMPT, options.positions(Positions.of(IntStream.range(0, last).toArray())));
        assertEquals(result.loss(result.finalPoint()), allButTheLast.loss(allButTheLast.finalPoint()));
        LensResult one = lens.run("The", options);
        assertFalse(one.hasLoss());
        assertTrue(refused(() -> one.loss(one.finalPoint())).contains("at least 2 tokens"));
    }

    @Test
    void aDifferenceOfLogitsIsOneOfLogProbabilities() {
        TokenRef paris = TokenRef.of(" Paris");
        TokenRef the = TokenRef.of(" the");
        LensResult result = lens.run(PROMPT, LensOptions.defaults().track(paris).track(the));
        for (LensPoint point : result.points()) {
            double difference = result.logitDifference(paris, the, point, -1);
            TrackedToken p = result.tracked(paris, point, -1);
            TrackedToken t = result.tracked(the, point, -1);
            assertEquals((double) p.logit() - t.logit(), difference);
            assertEquals(p.logProbability() - t.logProbability(), difference, 1e-9);
            assertEquals(-difference, result.logitDifference(the, paris, point, -1));
        }
        assertTrue(refused(() -> result.logitDifference(paris, TokenRef.of(5), result.finalPoint(), -1)).contains("id:5"));
    }

    @Test
    void firstAppearanceAndFlipsAreThoseOfTheTopTokens() {
        LensResult result = lens.run("The Eiffel Tower is in", LensOptions.defaults().points(PointKind.values()));
        for (int position : result.positions()) {
            List<Integer> first = result.residualPoints().stream()
                    .map(point -> result.top(point, position).getFirst().id()).toList();
            int answer = first.getLast();
            assertEquals(first.indexOf(answer), result.residualPoints().indexOf(result.firstAppearance(position)));
            assertTrue(result.points().indexOf(result.firstAppearance(position)) <= result.points().indexOf(result.decisionLayer(position)), "no later");
            int flips = 0;
            for (int i = 1; i < first.size(); i++) {
                flips += first.get(i).equals(first.get(i - 1)) ? 0 : 1;
            }
            assertEquals(flips, result.flips(position));
        }
    }

    @Test
    void changeIsAskedOfTheResidualStreamAlone() {
        LensResult result = lens.run(PROMPT, LensOptions.defaults().metrics(LensMetric.CHANGE)
                .points(PointKind.EMBED, PointKind.ATTN_OUT, PointKind.RESID_POST));
        LensResult plain = lens.run(PROMPT, LensOptions.defaults().metrics(LensMetric.CHANGE));
        for (LensPoint point : result.points()) {
            double change = result.value(LensMetric.CHANGE, point, -1);
            if (point.kind() == PointKind.EMBED || !point.kind().isResidual()) {
                assertEquals(Double.NaN, change, point.label());
            } else {
                assertEquals(plain.value(LensMetric.CHANGE, plain.point(point.name()), -1), change, point.label());
            }
        }
    }

    @Test
    void provenanceSaysWhatMadeTheResult(@TempDir Path folder) {
        LensOptions options = LensOptions.defaults().bos(Bos.PREPEND);
        Provenance made = lens.run(PROMPT, options).provenance();
        try (Checkpoint demo = Checkpoint.demo()) {
            assertEquals(demo.sha256(), made.weightsSha256());
        }
        assertEquals(List.of("demo", "logit", lens.tokenizer().contentHash(), lens.model().kernels()),
                List.of(made.modelId(), made.lens(), made.tokenizerSha256(), made.kernels()));
        assertEquals(Bos.PREPEND, made.bos());
        assertTrue(made.version().matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"), made.version());
        new TinyModel(1, 2, 8, 16, 90, 12, 62).write(folder);
        LensResult late;
        try (LogitLens tiny = LogitLens.open(folder)) {
            late = tiny.run(new int[] {1, 2, 3}, LensOptions.defaults(), Hooks.none());
        }
        assertEquals(64, late.provenance().weightsSha256().length(), "also after the model was closed");
    }

    @Test
    void anEditedRunSaysSo() {
        LensResult plain = lens.run(PROMPT);
        LensResult edited = lens.run(PROMPT, LensOptions.defaults(), Edits.zeroHead(5, 3));
        assertEquals(List.of(), plain.edits());
        assertEquals(List.of("zero:L5H3"), edited.edits());
        assertEquals(List.of("zero:L5H3"), edited.provenance().edits());
        assertTrue(edited.toString().contains("edits [zero:L5H3]"), edited.toString());
        Hooks custom = Hooks.none().observe(HookSite.ATTN_Z.at(5), (point, z) -> { })
                .edit(HookSite.MLP_OUT.at(2), (point, out) -> out.fill(0))
                .edit(point -> point.site() == HookSite.ATTN_OUT, (point, out) -> out.fill(0));
        assertEquals(List.of("custom edit at blocks.2.hook_mlp_out", "custom edit at the points of a condition"),
                lens.run(PROMPT, LensOptions.defaults(), custom).edits());
        assertEquals(List.of("zero:L5H3"), lens.attribute(lens.tokens(PROMPT, Bos.NONE), AttributionOptions.of(" Paris"),
                Hooks.of(Edits.zeroHead(5, 3))).provenance().edits());
    }

    @Test
    void twoBosTokensAreNoted() {
        LensOptions withBos = LensOptions.defaults().bos(Bos.PREPEND);
        assertEquals(List.of(), lens.run(PROMPT, withBos).notes());
        assertEquals(List.of(), lens.run("<|endoftext|>", LensOptions.defaults().specialTokens(SpecialTokens.PARSE)).notes());
        List<String> notes = lens.run("<|endoftext|>The", withBos.specialTokens(SpecialTokens.PARSE)).notes();
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().contains("two BOS tokens"), notes.getFirst());
        assertEquals(notes, lens.run(new int[] {50256, 464}, withBos).notes());
    }

    @Test
    void tokensAreThoseOfARun() {
        assertArrayEquals(new int[] {50256, 464, 3139}, lens.tokens("The capital", Bos.PREPEND));
        assertArrayEquals(new int[] {464, 3139}, lens.tokens("The capital", Bos.NONE));
        assertArrayEquals(new int[] {50256}, lens.tokens("<|endoftext|>", Bos.NONE, SpecialTokens.PARSE));
        assertEquals(7, lens.tokens("<|endoftext|>", Bos.NONE).length);
    }

    @Test
    void computeIsAValueGivenToOpen() {
        Compute one = Compute.defaults().threads(1).kernels(Compute.Kernels.SCALAR);
        assertEquals(one, Compute.defaults().kernels(Compute.Kernels.SCALAR).threads(1));
        try (LogitLens scalar = LogitLens.open("demo", OpenOptions.defaults().compute(one))) {
            LensResult result = scalar.run(PROMPT);
            assertEquals("scalar", result.provenance().kernels());
            assertEquals(1, result.provenance().threads());
            assertEquals(lens.run(PROMPT).top(lens.run(PROMPT).finalPoint(), -1), result.top(result.finalPoint(), -1));
        }
        assertEquals("scalar kernels, 1 thread (scalar kernels were chosen)", one.describe());
        assertEquals("threads: expected 1 to 1024, got 0", refused(() -> one.threads(0)));
        assertEquals("threads: expected 1 to 1024, got 1025", refused(() -> one.threads(1025)));
    }
}
