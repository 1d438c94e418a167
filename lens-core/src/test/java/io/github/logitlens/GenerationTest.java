package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.edit.Edits;
import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.ReadingsDigest;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Compute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Going on with a prompt: the tokens, where they end, and the lens beside them.
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GenerationTest {

    private static final TinyModel MODEL = new TinyModel(3, 3, 36, 70, 400, 40, 61);
    private static final GenerationOptions GREEDY = GenerationOptions.defaults();

    @TempDir
    private static Path temporary;

    private static Path folder;
    private static LogitLens demo;

    @BeforeAll
    static void open() {
        folder = MODEL.write(temporary.resolve("model"));
        demo = LogitLens.open("demo");
    }

    @AfterAll
    static void close() {
        demo.close();
    }

    private static LogitLens tiny() {
        return tiny(2, Compute.Kernels.SCALAR, false);
    }

    private static LogitLens tiny(int threads, Compute.Kernels kernels, boolean streamed) {
        return LogitLens.open(folder, OpenOptions.defaults().streamed(streamed)
                .compute(Compute.defaults().threads(threads).kernels(kernels)));
    }

    private static List<GeneratedSample> all(LogitLens lens, Prompt prompt, GenerationOptions options) {
        return lens.generate(prompt, options, token -> { });
    }

    private static List<Integer> ids(GeneratedSample sample) {
        return sample.tokens().stream().map(GeneratedToken::id).toList();
    }

    private static int[] finished(int[] prompt, GeneratedSample sample) {
        return IntStream.concat(IntStream.of(prompt), ids(sample).stream().mapToInt(Integer::intValue)).toArray();
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    @Test
    void greedyTokensAreThoseOfPassesOverTheWholeText() {
        int[] prompt = {5, 399, 0, 17};
        try (LogitLens lens = tiny()) {
            GeneratedSample sample = all(lens, Prompt.ids(prompt), GREEDY.maxTokens(12)).getFirst();
            int[] text = finished(prompt, sample);
            assertEquals(12, sample.tokens().size());
            for (GeneratedToken token : sample.tokens()) {
                float[] logits = lens.model().logits(Arrays.copyOf(text, token.position()));
                assertEquals(argmax(logits), token.id());
                assertEquals(logits[token.id()], token.logit());
                assertEquals(token.id(), text[token.position()]);
                double sum = 0;
                for (float logit : logits) {
                    sum += Math.exp(logit);
                }
                assertEquals(Math.exp(token.logit()) / sum, token.probability(), 1e-6);
            }
        }
    }

    private static List<LensOptions> readings() {
        LensOptions all = LensOptions.defaults().metrics(LensMetric.values()).track(TokenRef.of(7)).bottomK(3);
        return List.of(
                LensOptions.defaults().topK(3),
                all.points(PointKind.values()),
                all.layerNorm(LayerNormMode.FROZEN),
                all.points(PointKind.HEAD, PointKind.MLP_OUT).layerNorm(LayerNormMode.NONE),
                LensOptions.defaults().metrics(LensMetric.SURPRISAL).stopAfter(1));
    }

    /// The lens beside each token is that of a run over the finished text, and the tokens are those without a lens.
    private static void assertLensIsThatOfTheFinishedText(LogitLens lens, int[] prompt, GenerationOptions options, LensOptions reading,
            Hooks hooks) {
        String what = reading + ", " + hooks;
        List<GeneratedSample> samples;
        List<GeneratedSample> unread;
        try (Generation generation = lens.generate(Prompt.ids(prompt), options.lens(reading), hooks);
                Generation plain = lens.generate(Prompt.ids(prompt), options, hooks)) {
            generation.forEachRemaining(token -> assertTrue(token.lens().isPresent()));
            plain.forEachRemaining(token -> assertEquals(Optional.empty(), token.lens()));
            samples = generation.samples();
            unread = plain.samples();
        }
        for (int i = 0; i < samples.size(); i++) {
            assertEquals(ids(unread.get(i)), ids(samples.get(i)), what);
            int[] text = finished(prompt, samples.get(i));
            for (int t = 0; t < samples.get(i).tokens().size(); t++) {
                GeneratedToken token = samples.get(i).tokens().get(t);
                assertEquals(unread.get(i).tokens().get(t).logit(), token.logit(), what);
                assertEquals(unread.get(i).tokens().get(t).logProbability(), token.logProbability(), what);
                int at = token.position() - 1;
                LensResult expected = lens.run(text, reading.positions(Positions.of(at)), hooks);
                LensResult actual = token.lens().orElseThrow();
                assertEquals(ReadingsDigest.of(expected), ReadingsDigest.of(actual), () -> what + ", position " + at);
                for (TokenRef tracked : reading.tracked()) {
                    assertEquals(expected.track(tracked, at), actual.track(tracked, -1), what);
                }
                assertEquals(hooks.edits(), actual.edits());
                assertEquals(token.position(), actual.tokens().size(), "tokens that the lens saw");
            }
        }
    }

    @Test
    @Tag("bits")
    void theLensBesideATokenHasTheBitsOfARunOverTheFinishedText() {
        Random random = new Random(62);
        for (Compute.Kernels kernels : List.of(Compute.Kernels.SCALAR, Compute.Kernels.VECTOR)) {
            for (boolean streamed : new boolean[] {false, true}) {
                try (LogitLens lens = tiny(1 + random.nextInt(3), kernels, streamed)) {
                    for (LensOptions reading : readings()) {
                        int[] prompt = random.ints(1 + random.nextInt(30), 0, MODEL.vocabSize()).toArray();
                        GenerationOptions options = GREEDY.maxTokens(1 + random.nextInt(8)).samples(1 + random.nextInt(3))
                                .temperature(random.nextInt(3)).seed(random.nextLong());
                        assertLensIsThatOfTheFinishedText(lens, prompt, options, reading, Hooks.none());
                        boolean reaches = reading.stopAfter().isEmpty();
                        assertLensIsThatOfTheFinishedText(lens, prompt, options, reading,
                                Hooks.of(Edits.zeroHead(reaches ? 2 : 1, 1)));
                    }
                }
            }
        }
    }

    @Test
    void samplesShareThePromptAndAreThoseOfTheirSeedsAlone() {
        Prompt prompt = Prompt.ids(1, 2, 3, 4, 5);
        GenerationOptions options = GREEDY.temperature(1).maxTokens(6).seed(70);
        List<Integer> rows = new ArrayList<>();
        Hooks count = Hooks.none().observe(HookSite.EMBED.at(0), (point, x) -> rows.add(x.shape()[0]));
        try (LogitLens lens = tiny(); Generation generation = lens.generate(prompt, options.samples(4), count)) {
            List<Integer> order = new ArrayList<>();
            generation.forEachRemaining(token -> order.add(token.sample()));
            assertEquals(5, rows.getFirst());
            assertEquals(List.of(1), rows.subList(1, rows.size()).stream().distinct().toList());
            assertEquals(1 + 4 * 5, rows.size());
            assertEquals(IntStream.range(0, 24).mapToObj(i -> i % 4).toList(), order);
            List<List<Integer>> texts = generation.samples().stream().map(GenerationTest::ids).toList();
            assertEquals(4, texts.stream().distinct().count(), texts.toString());
            for (int i = 0; i < 4; i++) {
                assertEquals(ids(all(lens, prompt, options.seed(70 + i)).getFirst()), texts.get(i));
            }
        }
    }

    @Test
    void samplesThatEndEarlyLeaveTheOthersAlone() {
        Prompt prompt = Prompt.ids(1, 2, 3, 4, 5);
        GenerationOptions options = GREEDY.temperature(1).maxTokens(8).samples(5).seed(70);
        try (LogitLens lens = tiny()) {
            List<GeneratedSample> free = all(lens, prompt, options);
            for (int ending : new int[] {0, 2, 4}) {
                for (int at : new int[] {0, 3}) {
                    TokenRef stop = TokenRef.of(ids(free.get(ending)).get(at));
                    List<GeneratedSample> samples = all(lens, prompt, options.stop(stop));
                    for (int i = 0; i < 5; i++) {
                        List<Integer> whole = ids(free.get(i));
                        int first = whole.indexOf(((TokenRef.Id) stop).id());
                        assertEquals(first < 0 ? whole : whole.subList(0, first + 1), ids(samples.get(i)));
                        assertEquals(Optional.of(first < 0 ? GenerationEnd.MAX_TOKENS : GenerationEnd.STOP), samples.get(i).ended());
                    }
                }
            }
        }
    }

    @Test
    void itEndsWhereTheContextEnds() {
        try (LogitLens lens = tiny()) {
            GeneratedSample sample = all(lens, Prompt.ids(new int[37]), GREEDY.maxTokens(10)).getFirst();
            assertEquals(3, sample.tokens().size());
            assertEquals(Optional.of(GenerationEnd.CONTEXT), sample.ended());
            assertEquals(Optional.of(GenerationEnd.CONTEXT), sample.tokens().getLast().ended());
            assertEquals(Optional.of(GenerationEnd.MAX_TOKENS),
                    all(lens, Prompt.ids(new int[37]), GREEDY.maxTokens(3)).getFirst().ended());
            try (Generation full = lens.generate(Prompt.ids(new int[40]), GREEDY.samples(2))) {
                assertFalse(full.hasNext());
                assertThrows(NoSuchElementException.class, full::next);
                assertEquals(List.of(Optional.of(GenerationEnd.CONTEXT), Optional.of(GenerationEnd.CONTEXT)),
                        full.samples().stream().map(GeneratedSample::ended).toList());
            }
        }
    }

    @Test
    void itEndsAtATextWhichIsNotShown() {
        StringBuilder shown = new StringBuilder();
        GeneratedSample sample = demo.generate(Prompt.of("Barack Obama was"), GREEDY.stop("never written").stop("ates from"), token -> {
            shown.append(token.text());
            assertTrue(" the president of the United St".startsWith(shown.toString()), shown.toString());
        }).getFirst();
        assertEquals(" the president of the United St", sample.text());
        assertEquals(sample.text(), shown.toString());
        assertEquals(Optional.of(GenerationEnd.STOP), sample.ended());
    }

    @Test
    void itEndsWithTheTokenThatEndsATextWhichIsNotShown() {
        float[] direction = demo.model().unembedding().direction(50256);
        int lastLayer = demo.model().config().nLayers() - 1;
        Hooks toTheEnd = Hooks.none().edit(HookSite.RESID_POST.at(lastLayer), (point, x) -> {
            for (int i = 0; i < direction.length && x.shape()[0] == 1; i++) {
                x.set(100 * direction[i], 0, i);
            }
        });
        try (Generation generation = demo.generate(Prompt.of("The Eiffel Tower is in"), GREEDY, toTheEnd)) {
            generation.forEachRemaining(token -> { });
            GeneratedSample sample = generation.samples().getFirst();
            assertEquals(2, sample.tokens().size());
            assertEquals(50256, sample.tokens().getLast().id());
            assertEquals("", sample.tokens().getLast().text());
            assertEquals(Optional.of(GenerationEnd.END_OF_TEXT), sample.ended());
        }
    }

    @Test
    void theSameSeedWritesTheSameTextOnEveryMachine() {
        GenerationOptions options = GREEDY.maxTokens(14).temperature(1.5).sampleK(50).topP(0.9).seed(3).samples(2);
        assertEquals(List.of(" made of hydrogen and oxygen. She is the name behind every child and", " wet, and fire is sister."),
                all(demo, Prompt.of("Water is"), options).stream().map(GeneratedSample::text).toList());
    }

    @Test
    void textsComeInWholeCharacters() {
        GeneratedText text = new GeneratedText(demo.tokenizer(), List.of());
        StringBuilder shown = new StringBuilder();
        for (int id : demo.tokenizer().encode("né 日本 🗼")) {
            String piece = text.accept(id);
            assertFalse(piece.contains("\ufffd"), piece);
            shown.append(piece);
        }
        assertEquals("né 日本 🗼", shown + text.finish());
        int[] tower = demo.tokenizer().encode("🗼");
        GeneratedText cut = new GeneratedText(demo.tokenizer(), List.of());
        assertEquals("", cut.accept(tower[0]));
        assertEquals("\ufffd", cut.finish());
    }

    @Test
    void whatMayBeginAStopIsHeldBack() {
        List<String> shown = new ArrayList<>();
        GeneratedText text = new GeneratedText(demo.tokenizer(), List.of("abd", "bcx"));
        for (char letter : "zababcabd".toCharArray()) {
            shown.add(text.accept(demo.tokenizer().requireSingleToken(String.valueOf(letter))));
        }
        assertEquals(List.of("z", "", "", "ab", "", "a", "bc", "", ""), shown);
        assertTrue(text.stopped());
        assertEquals("", text.finish());
        GeneratedText unfinished = new GeneratedText(demo.tokenizer(), List.of("abd"));
        assertEquals("", unfinished.accept(demo.tokenizer().requireSingleToken("a")));
        assertEquals("a", unfinished.finish());
    }

    @Test
    void aCancelledStepLeavesTheGenerationWhereItWas() {
        Prompt prompt = Prompt.ids(1, 2, 3);
        GenerationOptions options = GREEDY.temperature(1).samples(2).maxTokens(5);
        int[] calls = {0};
        Hooks interrupting = Hooks.none().observe(HookSite.RESID_PRE.at(1), (point, x) -> {
            if (calls[0] == 0 || calls[0] == 4) {
                Thread.currentThread().interrupt();
            }
            calls[0]++;
        });
        try (LogitLens lens = tiny(); Generation generation = lens.generate(prompt, options, interrupting)) {
            int cancelled = 0;
            while (generation.hasNext()) {
                try {
                    generation.next();
                } catch (RunCancelledException e) {
                    assertTrue(Thread.interrupted());
                    cancelled++;
                }
            }
            assertEquals(2, cancelled);
            assertEquals(all(lens, prompt, options).stream().map(GenerationTest::ids).toList(),
                    generation.samples().stream().map(GenerationTest::ids).toList());
        }
    }

    @Test
    @SuppressWarnings("try")
    void closingFromAnotherThreadEndsTheStep() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Hooks hooks = Hooks.none().observe(HookSite.RESID_PRE.at(1), (point, x) -> {
            if (x.shape()[0] == 1) {
                running.countDown();
                await(closed);
            }
        });
        try (LogitLens lens = tiny(); Generation generation = lens.generate(Prompt.ids(1, 2, 3), GREEDY, hooks)) {
            generation.next();
            Thread closing = Thread.startVirtualThread(() -> {
                await(running);
                generation.close();
                closed.countDown();
            });
            assertEquals(RunCancelledException.Reason.CLOSED,
                    assertThrows(RunCancelledException.class, generation::next).reason());
            assertFalse(generation.hasNext());
            assertEquals("generation is closed", assertThrows(IllegalStateException.class, generation::next).getMessage());
            assertEquals(1, generation.samples().getFirst().tokens().size());
            assertEquals(Optional.empty(), generation.samples().getFirst().ended());
            closing.join();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void logitsThatAreNoNumbersAreNotDrawnFrom() {
        Path poisoned = MODEL.write(temporary.resolve("nan"),
                weights -> TinyModel.fillRow(weights.get("wte.weight"), MODEL.dModel(), 17, Float.NaN));
        try (LogitLens lens = LogitLens.open(poisoned)) {
            try (Generation generation = lens.generate(Prompt.ids(1, 2, 3), GREEDY.temperature(1))) {
                assertEquals("logits at position 2: expected numbers to draw by, got NaN for the logarithm of the sum of their exponentials"
                        + " (model 'nan')", assertThrows(IllegalStateException.class, generation::next).getMessage());
            }
            assertEquals(5, all(lens, Prompt.ids(1, 2, 3), GREEDY.maxTokens(5)).getFirst().tokens().size());
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAtOnce() {
        try (LogitLens lens = tiny()) {
            assertEquals("prompt: expected at least one token, got none", refused(() -> lens.generate(Prompt.ids(), GREEDY)));
            assertTrue(refused(() -> lens.generate(Prompt.ids(new int[41]), GREEDY)).contains("at most 40"));
            assertEquals("token at position 1: expected an id from 0 to 399 (vocabulary of model 'model'), got 400",
                    refused(() -> lens.generate(Prompt.ids(1, 400), GREEDY)));
            assertTrue(refused(() -> lens.generate(Prompt.ids(1), GREEDY.stop(TokenRef.of(400)))).contains("got 400"));
            assertTrue(refused(() -> lens.generate(Prompt.ids(1), GREEDY, Hooks.of(Edits.zeroHead(3, 0)))).contains("L3H0"));
        }
        assertEquals("max-tokens: expected at least 1, got 0", refused(() -> GREEDY.maxTokens(0)));
        assertEquals("samples: expected at least 1, got 0", refused(() -> GREEDY.samples(0)));
        assertEquals("sample-k: expected at least 0, got -1", refused(() -> GREEDY.sampleK(-1)));
        for (double temperature : new double[] {-0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertEquals("temperature: expected a number of 0 or more, got " + temperature, refused(() -> GREEDY.temperature(temperature)));
        }
        for (double p : new double[] {0, 1.01, Double.NaN}) {
            assertEquals("top-p: expected a number above 0 and up to 1, got " + p, refused(() -> GREEDY.topP(p)));
        }
        assertEquals("stop: expected a text, got an empty one", refused(() -> GREEDY.stop("")));
    }

    private static String refused(Runnable call) {
        return assertThrows(IllegalArgumentException.class, call::run).getMessage();
    }

    @Test
    void optionsShowWhatWasAskedFor() {
        GenerationOptions options = GREEDY.maxTokens(3).temperature(0.5).sampleK(4).topP(0.6).seed(7).samples(2).stop("x")
                .stop(TokenRef.of(5)).bos(Bos.PREPEND).lens(LensOptions.defaults().topK(2));
        assertEquals("3 0.5 4 0.6 7 2 [x] [id:5] PREPEND TEXT 2", IntStream.of(1).mapToObj(i -> options.maxTokens() + " "
                + options.temperature() + " " + options.sampleK() + " " + options.topP() + " " + options.seed() + " " + options.samples()
                + " " + options.stopTexts() + " " + options.stopTokens() + " " + options.bos() + " " + options.specialTokens() + " "
                + options.lens().orElseThrow().topK()).collect(Collectors.joining()));
        GeneratedToken token = all(demo, Prompt.of("The"), options).getFirst().tokens().getFirst();
        assertEquals(2, token.position(), "BOS, The");
        assertEquals(Bos.PREPEND, token.lens().orElseThrow().options().bos());
        assertEquals(demo.generate(Prompt.of("The"), options).prompt(), token.lens().orElseThrow().tokens());
        Bits.assertSame(new float[] {token.logit()}, new float[] {demo.model().logits(new int[] {50256, 464})[token.id()]},
                () -> "the logit after BOS");
    }
}
