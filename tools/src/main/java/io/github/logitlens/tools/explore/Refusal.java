package io.github.logitlens.tools.explore;

import java.util.Map;

/// Why a request is not answered as it wished: an HTTP status, a reason for programs and a sentence for people.
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;
    private final transient Map<String, String> headers;

    Refusal(int status, String reason, String message) {
        this(status, reason, message, Map.of());
    }

    private Refusal(int status, String reason, String message, Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.reason = reason;
        this.headers = headers;
    }

    static Refusal badRequest(String message) {
        return new Refusal(400, "BAD_REQUEST", message);
    }

    static Refusal notFound() {
        return new Refusal(404, "NOT_FOUND", "there is nothing at this address");
    }

    static Refusal methodNotAllowed(String allowed) {
        return new Refusal(405, "METHOD_NOT_ALLOWED", "expected the method " + allowed, Map.of("Allow", allowed));
    }

    /// The caller's mistake by what the library says, such as a token that the model has not.
    static Refusal refused(String message) {
        return new Refusal(422, "REFUSED", message);
    }

    static Refusal tooLarge(long limit) {
        return new Refusal(413, "TOO_LARGE", "request body: expected at most " + limit + " bytes");
    }

    static Refusal busy(int limit) {
        return new Refusal(503, "BUSY", "all " + limit + " places in the queue are taken; try again in a moment",
                Map.of("Retry-After", "1"));
    }

    static Refusal cancelled() {
        return new Refusal(409, "CANCELLED", "a newer request of the same page took this one's place");
    }

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }

    /// What the status has to be sent with.
    Map<String, String> headers() {
        return headers;
    }
}
