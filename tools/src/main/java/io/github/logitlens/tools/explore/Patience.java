package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// How long an answer waits for a reader that has stopped reading. The JDK's server would wait for minutes.
final class Patience implements AutoCloseable {

    private final Duration limit;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1,
            Thread.ofPlatform().daemon().name("lens-explore-patience").factory());

    Patience(Duration limit) {
        this.limit = limit;
        clock.setRemoveOnCancelPolicy(true);
    }

    /// Sends bytes.
    interface Sending {

        /// Returns when they are sent.
        void send() throws IOException;
    }

    /// Sends, and interrupts this thread when it takes too long: that closes the connection.
    ///
    /// @throws IOException if it took too long, could not be sent, or the server is closed
    void send(Sending sending) throws IOException {
        Thread sender = Thread.currentThread();
        ScheduledFuture<?> end;
        try {
            end = clock.schedule(sender::interrupt, limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            throw new IOException("the explorer is closed", e);
        }
        try {
            sending.send();
        } finally {
            end.cancel(false);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
