package io.github.logitlens.tools.explore;

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
    void check(Exchange exchange) {
        String host = only(exchange, "Host");
        if (host == null || !hosts.contains(host)) {
            throw new Refusal(403, "WRONG_HOST", "Host: expected this server's own name and port");
        }
        List<String> origins = exchange.headers("Origin");
        if (!origins.isEmpty() && !origins.equals(List.of("http://" + host))) {
            throw new Refusal(403, "FOREIGN_ORIGIN", "Origin: expected this server's own page");
        }
        if (exchange.headers("Sec-Fetch-Site").contains("cross-site") && !exchange.headers("Sec-Fetch-Mode").equals(List.of("navigate"))) {
            throw new Refusal(403, "FOREIGN_ORIGIN", "Sec-Fetch-Site: expected this server's own page");
        }
        URI target = exchange.target();
        if (target.isAbsolute() || target.getRawAuthority() != null || target.getRawPath() == null) {
            throw Refusal.badRequest("request target: expected a path");
        }
    }

    private static String only(Exchange exchange, String name) {
        List<String> values = exchange.headers(name);
        return values.size() == 1 ? values.getFirst() : null;
    }

    /// Lets a body pass that says it is JSON.
    ///
    /// @throws Refusal if the content type is another or none: a form on a foreign page cannot send this one
    static void checkJson(Exchange exchange) {
        String type = only(exchange, "Content-Type");
        if (type == null || !type.matches("(?i)application/json(\\s*;\\s*charset\\s*=\\s*\"?utf-8\"?)?")) {
            throw new Refusal(415, "NOT_JSON", "Content-Type: expected application/json");
        }
    }
}
