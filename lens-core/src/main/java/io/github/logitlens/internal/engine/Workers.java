package io.github.logitlens.internal.engine;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// The one pool of daemon threads that every model of this JVM shares.
///
/// A call is split into numbered tasks which the caller and the workers claim one by one; since no result depends on who
/// computes a task, neither the number of threads nor the order of claims changes a bit. `-Dlens.threads` sets how many
/// threads, the caller included, work on one call; the default is all processors. Threads start with the first call that
/// needs them. A worker looks for more work for a few microseconds after a task, because a forward pass is a chain of
/// short calls, and then parks: an idle pool uses no processor time.
public final class Workers {

    private static final int MAX_THREADS = 1024;
    private static final int SPINS = 2_000;

    private static Workers shared;

    private final int threads;
    private final Worker[] workers;
    private final ConcurrentLinkedQueue<Job> jobs = new ConcurrentLinkedQueue<>();
    private final AtomicInteger started = new AtomicInteger();

    /// A pool of its own, for tests; everything else uses [#shared].
    ///
    /// @param threads threads that work on one call, the caller included, at least 1
    public Workers(int threads) {
        this.threads = threads;
        workers = new Worker[threads - 1];
    }

    /// The pool of this JVM.
    ///
    /// @return the shared pool
    /// @throws IllegalArgumentException if `-Dlens.threads` is not a number from 1 to 1024
    public static synchronized Workers shared() {
        if (shared == null) {
            shared = new Workers(configured());
        }
        return shared;
    }

    private static int configured() {
        String text = System.getProperty("lens.threads");
        if (text == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int threads = Integer.parseInt(text.strip());
            if (threads >= 1 && threads <= MAX_THREADS) {
                return threads;
            }
        } catch (NumberFormatException e) {
            // reported below, like a number out of range
        }
        throw new IllegalArgumentException("-Dlens.threads: expected 1 to " + MAX_THREADS + ", got \"" + text + "\"");
    }

    /// How many threads work on one call, the caller included.
    ///
    /// @return at least 1
    public int threads() {
        return threads;
    }

    /// Runs tasks `0..tasks-1` and returns when all are done.
    ///
    /// What the first failing task threw is thrown here; tasks not yet begun are then skipped.
    ///
    /// @param tasks how many
    /// @param task  run once for each number, on any thread
    public void run(int tasks, IntConsumer task) {
        if (tasks <= 1 || threads == 1) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        Job job = new Job(tasks, task, Thread.currentThread());
        jobs.add(job);
        wake(Math.min(tasks - 1, workers.length));
        job.work();
        jobs.remove(job);
        job.await();
    }

    /// Which of the threads that work on one call this is: the caller, 0, or a worker by its number.
    public static int place() {
        return Thread.currentThread() instanceof Worker worker ? worker.number : 0;
    }

    private void wake(int count) {
        if (started.get() < workers.length) {
            start();
        }
        int woken = 0;
        for (Worker worker : workers) {
            if (woken == count) {
                return;
            }
            if (worker.parked) {
                LockSupport.unpark(worker);
                woken++;
            }
        }
    }

    private synchronized void start() {
        for (int i = started.get(); i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
            started.incrementAndGet();
        }
    }

    private final class Worker extends Thread {

        private final int number;
        volatile boolean parked;

        Worker(int number) {
            super("lens-worker-" + number);
            this.number = number;
            setDaemon(true);
            setContextClassLoader(null);
        }

        @Override
        public void run() {
            int idle = 0;
            while (true) {
                Job job = jobs.peek();
                while (job != null && !job.open()) {
                    jobs.remove(job);
                    job = jobs.peek();
                }
                if (job != null) {
                    job.work();
                    idle = 0;
                } else if (++idle < SPINS) {
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    if (jobs.isEmpty()) {
                        LockSupport.park(Workers.this);
                    }
                    parked = false;
                    idle = 0;
                }
            }
        }
    }

    private static final class Job {

        private final int tasks;
        private final IntConsumer task;
        private final Thread caller;
        private final AtomicInteger claimed = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Job(int tasks, IntConsumer task, Thread caller) {
            this.tasks = tasks;
            this.task = task;
            this.caller = caller;
        }

        boolean open() {
            return claimed.get() < tasks;
        }

        void work() {
            int i;
            while ((i = claimed.getAndIncrement()) < tasks) {
                try {
                    if (failure.get() == null) {
                        task.accept(i);
                    }
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                } finally {
                    if (finished.incrementAndGet() == tasks && Thread.currentThread() != caller) {
                        LockSupport.unpark(caller);
                    }
                }
            }
        }

        void await() {
            int spins = 0;
            while (finished.get() < tasks) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            Throwable thrown = failure.get();
            if (thrown instanceof RuntimeException e) {
                throw e;
            } else if (thrown instanceof Error e) {
                throw e;
            } else if (thrown != null) {
                throw new AssertionError("a task threw a checked exception", thrown);
            }
        }
    }
}
