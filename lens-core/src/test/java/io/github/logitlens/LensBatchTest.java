package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.edit.Edits;
import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.fixtures.ReadingsDigest;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Compute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Many prompts: in their order, each as it is alone, and what cannot run in its place.
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LensBatchTest {

    private static final TinyModel MODEL = new TinyModel(3, 3, 36, 70, 400, 90, 51);

    @TempDir
    private static Path temporary;

    private static Path folder;

    @BeforeAll
    static void write() {
        folder = MODEL.write(temporary.resolve("model"));
    }

    private static LogitLens open(int threads, Compute.Kernels kernels, boolean streamed) {
        return LogitLens.open(folder, OpenOptions.defaults().streamed(streamed)
                .compute(Compute.defaults().threads(threads).kernels(kernels)));
    }

    private static LogitLens open() {
        return open(2, Compute.Kernels.SCALAR, false);
    }

    private static Prompt random(Random random, int most) {
        return Prompt.ids(random.ints(1 + random.nextInt(most), 0, MODEL.vocabSize()).toArray());
    }

    private static List<LensOptions> readings() {
        LensOptions all = LensOptions.defaults().metrics(LensMetric.values()).track(TokenRef.of(7)).bottomK(3);
        return List.of(
                LensOptions.defaults(),
                all.points(PointKind.values()),
                all.positions(Positions.last()).bos(Bos.NONE).layerNorm(LayerNormMode.FROZEN),
                all.points(PointKind.HEAD).positions(Positions.range(-3, 90)).layerNorm(LayerNormMode.NONE),
                LensOptions.defaults().topK(3).stopAfter(1).layers(Layers.parse("::2")));
    }

    private static Hooks edits() {
        return Hooks.of(Edits.zeroHead(1, 2)).edit(HookSite.ATTN_PATTERN.at(0), (point, pattern) -> pattern.set(0.25f, 1, 0, 0));
    }

    /// Everything that a result says.
    private static String all(LensResult result) {
        List<Object> parts = new ArrayList<>(List.of(ReadingsDigest.of(result), result.tokens(), result.positions(), result.points(),
                result.edits(), result.options()));
        for (TokenRef token : result.options().tracked()) {
            result.positions().forEach(position -> parts.add(result.track(token, position)));
        }
        return parts.toString();
    }

    private static List<String> alone(LogitLens lens, List<Prompt> prompts, LensOptions options, Hooks hooks) {
        return prompts.stream().map(prompt -> all(lens.run(((Prompt.Ids) prompt).ids(), options, hooks))).toList();
    }

    private static List<String> together(LogitLens lens, List<Prompt> prompts, LensOptions options, Hooks hooks, BatchOptions batch) {
        List<String> together = new ArrayList<>();
        lens.runAll(prompts.iterator(), options, hooks, batch, outcome -> {
            assertEquals(together.size(), outcome.index());
            assertEquals(prompts.get(together.size()), outcome.prompt());
            together.add(all(outcome.result()));
        });
        return together;
    }

    @Test
    @Tag("bits")
    void everyPromptHasTheBitsThatItHasAlone() {
        Random random = new Random(52);
        List<Prompt> prompts = Stream.generate(() -> random(random, random.nextBoolean() ? 8 : 90)).limit(23).toList();
        List<Hooks> hooks = List.of(Hooks.none(), edits());
        List<List<String>> expected = new ArrayList<>();
        try (LogitLens lens = open(1, Compute.Kernels.SCALAR, false)) {
            for (LensOptions options : readings()) {
                hooks.forEach(each -> expected.add(alone(lens, prompts, options, each)));
            }
        }
        for (Compute.Kernels kernels : List.of(Compute.Kernels.SCALAR, Compute.Kernels.VECTOR)) {
            for (boolean streamed : new boolean[] {false, true}) {
                try (LogitLens lens = open(1 + random.nextInt(3), kernels, streamed)) {
                    int seen = 0;
                    for (LensOptions options : readings()) {
                        for (Hooks each : hooks) {
                            BatchOptions batch = BatchOptions.defaults().rows(1 + random.nextInt(200))
                                    .memory(1L << (10 + random.nextInt(14)));
                            assertEquals(expected.get(seen++), together(lens, prompts, options, each, batch),
                                    () -> kernels + (streamed ? ", streamed, " : ", loaded, ") + options + ", " + each
                                            + ", rows " + batch.rows() + ", memory " + batch.memory());
                        }
                    }
                }
            }
        }
    }

    @Test
    void theOrderOfPromptsChangesNoBit() {
        Random random = new Random(53);
        List<Prompt> prompts = Stream.generate(() -> random(random, 20)).limit(12).toList();
        try (LogitLens lens = open()) {
            BatchOptions batch = BatchOptions.defaults();
            List<String> forwards = together(lens, prompts, LensOptions.defaults(), Hooks.none(), batch);
            assertEquals(forwards.reversed(), together(lens, prompts.reversed(), LensOptions.defaults(), Hooks.none(), batch));
        }
    }

    /// How many rows went through the layers together: hooks are called before the next prompt's pass begins.
    private static List<Integer> passes(BatchOptions batch, int... lengths) {
        List<Integer> rows = new ArrayList<>();
        AtomicInteger embedded = new AtomicInteger();
        Hooks count = Hooks.none()
                .observe(HookSite.EMBED.at(0), (point, x) -> embedded.addAndGet(x.shape()[0]))
                .observe(HookSite.RESID_POST.at(2), (point, x) -> {
                    if (embedded.get() > 0) {
                        rows.add(embedded.getAndSet(0));
                    }
                });
        try (LogitLens lens = open()) {
            lens.runAll(IntStream.of(lengths).mapToObj(length -> Prompt.ids(new int[length])).iterator(),
                    LensOptions.defaults().positions(Positions.last()), count, batch, outcome -> { });
        }
        return rows;
    }

    @Test
    void promptsGoTogetherUpToABudgetOfRows() {
        BatchOptions batch = BatchOptions.defaults().rows(20);
        assertEquals(List.of(18, 20, 19, 30, 1), passes(batch, 5, 6, 7, 20, 1, 18, 30, 1));
        assertEquals(List.of(1, 2, 3), passes(batch.rows(1), 1, 2, 3));
    }

    @Test
    void promptsGoTogetherUpToABudgetOfMemory() {
        // one position at four points is 2 * 4 * 4 * 36 bytes, one row 4 * (8 * 36 + 70)
        long one = 1152 + 10 * 1432;
        assertEquals(List.of(10, 10, 10), passes(BatchOptions.defaults().memory(one + 1152 + 10 * 1432 - 1), 10, 10, 10));
        assertEquals(List.of(20, 10), passes(BatchOptions.defaults().memory(one + 1152 + 10 * 1432), 10, 10, 10));
        assertEquals(List.of(40), passes(BatchOptions.defaults().memory(1), 40));
    }

    @Test
    void promptsAreTakenAsTheyAreNeeded() {
        AtomicInteger taken = new AtomicInteger();
        Iterator<Prompt> endless = Stream.generate(() -> Prompt.ids(taken.incrementAndGet() % 400, 5)).iterator();
        try (LogitLens lens = open();
                LensBatch batch = lens.batch(endless, LensOptions.defaults(), Hooks.none(), BatchOptions.defaults().rows(10))) {
            assertEquals(0, taken.get());
            for (int i = 0; i < 100; i++) {
                assertEquals(i, batch.next().index());
                assertTrue(taken.get() <= i + 1 + 4 * 10, "taken: " + taken);
            }
        }
    }

    @Test
    void whoWaitsForAResultGetsItBeforeThereAreMorePrompts() {
        AtomicInteger sent = new AtomicInteger(1);
        AtomicInteger taken = new AtomicInteger();
        Iterator<Prompt> conversation = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return taken.get() < 5;
            }

            @Override
            public Prompt next() {
                assertTrue(taken.incrementAndGet() <= sent.get(), "a prompt was asked for before it was sent");
                return Prompt.ids(taken.get());
            }
        };
        try (LogitLens lens = open();
                LensBatch batch = lens.batch(conversation, LensOptions.defaults(), Hooks.none(),
                        BatchOptions.defaults().whileReady(() -> taken.get() < sent.get()))) {
            for (int i = 0; i < 5; i++) {
                assertEquals(i, batch.next().index());
                sent.incrementAndGet();
            }
            assertFalse(batch.hasNext());
            assertThrows(NoSuchElementException.class, batch::next);
        }
    }

    private static String refusal(Outcome outcome) {
        Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, outcome);
        assertEquals(refused.message(), assertThrows(IllegalArgumentException.class, refused::result).getMessage());
        return refused.reason() + " " + refused.message();
    }

    @Test
    void whatCannotRunIsAnOutcomeInItsPlace() {
        Prompt good = Prompt.ids(1, 2, 3);
        int[] unknown = {1, 400, -1};
        List<Prompt> prompts = List.of(Prompt.ids(), good, Prompt.ids(new int[91]), good, Prompt.ids(unknown), good, Prompt.ids(1),
                good, Prompt.of("The Eiffel Tower"));
        try (LogitLens lens = open()) {
            List<Outcome> outcomes = lens.runAll(prompts, LensOptions.defaults().positions(Positions.of(1)));
            assertEquals(prompts, outcomes.stream().map(Outcome::prompt).toList());
            assertEquals("EMPTY prompt: expected at least one token, got none", refusal(outcomes.get(0)));
            assertEquals("TOO_LONG prompt: expected at most 90 tokens (nCtx of model 'model'), got 91", refusal(outcomes.get(2)));
            assertEquals("UNKNOWN_ID token at position 1: expected an id from 0 to 399 (vocabulary of model 'model'), got 400",
                    refusal(outcomes.get(4)));
            assertEquals("NO_SUCH_POSITION position: expected -1 to 0 (the prompt has 1 token), got 1", refusal(outcomes.get(6)));
            assertTrue(refusal(outcomes.get(8)).startsWith("NO_TOKENIZER tokenizer: expected tokenizer.json"), refusal(outcomes.get(8)));
            for (int i = 1; i < 8; i += 2) {
                assertEquals(List.of(1), outcomes.get(i).result().positions());
            }
        }
    }

    @Test
    void onlyRefusedPromptsEndToo() {
        try (LogitLens lens = open()) {
            List<Outcome> outcomes = lens.runAll(Collections.nCopies(5000, Prompt.ids()), LensOptions.defaults());
            assertEquals(5000, outcomes.size());
            assertEquals(4999, outcomes.getLast().index());
        }
    }

    @Test
    void anEditThatDoesNotFitOnePromptIsThatPromptsOutcome() {
        List<String> seen = new ArrayList<>();
        Hooks hooks = Hooks.none()
                .edit(HookSite.MLP_OUT.at(1), (point, out) -> out.set(1, 4, 0))
                .observe(HookSite.RESID_POST.at(2), (point, x) -> seen.add(Arrays.toString(x.shape())));
        List<Prompt> prompts = List.of(Prompt.ids(1, 2, 3, 4, 5), Prompt.ids(1, 2), Prompt.ids(5, 4, 3, 2, 1, 0));
        try (LogitLens lens = open()) {
            List<Outcome> outcomes = new ArrayList<>();
            lens.runAll(prompts.iterator(), LensOptions.defaults(), hooks, BatchOptions.defaults(), outcomes::add);
            assertEquals("EDIT_REFUSED custom edit at blocks.1.hook_mlp_out: Index 4 out of bounds for length 2",
                    refusal(outcomes.get(1)));
            assertEquals(List.of("[5, 36]", "[2, 36]", "[6, 36]"), seen);
            for (int i = 0; i < 3; i += 2) {
                assertEquals(all(lens.run(((Prompt.Ids) prompts.get(i)).ids(), LensOptions.defaults(), hooks)),
                        all(outcomes.get(i).result()));
            }
        }
    }

    @Test
    void whatFitsNoPromptIsRefusedAtOnce() {
        Iterator<Prompt> untouched = new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw new AssertionError("asked for a prompt");
            }

            @Override
            public Prompt next() {
                throw new AssertionError("asked for a prompt");
            }
        };
        try (LogitLens lens = open()) {
            assertTrue(refused(lens, untouched, LensOptions.defaults().stopAfter(3), Hooks.none()).contains("got 3"));
            assertEquals("tracked token: expected an id from 0 to 399, got 400",
                    refused(lens, untouched, LensOptions.defaults().track(TokenRef.of(400)), Hooks.none()));
            assertTrue(refused(lens, untouched, LensOptions.defaults(), Hooks.of(Edits.zeroHead(9, 0))).contains("L9H0"));
        }
    }

    private static String refused(LogitLens lens, Iterator<Prompt> prompts, LensOptions options, Hooks hooks) {
        return assertThrows(IllegalArgumentException.class,
                () -> lens.batch(prompts, options, hooks, BatchOptions.defaults())).getMessage();
    }

    @Test
    void whatTheInputThrowsComesBehindTheOutcomesBeforeIt() {
        Iterator<Prompt> broken = IntStream.range(0, 9).mapToObj(i -> {
            if (i == 3) {
                throw new IllegalStateException("the input broke");
            }
            return Prompt.ids(i);
        }).iterator();
        try (LogitLens lens = open();
                LensBatch batch = lens.batch(broken, LensOptions.defaults(), Hooks.none(), BatchOptions.defaults())) {
            for (int i = 0; i < 3; i++) {
                assertEquals(i, batch.next().index());
            }
            assertTrue(batch.hasNext());
            assertEquals("the input broke", assertThrows(IllegalStateException.class, batch::next).getMessage());
        }
    }

    @Test
    @SuppressWarnings("try")
    void closingFromAnotherThreadEndsWhatIsRunning() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        List<HookPoint> after = new ArrayList<>();
        Hooks hooks = Hooks.none()
                .observe(HookSite.RESID_PRE.at(1), (point, x) -> {
                    running.countDown();
                    await(closed);
                })
                .observe(point -> point.layer() == 2, (point, x) -> after.add(point));
        try (LogitLens lens = open();
                LensBatch batch = lens.batch(List.of(Prompt.ids(1, 2, 3)).iterator(), LensOptions.defaults(), hooks,
                        BatchOptions.defaults())) {
            Thread closing = Thread.startVirtualThread(() -> {
                await(running);
                batch.close();
                closed.countDown();
            });
            RunCancelledException ended = assertThrows(RunCancelledException.class, batch::next);
            assertEquals(RunCancelledException.Reason.CLOSED, ended.reason());
            assertEquals(List.of(), after, "points of the next layer");
            assertFalse(batch.hasNext());
            assertEquals("batch is closed", assertThrows(IllegalStateException.class, batch::next).getMessage());
            closing.join();
            assertEquals(3, lens.run(new int[] {1, 2, 3}, LensOptions.defaults()).positions().size(), "the lens goes on");
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
    void interruptingEndsWhatIsRunning() {
        Hooks hooks = Hooks.none().observe(HookSite.RESID_PRE.at(1), (point, x) -> Thread.currentThread().interrupt());
        try (LogitLens lens = open();
                LensBatch batch = lens.batch(List.of(Prompt.ids(1, 2, 3)).iterator(), LensOptions.defaults(), hooks,
                        BatchOptions.defaults())) {
            RunCancelledException ended = assertThrows(RunCancelledException.class, batch::next);
            assertEquals(RunCancelledException.Reason.INTERRUPTED, ended.reason());
            assertTrue(Thread.interrupted());
        }
    }
}
