package io.github.logitlens.tools.explore;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.error.LensException;
import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// Runs a prompt and sends what the lens reads, part by part.
///
/// One thread computes, for as long as it has the queue's first place, and never waits for the reader of the answer: what it has
/// read lies ready, as numbers, for the request's own thread, which writes it as fast as it is read.
final class Runs {

    private static final long PROGRESS_MILLIS = 100;
    /// Answers on their way, of runs that wait, compute, or are done and not read to their end.
    private static final int MOST_ANSWERS = 16;

    /// What the computing thread has to say.
    private sealed interface Event {

        record Progress(String stage, long done, long of) implements Event {
        }

        record Part(LensResult result) implements Event {
        }

        record Done(long millis) implements Event {
        }

        record Failed(Throwable why) implements Event {
        }
    }

    private final Models models;
    private final Lenses lenses;
    private final RunQueue queue;
    private final ExecutorService threads;
    private final Patience patience;
    private final Semaphore answers = new Semaphore(MOST_ANSWERS);

    /// Runs on these models.
    ///
    /// @param threads  where runs compute
    /// @param patience with readers that have stopped reading
    Runs(Models models, Lenses lenses, RunQueue queue, ExecutorService threads, Patience patience) {
        this.models = models;
        this.lenses = lenses;
        this.queue = queue;
        this.threads = threads;
        this.patience = patience;
    }

    /// Runs, and answers in a form.
    ///
    /// @throws Refusal if the answer has not begun when it fails
    void answer(RunRequest request, Function<Patience, RunAnswer> form) throws IOException {
        ModelChoice model = models.known(request.model());
        String readout = lenses.name(request.lens());
        if (!answers.tryAcquire()) {
            throw Refusal.busy(MOST_ANSWERS);
        }
        try (RunAnswer answer = form.apply(patience)) {
            RunQueue.Ticket ticket = queue.enter(request.page());
            BlockingQueue<Event> events = new LinkedBlockingQueue<>();
            try {
                threads.execute(() -> compute(request, model, readout, answer.positionsAtOnce(), ticket, events));
                write(events, answer);
            } catch (RejectedExecutionException e) {
                // The explorer is being closed.
                ticket.close();
                throw Refusal.cancelled();
            } finally {
                ticket.cancel();
            }
        } finally {
            answers.release();
        }
    }

    // --- the request's thread ---

    private static void write(BlockingQueue<Event> events, RunAnswer answer) {
        while (true) {
            switch (next(events)) {
                case Event.Progress(String stage, long done, long of) -> answer.progress(stage, done, of);
                case Event.Part(LensResult part) -> answer.part(part);
                case Event.Done(long millis) -> {
                    answer.done(millis);
                    return;
                }
                case Event.Failed(Throwable why) -> {
                    failed(why, answer);
                    return;
                }
            }
        }
    }

    private static void failed(Throwable why, RunAnswer answer) {
        Refusal refusal = switch (why) {
            case Refusal own -> own;
            case RunCancelledException _ -> Refusal.cancelled();
            case LensException e -> Refusal.model(e);
            case IllegalArgumentException e -> Refusal.refused(e.getMessage());
            default -> Refusal.internal(why);
        };
        answer.failed(refusal);
        if (refusal.getCause() != null) {
            throw refusal;
        }
    }

    private static Event next(BlockingQueue<Event> events) {
        try {
            return events.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Event.Failed(new RunCancelledException());
        }
    }

    // --- the computing thread ---

    private void compute(RunRequest request, ModelChoice model, String readout, int atOnce, RunQueue.Ticket ticket,
            BlockingQueue<Event> events) {
        Event last;
        try (ticket) {
            ticket.await();
            last = new Event.Done(run(request, model, readout, atOnce, ticket, events));
        } catch (RuntimeException | Error e) {
            last = new Event.Failed(e);
        }
        events.add(last);
    }

    /// @return milliseconds, without those in which the model was opened
    private long run(RunRequest request, ModelChoice model, String readout, int atOnce, RunQueue.Ticket ticket,
            BlockingQueue<Event> events) {
        LogitLens lens = open(model, ticket, events);
        ticket.check();
        long start = System.nanoTime();
        Hooks hooks = watched(request.hooks(), model.config().nLayers(), start, ticket, events);
        LensOptions options = request.options().readout(lens.readout(readout));
        lens.run(request.prompt().ids(lens.tokenizer()), options, hooks, atOnce, part -> {
            ticket.check();
            events.add(new Event.Part(part));
        });
        return (System.nanoTime() - start) / 1_000_000;
    }

    /// The model; until it is there, says how its loading gets on.
    private LogitLens open(ModelChoice model, RunQueue.Ticket ticket, BlockingQueue<Event> events) {
        Opening opening = models.opening(model);
        while (!opening.await(PROGRESS_MILLIS)) {
            ticket.check();
            events.add(new Event.Progress("load", opening.perCent(), Opening.PER_CENT));
        }
        return opening.lens();
    }

    /// Between two blocks: ends a run that nobody waits for, and says how far a long one is.
    private static Hooks watched(Hooks hooks, int nLayers, long start, RunQueue.Ticket ticket, BlockingQueue<Event> events) {
        return hooks.observe(point -> point.site() == HookSite.RESID_POST, (point, activation) -> {
            ticket.check();
            if (System.nanoTime() - start > PROGRESS_MILLIS * 1_000_000) {
                events.add(new Event.Progress("blocks", point.layer() + 1, nLayers));
            }
        });
    }
}
