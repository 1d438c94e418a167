package io.github.logitlens.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
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
    void anInterruptedCallerFinishesAndStaysInterrupted() {
        Workers workers = new Workers(3);
        Thread.currentThread().interrupt();
        AtomicInteger sum = new AtomicInteger();
        workers.run(1000, sum::addAndGet);
        assertTrue(Thread.interrupted(), "the interrupt is the caller's to see");
        assertEquals(499500, sum.get());
    }
}
