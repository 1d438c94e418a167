package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/// The bytes behind a request's head, as far as they belong to it: a number that is known, or chunks.
final class RequestBody extends InputStream {

    private static final int LONGEST_LINE = 256;

    private final TimedInput in;
    private final Runnable begin;
    private final Runnable atEnd;
    private final boolean chunked;
    private boolean begun;
    private boolean ended;
    /// Of the body, or of the chunk.
    private long left;
    private boolean inFirstChunk = true;

    /// @param begin called before the first byte is read
    /// @param atEnd called when all has been read
    RequestBody(RequestHead head, TimedInput in, Runnable begin, Runnable atEnd) {
        this.in = in;
        this.begin = begin;
        this.atEnd = atEnd;
        chunked = head.chunked();
        left = head.length();
        if (!chunked && left == 0) {
            end();
        }
    }

    boolean isRead() {
        return ended;
    }

    private void end() {
        ended = true;
        atEnd.run();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /// @throws Refusal if it is cut off, too slow, or its chunks are none
    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0 || ended) {
            return length == 0 ? 0 : -1;
        }
        try {
            return next(into, from, length);
        } catch (SocketTimeoutException e) {
            throw Refusal.slow();
        }
    }

    private int next(byte[] into, int from, int length) throws IOException {
        if (!begun) {
            begun = true;
            begin.run();
        }
        if (chunked && left == 0) {
            left = nextChunk();
            if (left == 0) {
                end();
                return -1;
            }
        }
        int read = in.read(into, from, (int) Math.min(length, left));
        if (read < 0) {
            throw cutOff();
        }
        left -= read;
        if (left == 0 && !chunked) {
            end();
        }
        return read;
    }

    /// @return the length of the next chunk; 0 at the end, and then what may follow is read too
    private long nextChunk() throws IOException {
        if (!inFirstChunk && !line().isEmpty()) {
            throw Refusal.badRequest("request body: expected a chunk of the length that it says");
        }
        inFirstChunk = false;
        String length = line().split(";", 2)[0].strip();
        if (!length.matches("[0-9a-fA-F]{1,8}")) {
            throw Refusal.badRequest("request body: expected the length of a chunk");
        }
        long chunk = Long.parseLong(length, 16);
        if (chunk == 0) {
            for (int trailers = 0; !line().isEmpty(); trailers++) {
                if (trailers > LONGEST_LINE) {
                    throw Refusal.badRequest("request body: expected its end");
                }
            }
        }
        return chunk;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw cutOff();
            }
            if (line.length() > LONGEST_LINE) {
                throw Refusal.badRequest("request body: expected the length of a chunk");
            }
            line.append((char) next);
        }
        if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
            throw Refusal.badRequest("request body: expected lines that end in CR LF");
        }
        return line.substring(0, line.length() - 1);
    }

    private static Refusal cutOff() {
        return Refusal.badRequest("request body: expected as many bytes as its head says");
    }
}
