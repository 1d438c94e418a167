package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A request and its answer.
final class Exchange {

    /// How long an answer is that is sent in chunks.
    static final long UNKNOWN = -1;

    private static final RequestHead NOTHING = new RequestHead("GET", URI.create("/"), false, Map.of());

    private final RequestHead head;
    private final RequestBody body;
    private final OutputStream out;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private boolean persists;
    private AnswerBody answer;

    private Exchange(RequestHead head, TimedInput in, OutputStream out, Runnable received, boolean persists) {
        this.head = head;
        this.out = out;
        this.persists = persists;
        body = new RequestBody(head, in, this::goOn, received);
    }

    /// @param received called when all of the request is there
    static Exchange of(RequestHead head, TimedInput in, OutputStream out, Runnable received) {
        return new Exchange(head, in, out, received, !head.old() && !head.has("Connection", "close"));
    }

    /// For the answer to what is no request.
    static Exchange unreadable(OutputStream out) {
        return new Exchange(NOTHING, null, out, () -> { }, false);
    }

    /// Somebody waits to be asked for the body.
    private void goOn() {
        if (head.has("Expect", "100-continue")) {
            try {
                out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    // --- the request ---

    String method() {
        return head.method();
    }

    URI target() {
        return head.target();
    }

    /// The values of a header; none if it is not there.
    List<String> headers(String name) {
        return head.all(name);
    }

    /// How long its body says that it is; 0 where it does not say so.
    long length() {
        return head.length();
    }

    InputStream body() {
        return body;
    }

    /// Whether all of the request has been read.
    boolean isRead() {
        return body.isRead();
    }

    // --- the answer ---

    /// Gives the answer a header.
    void set(String name, String value) {
        headers.put(name, value);
    }

    /// Lets the connection end with this answer.
    void setLast() {
        persists = false;
    }

    /// Begins the answer.
    ///
    /// @param length in bytes, or [#UNKNOWN]
    /// @return where to write it; what is written is sent when that is flushed or closed
    OutputStream begin(int status, long length) throws IOException {
        if (answer != null) {
            throw new IllegalStateException("the answer has begun");
        }
        boolean chunked = length == UNKNOWN && !head.old();
        persists &= length != UNKNOWN || chunked;
        StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
        headers.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        if (chunked) {
            text.append("Transfer-Encoding: chunked\r\n");
        } else if (length != UNKNOWN) {
            text.append("Content-Length: ").append(length).append("\r\n");
        }
        text.append(persists ? "\r\n" : "Connection: close\r\n\r\n");
        out.write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        answer = new AnswerBody(out, chunked, head.method().equals("HEAD"));
        return answer;
    }

    boolean hasBegun() {
        return answer != null;
    }

    /// Whether the whole answer is sent.
    boolean hasAnswered() {
        return answer != null && answer.isClosed();
    }

    boolean persists() {
        return persists;
    }
}
