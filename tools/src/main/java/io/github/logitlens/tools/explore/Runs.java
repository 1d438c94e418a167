package io.github.logitlens.tools.explore;

import com.sun.net.httpserver.HttpExchange;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tokenizer.TokenizerFormatException;
import io.github.logitlens.tools.view.RunLines;
import io.github.logitlens.weights.CheckpointException;
import io.github.logitlens.weights.hub.HubException;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/// `POST /api/run`: runs a prompt and sends what the lens reads, line by line.
final class Runs {

    /// Enough for the product to run at full speed, few enough for the first columns to be seen early.
    private static final int POSITIONS_AT_ONCE = 32;
    private static final long PROGRESS_MILLIS = 100;

    private final Models models;
    private final RunQueue queue;

    Runs(Models models, RunQueue queue) {
        this.models = models;
        this.queue = queue;
    }

    void answer(HttpExchange exchange) throws IOException {
        RunRequest request = RunRequest.read(exchange, models.first());
        ModelChoice model = models.known(request.model());
        try (RunQueue.Ticket ticket = queue.enter(request.page()); LineStream lines = new LineStream(exchange)) {
            try {
                ticket.await();
                run(request, model, ticket, lines);
            } catch (Refusal refusal) {
                refuse(refusal, lines);
            } catch (IllegalArgumentException e) {
                refuse(Refusal.refused(e.getMessage()), lines);
            } catch (CheckpointException | SafeTensorsException | TokenizerFormatException | HubException e) {
                refuse(new Refusal(422, "MODEL", e.getMessage()), lines);
            } catch (LineStream.ReaderGone e) {
                throw e;
            } catch (RuntimeException | Error e) {
                if (lines.begun()) {
                    lines.send(out -> ApiJson.error("INTERNAL", "the explorer failed: " + e.getClass().getSimpleName(), out));
                }
                throw e;
            }
        }
    }

    /// As the status of an answer that has not begun, else as a line.
    private static void refuse(Refusal refusal, LineStream lines) {
        if (!lines.begun()) {
            throw refusal;
        }
        lines.send(out -> ApiJson.error(refusal.reason(), refusal.getMessage(), out));
    }

    private void run(RunRequest request, ModelChoice model, RunQueue.Ticket ticket, LineStream lines) {
        LogitLens lens = open(model, ticket, lines);
        ticket.check();
        long start = System.nanoTime();
        Hooks hooks = watched(model.config().nLayers(), start, ticket, lines);
        AtomicBoolean begun = new AtomicBoolean();
        lens.run(request.prompt().ids(lens.tokenizer()), request.options(), hooks, POSITIONS_AT_ONCE, part -> {
            ticket.check();
            lines.send(out -> {
                if (!begun.getAndSet(true)) {
                    RunLines.start(part, out);
                }
                RunLines.rows(part, out);
            });
        });
        lines.send(out -> ApiJson.done((System.nanoTime() - start) / 1_000_000, out));
    }

    /// The model; until it is there, says how its loading gets on.
    private LogitLens open(ModelChoice model, RunQueue.Ticket ticket, LineStream lines) {
        Opening opening = models.opening(model);
        while (!opening.await(PROGRESS_MILLIS)) {
            ticket.check();
            lines.send(out -> ApiJson.progress("load", opening.perCent(), Opening.PER_CENT, out));
        }
        return opening.lens();
    }

    /// Between two blocks: ends a run that nobody waits for, and says how far a long one is.
    private static Hooks watched(int nLayers, long start, RunQueue.Ticket ticket, LineStream lines) {
        return Hooks.none().observe(point -> point.site() == HookSite.RESID_POST, (point, activation) -> {
            ticket.check();
            if (System.nanoTime() - start > PROGRESS_MILLIS * 1_000_000) {
                lines.send(out -> ApiJson.progress("blocks", point.layer() + 1, nLayers, out));
            }
        });
    }
}
