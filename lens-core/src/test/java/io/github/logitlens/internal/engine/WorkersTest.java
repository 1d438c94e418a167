package io.github.logitlens.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.error.RunCancelledException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The time limit ends a test that hangs; nothing is measured.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkersTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyTaskRunsOnce(int threads) {
        Workers workers = new Workers(threads);
        for (int tasks : new int[] {0, 1, 2, 7, 1000}) {
            for (int turn = 0; turn < 50; turn++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
                workers.run(tasks, runs::incrementAndGet);
                for (int task = 0; task < tasks; task++) {
                    assertEquals(1, runs.get(task), "task " + task + " of " + tasks);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatATaskThrowsReachesTheCaller(int threads) {
        Workers workers = new Workers(threads);
        RuntimeException exception = new RuntimeException("task 5");
        StackOverflowError error = new StackOverflowError();
        for (int turn = 0; turn < 50; turn++) {
            assertSame(exception, assertThrows(RuntimeException.class, () -> workers.run(40, task -> {
                if (task == 5) {
                    throw exception;
                }
            })));
            assertSame(error, assertThrows(StackOverflowError.class, () -> workers.run(2, task -> {
                throw error;
            })));
            AtomicInteger sum = new AtomicInteger();
            workers.run(40, sum::addAndGet);
            assertEquals(780, sum.get(), "the pool goes on");
        }
    }

    @Test
    void tasksMayHaveTasks() {
        Workers workers = new Workers(3);
        AtomicInteger sum = new AtomicInteger();
        workers.run(10, outer -> workers.run(10, inner -> workers.run(3, innermost -> sum.addAndGet(outer * 10 + inner))));
        assertEquals(3 * 4950, sum.get());
    }

    @Test
    void manyCallersShareOnePool() throws Exception {
        Workers workers = new Workers(3);
        try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
            List<Future<Integer>> sums = new ArrayList<>();
            for (int caller = 0; caller < 200; caller++) {
                int tasks = caller;
                sums.add(callers.submit(() -> {
                    AtomicInteger sum = new AtomicInteger();
                    workers.run(tasks, sum::addAndGet);
                    return sum.get();
                }));
            }
            for (int caller = 0; caller < sums.size(); caller++) {
                assertEquals(caller * (caller - 1) / 2, sums.get(caller).get(), "the sum of caller " + caller);
            }
        }
    }

    @Test
    void anInterruptedCallerDoesNotBegin() {
        Workers workers = new Workers(3);
        Thread.currentThread().interrupt();
        AtomicInteger sum = new AtomicInteger();
        assertThrows(RunCancelledException.class, () -> workers.run(1000, sum::addAndGet));
        assertTrue(Thread.interrupted(), "the interrupt is the caller's to see");
        assertEquals(0, sum.get());
    }

    /// The threads that ran tasks of a call, the caller left out. Every task waits until each of them has one.
    private static Set<Thread> helpers(Workers workers) {
        CyclicBarrier together = new CyclicBarrier(workers.threads());
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        workers.run(workers.threads(), task -> {
            threads.add(Thread.currentThread());
            try {
                together.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new AssertionError(e);
            }
        });
        threads.remove(Thread.currentThread());
        return threads;
    }

    private static void awaitEnd(Set<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void workersEndWithTheLastUserAndStartAgain() throws Exception {
        Workers workers = new Workers(3);
        workers.enter();
        workers.enter();
        Set<Thread> first = helpers(workers);
        assertEquals(2, first.size());
        workers.leave();
        assertEquals(first, helpers(workers), "one user is left");
        workers.leave();
        awaitEnd(first);
        workers.enter();
        Set<Thread> second = helpers(workers);
        assertEquals(2, second.size());
        assertTrue(Collections.disjoint(first, second));
        workers.leave();
        awaitEnd(second);
    }

    @Test
    void workersThatAreIdleForLongEndAndStartAgain() throws Exception {
        Workers workers = new Workers(3, TimeUnit.MILLISECONDS.toNanos(1));
        workers.enter();
        Set<Thread> first = helpers(workers);
        awaitEnd(first);
        assertEquals(2, helpers(workers).size());
        workers.leave();
    }

    @Test
    void workersInheritNothingOfTheFirstCaller() throws Exception {
        InheritableThreadLocal<String> tenant = new InheritableThreadLocal<>();
        Workers workers = new Workers(3);
        workers.enter();
        ThreadGroup group = new ThreadGroup("request");
        AtomicReference<Set<Thread>> helpers = new AtomicReference<>();
        AtomicReference<Set<String>> seen = new AtomicReference<>(ConcurrentHashMap.newKeySet());
        Thread caller = new Thread(group, () -> {
            tenant.set("first caller's");
            helpers.set(helpers(workers));
            workers.run(1000, task -> seen.get().add(
                    Thread.currentThread() instanceof Thread t && helpers.get().contains(t) ? "" + tenant.get() : "caller"));
        });
        caller.setPriority(Thread.MIN_PRIORITY);
        caller.setContextClassLoader(new ClassLoader() { });
        caller.start();
        caller.join();
        assertEquals(2, helpers.get().size());
        for (Thread helper : helpers.get()) {
            assertTrue(helper.isDaemon());
            assertEquals(Thread.NORM_PRIORITY, helper.getPriority());
            assertNull(helper.getContextClassLoader());
            assertNotSame(group, helper.getThreadGroup());
        }
        assertFalse(seen.get().contains("first caller's"), seen.get().toString());
        workers.leave();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anInterruptEndsTheCall(int threads) {
        Workers workers = new Workers(threads);
        Thread caller = Thread.currentThread();
        for (int turn = 0; turn < 20; turn++) {
            AtomicInteger done = new AtomicInteger();
            RunCancelledException e = assertThrows(RunCancelledException.class, () -> workers.run(1_000_000, task -> {
                if (done.incrementAndGet() == 100) {
                    caller.interrupt();
                }
            }));
            assertEquals(RunCancelledException.Reason.INTERRUPTED, e.reason());
            assertTrue(done.get() < 1_000_000, "tasks after the interrupt are skipped");
            assertTrue(Thread.interrupted(), "the flag is kept");
            AtomicInteger sum = new AtomicInteger();
            workers.run(40, sum::addAndGet);
            assertEquals(780, sum.get(), "the pool goes on");
        }
    }

    @Test
    void anInterruptReachesTasksWithinTasks() {
        Workers workers = new Workers(3);
        Thread caller = Thread.currentThread();
        assertThrows(RunCancelledException.class, () -> workers.run(3, outer -> {
            caller.interrupt();
            while (true) {
                workers.run(3, inner -> { });
                Workers.stopIfCancelled();
            }
        }));
        assertTrue(Thread.interrupted());
    }

    @Test
    void anInterruptHarmsNoOtherCaller() throws Exception {
        Workers workers = new Workers(3);
        try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> sums = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                sums.add(callers.submit(() -> {
                    int total = 0;
                    for (int turn = 0; turn < 200; turn++) {
                        AtomicInteger sum = new AtomicInteger();
                        workers.run(100, sum::addAndGet);
                        total += sum.get();
                    }
                    return total;
                }));
            }
            while (sums.stream().anyMatch(sum -> !sum.isDone())) {
                Thread.currentThread().interrupt();
                assertThrows(RunCancelledException.class, () -> workers.run(100, task -> { }));
                assertTrue(Thread.interrupted());
            }
            for (Future<Integer> sum : sums) {
                assertEquals(200 * 4950, sum.get());
            }
        }
    }
}
