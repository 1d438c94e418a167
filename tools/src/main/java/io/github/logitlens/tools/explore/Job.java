package io.github.logitlens.tools.explore;

import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import java.util.function.Consumer;
import java.util.function.Function;

/// Something that a request wants computed when it is its turn.
///
/// @param <P> what it hands on, part by part
@FunctionalInterface
interface Job<P> {

    /// Computes, and hands on what is there.
    ///
    /// @throws RuntimeException what the library throws becomes a [Refusal]
    void compute(LogitLens lens, Turn<P> turn);

    /// The queue's first place, while a job has it.
    final class Turn<P> {

        private static final long PROGRESS_MILLIS = 100;

        private final RunQueue.Ticket ticket;
        private final Consumer<P> parts;
        private final Progress progress;
        private final Function<ModelChoice, LogitLens> others;
        private final long start = System.nanoTime();

        /// Hears how far a job is.
        interface Progress {

            /// Hears it.
            void at(String stage, long done, long of);
        }

        Turn(RunQueue.Ticket ticket, Consumer<P> parts, Progress progress, Function<ModelChoice, LogitLens> others) {
            this.ticket = ticket;
            this.parts = parts;
            this.progress = progress;
            this.others = others;
        }

        /// Hands on a part of the answer.
        ///
        /// @throws Refusal if nobody waits for it any more
        void part(P part) {
            ticket.check();
            parts.accept(part);
        }

        /// Another model, opened beside the job's own.
        LogitLens other(ModelChoice choice) {
            return others.apply(choice);
        }

        /// Hooks that, between two blocks, end a run that nobody waits for, and say how far a long one is.
        Hooks watched(Hooks hooks, LogitLens lens) {
            int nLayers = lens.model().config().nLayers();
            return hooks.observe(point -> point.site() == HookSite.RESID_POST, (point, activation) ->
                    reached("blocks", point.layer() + 1, nLayers));
        }

        /// Hears how far the job is.
        ///
        /// @throws Refusal if nobody waits for it any more
        void reached(String stage, long done, long of) {
            ticket.check();
            if (System.nanoTime() - start > PROGRESS_MILLIS * 1_000_000) {
                progress.at(stage, done, of);
            }
        }

        long millis() {
            return (System.nanoTime() - start) / 1_000_000;
        }
    }
}
