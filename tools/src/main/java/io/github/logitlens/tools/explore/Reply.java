package io.github.logitlens.tools.explore;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
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

    private static Headers headers(HttpExchange exchange, String contentType) {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", contentType);
        headers.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        return headers;
    }

    static void bytes(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        headers(exchange, contentType);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
        }
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    static void json(HttpExchange exchange, Body body) throws IOException {
        json(exchange, 200, body);
    }

    private static void json(HttpExchange exchange, int status, Body body) throws IOException {
        StringWriter out = new StringWriter();
        body.write(out);
        bytes(exchange, status, "application/json; charset=utf-8", out.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// Refuses, and ends the connection: what is left of the request is not read.
    static void refusal(HttpExchange exchange, Refusal refusal) throws IOException {
        exchange.getResponseHeaders().set("Connection", "close");
        refusal.headers().forEach(exchange.getResponseHeaders()::set);
        json(exchange, refusal.status(), out -> ApiJson.error(refusal.reason(), refusal.getMessage(), out));
    }

    /// Begins an answer whose length is not known yet.
    static OutputStream lines(HttpExchange exchange, String contentType) throws IOException {
        headers(exchange, contentType);
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }
}
