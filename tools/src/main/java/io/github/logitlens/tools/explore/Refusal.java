package io.github.logitlens.tools.explore;

import io.github.logitlens.error.LensException;
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
        this(status, reason, message, headers, null);
    }

    private Refusal(int status, String reason, String message, Map<String, String> headers, Throwable fault) {
        super(message, fault, false, false);
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

    /// A model that cannot be used, by what the library says.
    static Refusal model(LensException e) {
        return new Refusal(422, "MODEL", e.getMessage());
    }

    /// A fault of the server's own, which is the refusal's cause.
    static Refusal internal(Throwable fault) {
        return new Refusal(500, "INTERNAL", "the explorer failed: " + fault.getClass().getSimpleName(), Map.of(), fault);
    }

    static Refusal tooLarge(long limit) {
        return new Refusal(413, "TOO_LARGE", "request body: expected at most " + limit + " bytes");
    }

    /// What did not arrive in time.
    static Refusal slow() {
        return new Refusal(408, "TOO_SLOW", "request: expected all of it at once");
    }

    static Refusal headTooLarge(String expected) {
        return new Refusal(431, "TOO_LARGE", "request: expected " + expected);
    }

    static Refusal version() {
        return new Refusal(505, "NOT_HTTP_1", "request line: expected HTTP/1.1 or HTTP/1.0");
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
