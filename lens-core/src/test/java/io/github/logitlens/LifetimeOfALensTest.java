package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.error.LensException;
import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.model.Unembedding;
import io.github.logitlens.tokenizer.TokenizerFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Closing a lens, and many threads on one. The time limits end a test that hangs; nothing is measured.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LifetimeOfALensTest {

    private static final String NAME = "tiny-odd";
    private static final int[] IDS = Golden.read(NAME).ids();

    private static LogitLens open() {
        return LogitLens.open(Golden.folder(NAME));
    }

    private static LensReading end(LogitLens lens) {
        LensResult result = lens.run(IDS, LensOptions.defaults(), Hooks.none());
        return result.reading(result.finalPoint(), -1);
    }

    @Test
    void aClosedLensRefusesRuns() {
        LogitLens lens = open();
        KvCache cache = lens.model().newCache();
        Unembedding unembedding = lens.model().unembedding();
        lens.close();
        lens.close();
        String message = assertThrows(IllegalStateException.class, () -> end(lens)).getMessage();
        assertEquals("model 'tiny-odd' is closed", message);
        assertThrows(IllegalStateException.class, () -> lens.model().logits(IDS));
        assertThrows(IllegalStateException.class, () -> lens.model().logits(IDS, cache));
        int d = unembedding.dModel();
        assertThrows(IllegalStateException.class, () -> unembedding.logits(new float[d]));
        assertThrows(IllegalStateException.class, () -> Unembedder.behind(unembedding).read(new float[d], 1, 1));
    }

    @Test
    void aResultOutlivesItsLens() {
        LensResult result;
        try (LogitLens lens = open()) {
            result = lens.run(IDS, LensOptions.defaults(), Hooks.none());
        }
        assertEquals(10, result.top(result.finalPoint(), -1).size());
        assertEquals(IDS.length, result.tokens().size());
    }

    @Test
    void closingWaitsForTheRunsUnderWay() throws Exception {
        LogitLens lens = open();
        LensReading expected = end(lens);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<LensReading> run = threads.submit(() -> {
                LensResult result = lens.run(IDS, LensOptions.defaults(),
                        Hooks.none().observe(HookSite.MLP_OUT.at(0), (point, activation) -> {
                            inside.countDown();
                            await(goOn);
                        }));
                return result.reading(result.finalPoint(), -1);
            });
            inside.await();
            Future<?> close = threads.submit(lens::close);
            while (true) {
                try {
                    lens.model().logits(new int[] {1});
                } catch (IllegalStateException e) {
                    break; // the closing thread has got as far as refusing
                }
            }
            assertFalse(close.isDone(), "close() returned while a run was under way");
            goOn.countDown();
            assertEquals(expected, run.get(), "a run under way is finished");
            close.get();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody opened the latch");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aHookCannotCloseTheModelThatRunsIt() {
        LogitLens lens = open();
        LensReading expected = end(lens);
        Hooks closing = Hooks.none().observe(HookSite.MLP_OUT.at(0), (point, activation) -> lens.close());
        assertThrows(IllegalStateException.class, () -> lens.run(IDS, LensOptions.defaults(), closing));
        assertEquals(expected, end(lens), "it is still open");
        lens.close();
    }

    @Test
    void thirtyTwoThreadsReadTheSame() throws Exception {
        try (LogitLens lens = open(); ExecutorService threads = Executors.newFixedThreadPool(32)) {
            LensReading expected = end(lens);
            CyclicBarrier together = new CyclicBarrier(32);
            List<Future<List<LensReading>>> readings = new ArrayList<>();
            for (int thread = 0; thread < 32; thread++) {
                readings.add(threads.submit(() -> {
                    together.await();
                    return List.of(end(lens), end(lens), end(lens));
                }));
            }
            for (Future<List<LensReading>> reading : readings) {
                assertEquals(List.of(expected, expected, expected), reading.get());
            }
        }
    }

    @Test
    void closingAmongManyRunsGivesEachItsBitsOrARefusal() throws Exception {
        for (int round = 0; round < 4; round++) {
            LogitLens lens = open();
            LensReading expected = end(lens);
            CyclicBarrier together = new CyclicBarrier(9);
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                List<Future<Integer>> runs = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    runs.add(threads.submit(() -> {
                        together.await();
                        for (int done = 0; ; done++) {
                            try {
                                assertEquals(expected, end(lens));
                            } catch (IllegalStateException e) {
                                assertTrue(e.getMessage().endsWith("is closed"), e.getMessage());
                                return done;
                            }
                        }
                    }));
                }
                together.await();
                for (int i = 0; i < round; i++) {
                    end(lens);
                }
                lens.close();
                for (Future<Integer> run : runs) {
                    assertTrue(run.get() >= 0);
                }
            }
        }
    }

    @Test
    void aBrokenTokenizerIsRefusedBeforeAnyWeightIsRead(@TempDir Path folder) throws IOException {
        new TinyModel(1, 2, 8, 16, 90, 12, 63).write(folder);
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": ");
        assertThrows(TokenizerFormatException.class, () -> LogitLens.open(folder, done -> {
            throw new AssertionError("the weights were loaded");
        }));
        assertThrows(TokenizerFormatException.class, () -> LogitLens.stream(folder));
    }

    @Test
    void aClosingThatWaitsWithALimitGivesUpAndTheLastRunFrees() throws Exception {
        LogitLens lens = open();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<LensResult> run = threads.submit(() -> lens.run(IDS, LensOptions.defaults(),
                    Hooks.none().observe(HookSite.MLP_OUT.at(0), (point, activation) -> {
                        inside.countDown();
                        await(goOn);
                    })));
            inside.await();
            assertFalse(lens.closeWithin(Duration.ofMillis(20)), "a run is under way");
            assertThrows(IllegalStateException.class, () -> end(lens), "it is closed all the same");
            goOn.countDown();
            assertEquals(IDS.length, run.get().tokens().size(), "a run under way is finished");
            assertTrue(lens.closeWithin(Duration.ofSeconds(30)));
            lens.close();
        }
        LogitLens idle = open();
        assertTrue(idle.closeWithin(Duration.ZERO));
    }

    /// Wherever the run is: before the blocks, between them, in the pass over the vocabulary.
    @ParameterizedTest
    @ValueSource(strings = {"hook_embed", "blocks.1.attn.hook_pattern", "blocks.2.hook_resid_post", "ln_final.hook_normalized"})
    void anInterruptEndsARun(String where) {
        try (LogitLens lens = open(); LogitLens streamed = LogitLens.stream(Golden.folder(NAME))) {
            LensReading expected = end(lens);
            for (LogitLens each : List.of(lens, streamed)) {
                Hooks interrupting = Hooks.none().observe(HookPoint.parse(where), (point, a) -> Thread.currentThread().interrupt());
                RunCancelledException e = assertThrows(RunCancelledException.class,
                        () -> each.run(IDS, LensOptions.defaults(), interrupting));
                assertEquals("run cancelled: its thread was interrupted", e.getMessage());
                assertTrue(Thread.interrupted(), "the flag is kept");
                assertEquals(expected, end(each), "the model goes on");
            }
        }
    }

    @Test
    void anInterruptOfOneRunOfAStreamedModelHarmsNoOther() throws Exception {
        try (LogitLens lens = LogitLens.stream(Golden.folder(NAME)); ExecutorService threads = Executors.newFixedThreadPool(3)) {
            LensReading expected = end(lens);
            List<Future<?>> others = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                others.add(threads.submit(() -> {
                    for (int run = 0; run < 50; run++) {
                        assertEquals(expected, end(lens));
                    }
                }));
            }
            while (others.stream().anyMatch(other -> !other.isDone())) {
                Thread.currentThread().interrupt();
                assertThrows(RunCancelledException.class, () -> end(lens));
                assertTrue(Thread.interrupted());
            }
            for (Future<?> other : others) {
                other.get();
            }
            assertEquals(expected, end(lens));
        }
    }

    @Test
    void aModelThatIsOpenedCanBeInterruptedToo() {
        Thread.currentThread().interrupt();
        assertThrows(LensException.class, LifetimeOfALensTest::open);
        assertTrue(Thread.interrupted());
        open().close();
    }
}
