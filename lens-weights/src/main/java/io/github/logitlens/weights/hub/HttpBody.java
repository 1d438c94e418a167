package io.github.logitlens.weights.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The body of an answer, read piece by piece with a limit on the wait, which `HttpRequest.timeout` does not give: that one
/// ends with the headers.
final class HttpBody implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {

    private static final int PIECES_AHEAD = 16;

    /// The server has sent nothing for too long.
    static final class StalledException extends IOException {

        private static final long serialVersionUID = 1L;

        StalledException(Duration limit) {
            super("nothing more within " + limit.toMillis() / 1000.0 + " s");
        }
    }

    private sealed interface Signal {
    }

    private record Piece(List<ByteBuffer> bytes) implements Signal {
    }

    private record End() implements Signal {
    }

    private record Failure(Throwable cause) implements Signal {
    }

    private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private volatile Optional<Flow.Subscription> subscription = Optional.empty();

    /// Subscribes to an answer's body.
    HttpBody(Flow.Publisher<List<ByteBuffer>> publisher) {
        publisher.subscribe(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = Optional.of(given);
        given.request(PIECES_AHEAD);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        signals.add(new Piece(bytes));
    }

    @Override
    public void onError(Throwable cause) {
        signals.add(new Failure(cause));
    }

    @Override
    public void onComplete() {
        signals.add(new End());
    }

    /// The next buffers, or none at the end.
    ///
    /// @throws StalledException     if they do not come in time
    /// @throws IOException          if the connection breaks
    /// @throws InterruptedException if the thread is interrupted
    List<ByteBuffer> next(Duration limit) throws IOException, InterruptedException {
        return switch (signals.poll(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            case null -> throw new StalledException(limit);
            case Piece piece -> {
                subscription.ifPresent(s -> s.request(1));
                yield piece.bytes();
            }
            case End end -> {
                signals.add(end);
                yield List.of();
            }
            case Failure(IOException cause) -> throw new IOException(cause.getMessage(), cause);
            case Failure(Throwable cause) -> throw new IOException(String.valueOf(cause.getMessage()), cause);
        };
    }

    /// Drops the connection, unless the body was read to its end.
    @Override
    public void close() {
        subscription.ifPresent(Flow.Subscription::cancel);
    }
}
