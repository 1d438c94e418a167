package io.github.logitlens.tools.explore;

import io.github.logitlens.LogitLens;
import io.github.logitlens.error.LensException;
import io.github.logitlens.error.RunCancelledException;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// Computes what requests want, one after the other, and sends it part by part.
///
/// One thread computes, for as long as it has the queue's first place, and never waits for the reader of the answer: what it has
/// read lies ready, as numbers, for the request's own thread, which writes it as fast as it is read.
final class Runs {

    private static final long PROGRESS_MILLIS = 100;
    /// Answers on their way, of runs that wait, compute, or are done and not read to their end.
    private static final int MOST_ANSWERS = 16;

    /// What the computing thread has to say.
    private sealed interface Event<P> {

        record Progress<P>(String stage, long done, long of) implements Event<P> {
        }

        record Part<P>(P part) implements Event<P> {
        }

        record Done<P>(long millis) implements Event<P> {
        }

        record Failed<P>(Throwable why) implements Event<P> {
        }
    }

    private final Models models;
    private final RunQueue queue;
    private final ExecutorService threads;
    private final Patience patience;
    private final Semaphore answers = new Semaphore(MOST_ANSWERS);

    /// Runs on these models.
    ///
    /// @param threads  where runs compute
    /// @param patience with readers that have stopped reading
    Runs(Models models, RunQueue queue, ExecutorService threads, Patience patience) {
        this.models = models;
        this.queue = queue;
        this.threads = threads;
        this.patience = patience;
    }

    /// Computes, and answers in a form.
    ///
    /// @param page what the page calls itself: its older requests of that name are cancelled
    /// @param id   the model's
    /// @throws Refusal if the answer has not begun when it fails
    <P> void answer(String page, String id, Job<P> job, Function<Patience, RunAnswer<P>> form) throws IOException {
        ModelChoice model = models.known(id);
        if (!answers.tryAcquire()) {
            throw Refusal.busy(MOST_ANSWERS);
        }
        try (RunAnswer<P> answer = form.apply(patience)) {
            RunQueue.Ticket ticket = queue.enter(page);
            BlockingQueue<Event<P>> events = new LinkedBlockingQueue<>();
            try {
                threads.execute(() -> compute(job, model, ticket, events));
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

    private static <P> void write(BlockingQueue<Event<P>> events, RunAnswer<P> answer) {
        while (true) {
            switch (next(events)) {
                case Event.Progress<P>(String stage, long done, long of) -> answer.progress(stage, done, of);
                case Event.Part<P>(P part) -> answer.part(part);
                case Event.Done<P>(long millis) -> {
                    answer.done(millis);
                    return;
                }
                case Event.Failed<P>(Throwable why) -> {
                    failed(why, answer);
                    return;
                }
            }
        }
    }

    private static void failed(Throwable why, RunAnswer<?> answer) {
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

    private static <P> Event<P> next(BlockingQueue<Event<P>> events) {
        try {
            return events.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Event.Failed<>(new RunCancelledException());
        }
    }

    // --- the computing thread ---

    private <P> void compute(Job<P> job, ModelChoice model, RunQueue.Ticket ticket, BlockingQueue<Event<P>> events) {
        Event<P> last;
        try (ticket) {
            ticket.await();
            LogitLens lens = lens(models.opening(model), ticket, events);
            ticket.check();
            // Milliseconds are those without the opening of the model.
            Job.Turn<P> turn = new Job.Turn<>(ticket, part -> events.add(new Event.Part<>(part)),
                    (stage, done, of) -> events.add(new Event.Progress<>(stage, done, of)),
                    other -> lens(models.openingBeside(other), ticket, events));
            job.compute(lens, turn);
            last = new Event.Done<>(turn.millis());
        } catch (RuntimeException | Error e) {
            last = new Event.Failed<>(e);
        }
        events.add(last);
    }

    /// The model; until it is there, says how its loading gets on.
    private static <P> LogitLens lens(Opening opening, RunQueue.Ticket ticket, BlockingQueue<Event<P>> events) {
        while (!opening.await(PROGRESS_MILLIS)) {
            ticket.check();
            events.add(new Event.Progress<>("load", opening.perCent(), Opening.PER_CENT));
        }
        return opening.lens();
    }
}
