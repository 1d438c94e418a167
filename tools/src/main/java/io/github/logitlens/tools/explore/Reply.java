package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/// Sends answers, each with the headers that keep a browser from doing more with it than show it.
final class Reply {

    private static final String CONTENT_SECURITY_POLICY = String.join("; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'");

    /// A document in the making.
    @FunctionalInterface
    interface Body {

        /// Writes all of it.
        void write(StringWriter out) throws IOException;
    }

    private Reply() {
    }

    private static void headers(Exchange exchange, String contentType) {
        exchange.set("Content-Type", contentType);
        exchange.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        exchange.set("X-Content-Type-Options", "nosniff");
        exchange.set("X-Frame-Options", "DENY");
        exchange.set("Referrer-Policy", "no-referrer");
        exchange.set("Cross-Origin-Resource-Policy", "same-origin");
        exchange.set("Cross-Origin-Opener-Policy", "same-origin");
        exchange.set("Cache-Control", "no-store");
    }

    static void bytes(Exchange exchange, int status, String contentType, byte[] body) throws IOException {
        headers(exchange, contentType);
        try (OutputStream out = exchange.begin(status, body.length)) {
            out.write(body);
        }
    }

    static void json(Exchange exchange, Body body) throws IOException {
        json(exchange, 200, body);
    }

    private static void json(Exchange exchange, int status, Body body) throws IOException {
        StringWriter out = new StringWriter();
        body.write(out);
        bytes(exchange, status, "application/json; charset=utf-8", out.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// Refuses, and ends the connection: what is left of the request is of no interest.
    static void refusal(Exchange exchange, Refusal refusal) throws IOException {
        exchange.setLast();
        refusal.headers().forEach(exchange::set);
        json(exchange, refusal.status(), out -> ApiJson.error(refusal.reason(), refusal.getMessage(), out));
    }

    /// Begins an answer whose length is not known yet.
    static OutputStream lines(Exchange exchange, String contentType) throws IOException {
        headers(exchange, contentType);
        return exchange.begin(200, Exchange.UNKNOWN);
    }
}
