package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When the vector kernels take over. Two scalar kernels play the two parts; the time limit ends a test that hangs.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ColdStartTest {

    private static final long SHORT_PROMPT = 2_000_000_000L;
    private static final long MUCH = 10_000_000_000L;

    private final Kernels scalar = new ScalarKernels();
    private final Kernels vector = new ScalarKernels();
    /// What the next warm-ups end with.
    private final BlockingQueue<Boolean> outcomes = new LinkedBlockingQueue<>();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicReference<Thread> lastThread = new AtomicReference<>();
    private final ColdStart start = new ColdStart(scalar, () -> vector, (cold, rival, stop) -> {
        assertSame(vector, cold);
        assertSame(scalar, rival);
        lastThread.set(Thread.currentThread());
        attempts.incrementAndGet();
        return take();
    }, true);

    private boolean take() {
        try {
            return outcomes.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void work(long multiplyAdds) {
        start.count(start.current(), multiplyAdds);
    }

    /// Waits for the end of the attempt that runs in the background.
    private void awaitAttempt(int number) throws InterruptedException {
        while (attempts.get() < number) {
            Thread.onSpinWait();
        }
        lastThread.get().join();
    }

    @Test
    void theVectorKernelsTakeOverAfterTheWorkOfAShortPrompt() throws Exception {
        work(SHORT_PROMPT);
        assertEquals(0, attempts.get(), "as much as a process that reads one prompt does");
        work(1);
        outcomes.add(true);
        awaitAttempt(1);
        assertSame(vector, start.current());
        work(100 * SHORT_PROMPT);
        assertEquals(1, attempts.get(), "once is enough");
    }

    @Test
    void aWarmUpThatFailedIsTriedAgainAfterMoreWork() throws Exception {
        work(SHORT_PROMPT + 1);
        outcomes.add(false);
        awaitAttempt(1);
        assertSame(scalar, start.current());
        work(16 * SHORT_PROMPT);
        assertEquals(1, attempts.get(), "not yet");
        work(1);
        outcomes.add(true);
        awaitAttempt(2);
        assertSame(vector, start.current(), "no process stays on the scalar kernels for life");
    }

    @Test
    void theVectorKernelsTakeOverAtOnceWithALongRun() {
        start.expect(MUCH - 1);
        assertSame(scalar, start.current());
        start.expect(MUCH);
        assertSame(vector, start.current());
        assertEquals(0, attempts.get());
    }

    @Test
    void whatWasDoneBeforeCountsToo() {
        work(SHORT_PROMPT);
        start.expect(MUCH - SHORT_PROMPT);
        assertSame(vector, start.current());
    }

    @Test
    void whereTheCompilerIsNotKnownALongRunStaysOnTheScalarKernels() {
        ColdStart unknown = new ColdStart(scalar, () -> vector, (cold, rival, stop) -> false, false);
        unknown.expect(MUCH);
        assertSame(scalar, unknown.current());
    }

    @ParameterizedTest
    @CsvSource({
        "OpenJDK 64-Bit Server VM, 'mixed mode, sharing', true",
        "OpenJDK 64-Bit Server VM, 'mixed mode, emulated-client, sharing', false",
        "OpenJDK 64-Bit Server VM, 'interpreted mode', false",
        "Eclipse OpenJ9 VM, 'JRE 25', false"
    })
    void whatIsKnownOfAJvm(String name, String info, boolean compiles) {
        assertEquals(compiles, ColdStart.compiles(name, info));
    }

    @Test
    void shortRunsGoOnWhileTheKernelsAreWarmedUp() throws Exception {
        work(SHORT_PROMPT + 1);
        while (attempts.get() < 1) {
            Thread.onSpinWait();
        }
        start.expect(1);
        work(SHORT_PROMPT);
        assertSame(scalar, start.current());
        outcomes.add(true);
        awaitAttempt(1);
        assertEquals(1, attempts.get());
        assertSame(vector, start.current());
    }

    @Test
    void theWarmUpIsGivenUpWithTheLastModelAndBeginsAnew() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        AtomicInteger runs = new AtomicInteger();
        AtomicReference<Thread> thread = new AtomicReference<>();
        ColdStart cold = new ColdStart(scalar, () -> vector, (a, b, stop) -> {
            thread.set(Thread.currentThread());
            inside.countDown();
            if (runs.incrementAndGet() == 1) {
                while (!stop.getAsBoolean()) {
                    Thread.onSpinWait();
                }
                return false;
            }
            return true;
        }, true);
        cold.enter();
        cold.count(scalar, SHORT_PROMPT + 1);
        inside.await();
        Thread first = thread.get();
        assertTrue(first.isDaemon());
        assertEquals(Thread.NORM_PRIORITY, first.getPriority());
        assertSame(null, first.getContextClassLoader());
        cold.leave();
        first.join();
        assertSame(scalar, cold.current());
        cold.enter();
        cold.count(scalar, SHORT_PROMPT + 1);
        while (runs.get() < 2) {
            Thread.onSpinWait();
        }
        assertNotSame(first, thread.get());
        thread.get().join();
        assertSame(vector, cold.current(), "giving up is no failure that has to be paid for with sixteen times the work");
        cold.leave();
    }

    /// A process that was stopped for half a minute, or shares its processors, has not lost its patience when it goes on.
    @Test
    void timeInWhichNothingWasTriedDoesNotCount() {
        AtomicLong now = new AtomicLong();
        AtomicInteger calls = new AtomicInteger();
        boolean warm = new KernelWarmUp(scalar, scalar, () -> false, () -> {
            int call = calls.getAndIncrement();
            if (call == 2) {
                return now.addAndGet(31_000_000_000L);
            }
            return now.addAndGet(call % 3 == 1 ? 1 : 2);
        }).run();
        assertTrue(warm);
        assertEquals(31_000_000_000L, now.get() / 1_000_000_000L * 1_000_000_000L);
    }

    @Test
    void kernelsThatNeverWinAreGivenUp() {
        AtomicLong now = new AtomicLong();
        AtomicInteger calls = new AtomicInteger();
        assertFalse(new KernelWarmUp(scalar, scalar, () -> false,
                () -> now.addAndGet(calls.getAndIncrement() % 3 == 1 ? 40_000_000 : 1_000)).run());
    }

    @Test
    void theDescriptionIsOfWhatComputesNow() throws Exception {
        Kernels vector = new VectorKernels();
        ColdStart cold = new ColdStart(scalar, () -> vector, (a, b, stop) -> true, true);
        Kernels kernels = new ColdStartKernels(cold);
        assertEquals("scalar", kernels.description());
        kernels.expect(MUCH);
        assertEquals(vector.description(), kernels.description());
    }
}
