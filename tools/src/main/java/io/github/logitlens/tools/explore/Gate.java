package io.github.logitlens.tools.explore;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URI;
import java.util.List;
import java.util.Set;

/// What every request must be before anything looks at it: from this machine's own browser, for this server, by this page.
///
/// A page elsewhere on the web can make a browser send requests here. Its name may even lead to this machine (DNS
/// rebinding), but it cannot choose the `Host` header, nor leave out the `Origin` of a request that changes something.
final class Gate {

    private final Set<String> hosts;

    Gate(int port) {
        hosts = Set.of("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port);
    }

    /// Lets a request pass.
    ///
    /// @throws Refusal if it must not be answered
    void check(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String host = only(headers, "Host");
        if (host == null || !hosts.contains(host)) {
            throw new Refusal(403, "WRONG_HOST", "Host: expected this server's own name and port");
        }
        List<String> origins = headers.get("Origin");
        if (origins != null && (origins.size() != 1 || !origins.getFirst().equals("http://" + host))) {
            throw new Refusal(403, "FOREIGN_ORIGIN", "Origin: expected this server's own page");
        }
        if ("cross-site".equals(headers.getFirst("Sec-Fetch-Site")) && !"navigate".equals(headers.getFirst("Sec-Fetch-Mode"))) {
            throw new Refusal(403, "FOREIGN_ORIGIN", "Sec-Fetch-Site: expected this server's own page");
        }
        URI target = exchange.getRequestURI();
        if (target.isAbsolute() || target.getRawAuthority() != null || target.getRawPath() == null) {
            throw Refusal.badRequest("request target: expected a path");
        }
    }

    private static String only(Headers headers, String name) {
        List<String> values = headers.get(name);
        return values == null || values.size() != 1 ? null : values.getFirst();
    }

    /// Lets a body pass that says it is JSON.
    ///
    /// @throws Refusal if the content type is another or none: a form on a foreign page cannot send this one
    static void checkJson(HttpExchange exchange) {
        String type = only(exchange.getRequestHeaders(), "Content-Type");
        if (type == null || !type.matches("(?i)application/json(\\s*;\\s*charset\\s*=\\s*\"?utf-8\"?)?")) {
            throw new Refusal(415, "NOT_JSON", "Content-Type: expected application/json");
        }
    }
}
