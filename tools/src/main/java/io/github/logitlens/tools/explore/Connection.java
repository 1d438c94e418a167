package io.github.logitlens.tools.explore;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/// One connection: a request after another, each with its answer.
final class Connection implements Runnable, AutoCloseable {

    /// What is read of a request that was refused, so that its sender comes to read the answer.
    private static final long MOST_UNREAD = 1 << 22;
    private static final Duration UNREAD = Duration.ofSeconds(1);

    private final Socket socket;
    private final FrontDoor door;
    private final Limits limits;
    private final Listener listener;
    private volatile boolean answering;

    Connection(Socket socket, FrontDoor door, Limits limits, Listener listener) {
        this.socket = socket;
        this.door = door;
        this.limits = limits;
        this.listener = listener;
    }

    /// Whether nothing is asked of the explorer, or not all of it yet.
    boolean waits() {
        return !answering;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            TimedInput in = new TimedInput(socket);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            while (answer(in, out)) {
                listener.answered(this);
            }
        } catch (IOException e) {
            // The other side has closed it, or was silent for too long.
        } finally {
            listener.left(this);
        }
    }

    /// @return whether another request may follow
    private boolean answer(TimedInput in, OutputStream out) throws IOException {
        answering = false;
        in.within(limits.idle());
        if (!in.awaitByte()) {
            return false;
        }
        in.within(limits.request());
        Exchange exchange;
        try {
            exchange = Exchange.of(RequestHead.read(in), in, out, () -> answering = true);
        } catch (Refusal refusal) {
            exchange = Exchange.unreadable(out);
            door.refuse(exchange, refusal);
            end(in, out);
            return false;
        }
        door.handle(exchange);
        if (exchange.hasAnswered() && exchange.persists() && exchange.isRead()) {
            return true;
        }
        if (exchange.hasAnswered()) {
            end(in, out);
        }
        return false;
    }

    /// Says that this was all, and reads what still comes: a connection that is closed before is reset, and the answer with it.
    private void end(TimedInput in, OutputStream out) throws IOException {
        answering = false;
        out.flush();
        socket.shutdownOutput();
        in.within(UNREAD);
        in.discard(MOST_UNREAD);
    }

    /// Ends it whatever it is at.
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not open any more.
        }
    }
}
