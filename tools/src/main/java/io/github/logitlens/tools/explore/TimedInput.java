package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// What comes over a connection, each piece within its time.
final class TimedInput extends InputStream {

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private int at;
    private int end;
    private long deadline;

    TimedInput(Socket socket) throws IOException {
        this.socket = socket;
        in = socket.getInputStream();
    }

    /// All that is read from here on has to come in this time.
    void within(Duration time) {
        deadline = System.nanoTime() + time.toNanos();
    }

    /// Waits for a byte, without taking it.
    ///
    /// @return false at the end
    boolean awaitByte() throws IOException {
        if (at == end) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                throw new SocketTimeoutException("too slow");
            }
            socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
            at = 0;
            end = Math.max(0, in.read(buffer));
        }
        return at < end;
    }

    @Override
    public int read() throws IOException {
        return awaitByte() ? buffer[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!awaitByte()) {
            return -1;
        }
        int taken = Math.min(length, end - at);
        System.arraycopy(buffer, at, into, from, taken);
        at += taken;
        return taken;
    }

    /// Reads to the end, or as far as this many bytes.
    void discard(long most) throws IOException {
        for (long left = most; left > 0 && awaitByte(); at = end) {
            left -= end - at;
        }
    }
}
