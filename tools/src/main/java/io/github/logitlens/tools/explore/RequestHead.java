package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// A request as far as its empty line (RFC 9112).
///
/// @param method  as it was written
/// @param target  a path, as a rule
/// @param old     whether it is of HTTP/1.0, which knows no chunks and ends with its connection
/// @param headers values in their order, by names in lower case
record RequestHead(String method, URI target, boolean old, Map<String, List<String>> headers) {

    private static final int MOST_BYTES = 16_384;
    private static final int MOST_HEADERS = 64;
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,15}");

    /// Reads one.
    ///
    /// @throws Refusal     if it is no request of HTTP/1, too long, or too slow
    /// @throws IOException if the connection is gone
    static RequestHead read(TimedInput in) throws IOException {
        try {
            return new Reader(in).head();
        } catch (SocketTimeoutException e) {
            throw Refusal.slow();
        }
    }

    /// The values of a header; none if it is not there.
    List<String> all(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    boolean has(String name, String value) {
        return all(name).stream().anyMatch(each -> each.equalsIgnoreCase(value));
    }

    /// Whether the body comes in chunks.
    boolean chunked() {
        return !all("Transfer-Encoding").isEmpty();
    }

    /// How long a body that is not in chunks is; 0 where there is none.
    long length() {
        List<String> lengths = all("Content-Length");
        return lengths.isEmpty() ? 0 : Long.parseLong(lengths.getFirst());
    }

    /// Line by line, up to the limits.
    private static final class Reader {

        private final TimedInput in;
        private int left = MOST_BYTES;

        Reader(TimedInput in) {
            this.in = in;
        }

        RequestHead head() throws IOException {
            String[] parts = line().split(" ", -1);
            if (parts.length != 3 || !TOKEN.matcher(parts[0]).matches()) {
                throw Refusal.badRequest("request line: expected a method, a path and a version");
            }
            if (!parts[2].matches("HTTP/1\\.[01]")) {
                throw Refusal.version();
            }
            RequestHead head = new RequestHead(parts[0], target(parts[1]), parts[2].equals("HTTP/1.0"), headers());
            checkLength(head);
            return head;
        }

        private static URI target(String written) {
            try {
                return new URI(written);
            } catch (URISyntaxException e) {
                throw Refusal.badRequest("request target: expected a path");
            }
        }

        private Map<String, List<String>> headers() throws IOException {
            Map<String, List<String>> headers = new HashMap<>();
            int count = 0;
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                if (colon < 0 || !TOKEN.matcher(line.substring(0, colon)).matches() || !VALUE.matcher(line).matches()) {
                    throw Refusal.badRequest("header: expected NAME: VALUE");
                }
                if (++count > MOST_HEADERS) {
                    throw Refusal.headTooLarge("at most " + MOST_HEADERS + " headers");
                }
                headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .add(line.substring(colon + 1).strip());
            }
            return headers;
        }

        /// Where it is not certain how long a request is, the next one may be part of it.
        private static void checkLength(RequestHead head) {
            List<String> lengths = head.all("Content-Length");
            if (lengths.size() > 1 || !lengths.isEmpty() && !LENGTH.matcher(lengths.getFirst()).matches()) {
                throw Refusal.badRequest("Content-Length: expected one number of bytes");
            }
            if (head.chunked() && (!lengths.isEmpty() || head.old() || !head.all("Transfer-Encoding").equals(List.of("chunked")))) {
                throw Refusal.badRequest("Transfer-Encoding: expected chunked, without a Content-Length, in HTTP/1.1");
            }
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            int next = in.read();
            while (next != '\n') {
                if (next < 0) {
                    throw Refusal.badRequest("request: expected an empty line at the end of its head");
                }
                if (--left == 0) {
                    throw Refusal.headTooLarge("a head of at most " + MOST_BYTES + " bytes");
                }
                line.append((char) next);
                next = in.read();
            }
            if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') {
                throw Refusal.badRequest("request: expected lines that end in CR LF");
            }
            line.setLength(line.length() - 1);
            return line.toString();
        }
    }
}
