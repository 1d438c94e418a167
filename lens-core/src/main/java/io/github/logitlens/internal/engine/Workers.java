package io.github.logitlens.internal.engine;

import io.github.logitlens.error.RunCancelledException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/// A pool of daemon threads for the models that were opened with one choice of threads; most share one pool per JVM.
///
/// A call is split into numbered tasks which the caller and the workers claim one by one; since no result depends on who
/// computes a task, neither the number of threads nor the order of claims changes a bit.
///
/// Threads start with the first call that needs them, and again after they have ended. A worker looks for more work for a few
/// microseconds after a task, because a forward pass is a chain of short calls, and then parks: an idle pool uses no processor
/// time. It ends when it has been idle for ten seconds, and at once when the last model is closed ([#leave]), so that a class
/// loader that ran this code can be collected. Workers inherit nothing of the thread that happens to start them.
///
/// Interrupting the thread that called [#run] ends the call: whoever takes a task asks first whether that thread was
/// interrupted, and long tasks ask in between ([#stopIfCancelled]). So does whoever else may end it ([#stoppable]).
public final class Workers {

    /// Whether what the calling thread works on is to end, though nobody interrupted it.
    private static final ScopedValue<BooleanSupplier> STOPPED = ScopedValue.newInstance();

    private static final int SPINS = 2_000;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final int threads;
    private final long idleNanos;
    private final AtomicReferenceArray<Worker> workers;
    private final ConcurrentLinkedQueue<Job> jobs = new ConcurrentLinkedQueue<>();
    private final AtomicInteger users = new AtomicInteger();

    /// A pool without threads yet.
    ///
    /// @param threads threads that work on one call, the caller included, at least 1
    public Workers(int threads) {
        this(threads, IDLE_NANOS);
    }

    /// @param idleNanos after which a worker without work ends
    Workers(int threads, long idleNanos) {
        this.threads = threads;
        this.idleNanos = idleNanos;
        workers = new AtomicReferenceArray<>(threads - 1);
    }

    /// How many threads work on one call, the caller included.
    ///
    /// @return at least 1
    public int threads() {
        return threads;
    }

    /// Counts one user more, such as a model that is open.
    public void enter() {
        users.incrementAndGet();
    }

    /// Counts one user less. After the last one the workers end; they start again when they are needed.
    public void leave() {
        if (users.decrementAndGet() == 0) {
            for (int i = 0; i < workers.length(); i++) {
                LockSupport.unpark(workers.get(i));
            }
        }
    }

    /// Runs tasks `0..tasks-1` and returns when all are done.
    ///
    /// What the first failing task threw is thrown here; tasks not yet begun are then skipped.
    ///
    /// @param tasks how many
    /// @param task  run once for each number, on any thread
    /// @throws RunCancelledException if the calling thread is interrupted, or of a task within a task, the outermost caller's
    public void run(int tasks, IntConsumer task) {
        if (tasks <= 1 || threads == 1) {
            for (int i = 0; i < tasks; i++) {
                stopIfCancelled();
                task.accept(i);
            }
            return;
        }
        Job job = new Job(tasks, task, Thread.currentThread(), origin());
        jobs.add(job);
        wake(Math.min(tasks - 1, workers.length()));
        job.work();
        jobs.remove(job);
        job.await();
    }

    /// Ends a task whose call was cancelled. For loops that are long: it costs a read of one field, or two.
    ///
    /// @throws RunCancelledException if the thread that called the outermost [#run] is interrupted, or its work [#stoppable]
    ///                               and stopped
    public static void stopIfCancelled() {
        origin().stopIfCancelled();
    }

    /// Does work that another thread can end.
    ///
    /// @param stopped asked by whoever takes a task; true ends the work as an interrupt does
    /// @return what the work returns
    /// @throws RunCancelledException if it was ended
    public static <T> T stoppable(BooleanSupplier stopped, Supplier<T> work) {
        return ScopedValue.where(STOPPED, stopped).call(work::get);
    }

    /// For whom this thread works: itself, unless it is a worker.
    private static Origin origin() {
        Thread current = Thread.currentThread();
        return current instanceof Worker worker && worker.job != null
                ? worker.job.origin
                : new Origin(current, STOPPED.isBound() ? STOPPED.get() : null);
    }

    /// Who wants the work done.
    ///
    /// @param thread  whose interruption ends it
    /// @param stopped what else does, or null
    private record Origin(Thread thread, BooleanSupplier stopped) {

        void stopIfCancelled() {
            if (thread.isInterrupted()) {
                throw new RunCancelledException();
            }
            if (stopped != null && stopped.getAsBoolean()) {
                throw new RunCancelledException(RunCancelledException.Reason.CLOSED);
            }
        }
    }

    /// Which of the threads that work on one call this is: the caller, 0, or a worker by its number.
    public static int place() {
        return Thread.currentThread() instanceof Worker worker ? worker.slot + 1 : 0;
    }

    private void wake(int count) {
        int woken = 0;
        for (int slot = 0; slot < workers.length() && woken < count; slot++) {
            Worker worker = workers.get(slot);
            if (worker == null) {
                start(slot);
                woken++;
            } else if (worker.parked) {
                LockSupport.unpark(worker);
                woken++;
            }
        }
    }

    private void start(int slot) {
        Worker worker = new Worker(slot);
        if (workers.compareAndSet(slot, null, worker)) {
            worker.start();
        }
    }

    private Job openJob() {
        Job job = jobs.peek();
        while (job != null && !job.open()) {
            jobs.remove(job);
            job = jobs.peek();
        }
        return job;
    }

    private static ThreadGroup outermostGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    private final class Worker extends Thread {

        private final int slot;
        /// What this thread works on; read by this thread only.
        private Job job;
        volatile boolean parked;

        Worker(int slot) {
            super(outermostGroup(), null, "lens-worker-" + (slot + 1), 0, false);
            this.slot = slot;
            setDaemon(true);
            setPriority(NORM_PRIORITY);
            setContextClassLoader(null);
        }

        @Override
        public void run() {
            long idleSince = System.nanoTime();
            int spins = 0;
            while (true) {
                job = openJob();
                if (job != null) {
                    job.work();
                    spins = 0;
                    idleSince = System.nanoTime();
                } else if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    if (mayEnd(idleSince)) {
                        return;
                    }
                    park();
                    spins = 0;
                }
            }
        }

        private void park() {
            parked = true;
            if (jobs.isEmpty()) {
                LockSupport.parkNanos(Workers.this, idleNanos);
            }
            parked = false;
        }

        /// Leaves the pool if nobody needs this thread. Who added a job just before looks for this thread in vain; so it comes
        /// back if there is one.
        private boolean mayEnd(long idleSince) {
            if (users.get() > 0 && System.nanoTime() - idleSince < idleNanos) {
                return false;
            }
            workers.set(slot, null);
            return jobs.isEmpty() || !workers.compareAndSet(slot, null, this);
        }
    }

    private static final class Job {

        private final int tasks;
        private final IntConsumer task;
        private final Thread caller;
        private final Origin origin;
        private final AtomicInteger claimed = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        /// @param caller who waits for the end
        Job(int tasks, IntConsumer task, Thread caller, Origin origin) {
            this.tasks = tasks;
            this.task = task;
            this.caller = caller;
            this.origin = origin;
        }

        boolean open() {
            return claimed.get() < tasks;
        }

        void work() {
            int i;
            while ((i = claimed.getAndIncrement()) < tasks) {
                try {
                    if (failure.get() == null) {
                        origin.stopIfCancelled();
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
