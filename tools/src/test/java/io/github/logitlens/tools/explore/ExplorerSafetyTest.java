package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.tools.explore.RawHttp.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a foreign page or a hostile program on this machine sends, over raw sockets.
class ExplorerSafetyTest {

    private static final ByteArrayOutputStream LOG = new ByteArrayOutputStream();

    private static final int CONNECTIONS = 64;

    private static ExplorerServer server;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        server = ExplorerServer.start(0, "demo", "test", new PrintStream(LOG, true),
                Limits.USUAL.withRequest(Duration.ofSeconds(2)).withConnections(CONNECTIONS));
        port = server.address().getPort();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void theServerStillServesAndNothingFailedInside() {
        assertEquals(200, RawHttp.get(port, "/").status());
        assertEquals("", LOG.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil", "evil:PORT", "localhost", "127.0.0.1", ":PORT", "", "LOCALHOST:PORT", "localhost.:PORT",
        "127.0.0.1.evil:PORT", "127.0.0.1.evil", "localhost:1", "127.0.0.1:0PORT", "user@127.0.0.1:PORT", "[::1]", "0.0.0.0:PORT",
        "localhost:PORT,evil", "localhost:PORT evil"})
    void onlyOurOwnHostIsServed(String host) {
        Answer answer = RawHttp.ask(port, "GET / HTTP/1.1", "Host: " + host.replace("PORT", "" + port), "Connection: close", "", "");
        assertEquals(403, answer.status());
        assertTrue(answer.body().contains("WRONG_HOST"), answer.body());
    }

    @Test
    void theThreeNamesOfThisMachineAreServed() {
        for (String host : List.of("localhost", "127.0.0.1", "[::1]")) {
            assertEquals(200, RawHttp.ask(port, "GET / HTTP/1.1", "Host: " + host + ":" + port, "Connection: close", "", "").status());
        }
    }

    @Test
    void noHostAndTwoHostsAreRefused() {
        assertEquals(403, RawHttp.ask(port, "GET / HTTP/1.1", "Connection: close", "", "").status());
        assertEquals(403, RawHttp.ask(port, "GET / HTTP/1.0", "", "").status());
        assertEquals(403, RawHttp.ask(port, "GET / HTTP/1.1", "Host: 127.0.0.1:" + port, "Host: evil", "Connection: close", "", "").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil", "null", "https://127.0.0.1:PORT", "http://127.0.0.1", "http://localhost:PORT", ""})
    void anOriginThatIsNotThePageIsRefused(String origin) {
        Answer answer = RawHttp.post(port, "/api/tokens", "{\"text\": \"a\"}", "Content-Type: application/json",
                "Origin: " + origin.replace("PORT", "" + port));
        assertEquals(403, answer.status());
        assertTrue(answer.body().contains("FOREIGN_ORIGIN"), answer.body());
    }

    @Test
    void thePagesOwnOriginIsServed() {
        assertEquals(200, RawHttp.post(port, "/api/tokens", "{\"text\": \"a\"}", "Content-Type: application/json",
                "Origin: http://127.0.0.1:" + port, "Sec-Fetch-Site: same-origin").status());
        assertEquals(403, RawHttp.post(port, "/api/tokens", "{\"text\": \"a\"}", "Content-Type: application/json",
                "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors").status());
    }

    @ParameterizedTest
    @CsvSource({"GET, /api/run, POST", "GET, /api/csv, POST", "GET, /api/tokens, POST", "PUT, /api/run, POST", "POST, /api/info, GET", "POST, /, GET",
        "DELETE, /, GET", "OPTIONS, /api/run, POST", "TRACE, /, GET"})
    void otherMethodsAreRefused(String method, String path, String allowed) {
        Answer answer = RawHttp.ask(port, method + " " + path + " HTTP/1.1", "Host: 127.0.0.1:" + port, "Connection: close", "", "");
        assertEquals(405, answer.status());
        assertEquals(allowed, answer.header("Allow"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json",
        "application/json; charset=utf-16", "application/json, text/plain", ""})
    void aBodyThatDoesNotSayItIsJsonIsRefused(String type) {
        assertEquals(415, RawHttp.post(port, "/api/run", "{\"prompt\": \"a\"}", "Content-Type: " + type).status());
    }

    @Test
    void aBodyWithoutATypeIsRefused() {
        assertEquals(415, RawHttp.post(port, "/api/run", "{\"prompt\": \"a\"}", "X-Nothing: 1").status());
    }

    @Test
    void noAnswerAllowsAnotherOrigin() {
        List<Answer> answers = new ArrayList<>();
        answers.add(RawHttp.get(port, "/"));
        answers.add(RawHttp.get(port, "/api/info"));
        answers.add(RawHttp.get(port, "/nothing"));
        answers.add(RawHttp.get(port, "*"));
        answers.add(RawHttp.get(port, "/\0"));
        answers.add(RawHttp.post(port, "/api/tokens", "{\"text\": \"a\"}"));
        answers.add(RawHttp.post(port, "/api/run", "{\"prompt\": \"a\"}"));
        answers.add(RawHttp.ask(port, "OPTIONS /api/run HTTP/1.1", "Host: 127.0.0.1:" + port, "Origin: http://127.0.0.1:" + port,
                "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type", "Connection: close", "", ""));
        for (Answer answer : answers) {
            assertTrue(answer.headers().stream().noneMatch(h -> h.toLowerCase(Locale.ROOT).startsWith("access-control")), answer::toString);
            assertEquals("nosniff", answer.header("X-Content-Type-Options"));
            assertEquals("DENY", answer.header("X-Frame-Options"));
            assertEquals("no-referrer", answer.header("Referrer-Policy"));
            String policy = answer.header("Content-Security-Policy");
            assertTrue(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), policy);
            assertFalse(policy.contains("unsafe"), policy);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/..", "/../etc/passwd", "/static/../index.html", "/static/..%2findex.html", "/%2e%2e/etc/passwd",
        "/%252e%252e/etc/passwd", "/static/index.html%00.js", "/static/%00", "/static\\index.html", "/static/..\\..\\pom.xml",
        "//etc/passwd", "/static//index.html", "/static/", "/static", "/index.html", "/static/files.txt", "/static/Runs.class",
        "/Static/index.html", "/api/", "/api/run/", "/api/info/../run", "/%2F", "/./", "/static/version.properties", "*"})
    void whatIsNotOnTheListDoesNotExist(String path) {
        int status = RawHttp.get(port, path).status();
        assertTrue(status == 404 || status == 400, path + " gave " + status);
    }

    @Test
    void anAbsoluteTargetIsRefused() {
        assertEquals(400, RawHttp.get(port, "http://evil/").status());
        assertEquals(400, RawHttp.get(port, "http://127.0.0.1:" + port + "/").status());
    }

    @Test
    void aBodyOverTheLimitIsRefusedUnread() {
        Answer answer = RawHttp.ask(port, "POST /api/run HTTP/1.1", "Host: 127.0.0.1:" + port, "Content-Type: application/json",
                "Content-Length: " + (RequestJson.MAX_BYTES + 1), "", "{");
        assertEquals(413, answer.status());
        assertTrue(answer.body().contains("" + RequestJson.MAX_BYTES), answer.body());
        assertEquals(413, RawHttp.ask(port, "POST /api/run HTTP/1.1", "Host: 127.0.0.1:" + port, "Content-Type: application/json",
                "Content-Length: 99999999999999", "", "{").status());
    }

    @Test
    void aChunkedBodyThatDoesNotEndIsRefused() {
        try (RawHttp http = new RawHttp(port)) {
            http.send(String.join("\r\n", "POST /api/run HTTP/1.1", "Host: 127.0.0.1:" + port, "Content-Type: application/json",
                    "Transfer-Encoding: chunked", "", ""));
            String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
            for (int i = 0; i <= RequestJson.MAX_BYTES / 0x4000; i++) {
                http.send(chunk);
            }
            assertEquals(413, http.answer().status(), "not reset, though there was more to read");
        }
    }

    @Test
    void aBodyOfTheLimitIsRead() {
        String body = "{\"text\": \"a\"}";
        String padded = body + " ".repeat(RequestJson.MAX_BYTES - body.length());
        assertEquals(200, RawHttp.post(port, "/api/tokens", padded).status());
    }

    @Tag("waits")
    @ParameterizedTest
    @ValueSource(strings = {
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX-Slow: ",
        "POST /api/run HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"prompt\": "})
    void aRequestThatDoesNotArriveIsDropped(String beginning) {
        try (RawHttp slow = new RawHttp(port)) {
            slow.send(beginning.replace("PORT", "" + port));
            assertEquals(200, RawHttp.get(port, "/").status(), "others are served meanwhile");
            Answer answer = slow.answer();
            assertEquals(408, answer.status());
            assertTrue(answer.body().contains("TOO_SLOW"), answer.body());
        }
    }

    @Test
    void hundredsOfConnectionsThatSayNothingKeepNobodyOut() {
        List<RawHttp> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 3 * CONNECTIONS; i++) {
                idle.add(new RawHttp(port));
            }
            assertEquals(200, RawHttp.get(port, "/").status());
            idle.getLast().send("GET /api HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n\r\n");
            assertEquals(200, idle.getLast().answer().status(), "the silent ones have gone, the eldest first");
        } finally {
            idle.forEach(RawHttp::close);
        }
    }

    @Test
    void whatIsNotHttpGetsNoMoreThanAnError() {
        for (String garbage : List.of("\0\1\2\3\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "HELLO / / /\r\n\r\n",
                "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
                "GET /\0 HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n")) {
            Answer answer = RawHttp.ask(port, garbage);
            assertEquals(garbage.contains("9.9") ? 505 : 400, answer.status(), garbage);
            assertTrue(answer.body().startsWith("{\"type\":\"error\""), answer.body());
            assertEquals("nosniff", answer.header("X-Content-Type-Options"));
        }
        assertEquals(431, RawHttp.ask(port, "GET / HTTP/1.1", "Host: 127.0.0.1:" + port, "X: y".repeat(9000), "", "").status());
        assertEquals(431, RawHttp.ask(port, "GET / HTTP/1.1", "X: y\r\n".repeat(100), "", "").status());
        assertEquals(400, RawHttp.post(port, "/api/tokens", "{\"text\": \"a\"}", "Content-Type: application/json",
                "Transfer-Encoding: chunked").status(), "a length and chunks at once");
    }

    /// Requests that follow each other on one connection are told apart, whatever their bodies look like.
    @Test
    void aConnectionCarriesOneRequestAfterAnother() {
        String host = "Host: 127.0.0.1:" + port + "\r\nContent-Type: application/json\r\n";
        try (RawHttp http = new RawHttp(port)) {
            http.send("HEAD / HTTP/1.1\r\n" + host + "\r\n"
                    + "POST /api/tokens HTTP/1.1\r\n" + host + "Content-Length: 17\r\n\r\n{\"text\": \"first\"}"
                    + "POST /api/tokens HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
                    + "9\r\n{\"text\": \r\n9;x=y\r\n\"second\"}\r\n0\r\nTrailer: 1\r\n\r\n"
                    + "GET /nothing HTTP/1.1\r\n" + host + "\r\nGET / HTTP/1.1\r\n" + host + "\r\n");
            String all = http.all();
            assertEquals(List.of("200", "200", "100", "200", "404"), Pattern.compile("HTTP/1\\.1 (\\d+)").matcher(all).results()
                    .map(found -> found.group(1)).toList(), "what was refused is the last");
            assertTrue(all.indexOf("first") < all.indexOf("second"), all);
            assertFalse(all.substring(0, all.indexOf("HTTP/1.1 200", 1)).contains("<html"), "a HEAD has no body");
        }
        Answer old = RawHttp.ask(port, "POST /api/run HTTP/1.0", host + "Content-Length: 15", "", "{\"prompt\": \"a\"}");
        assertEquals("", old.header("Transfer-Encoding"));
        assertTrue(old.body().endsWith("}\n") && old.body().contains("\"type\":\"done\""), old.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\n", "-1\r\n", "fffffffff\r\n", "1\r\n{}\r\n0\r\n\r\n", "2\n{}\r\n0\r\n\r\n"})
    void chunksThatAreNoneAreRefused(String chunks) {
        Answer answer = RawHttp.ask(port, "POST /api/tokens HTTP/1.1", "Host: 127.0.0.1:" + port, "Content-Type: application/json",
                "Transfer-Encoding: chunked", "", chunks);
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains("request body: expected"), answer.body());
    }

    static List<String> malformedBodies() {
        String deep = "[".repeat(50_000);
        return List.of("", " ", "{", "}", "[]", "null", "\"a\"", "1", "{\"text\": \"a\"} x", "{\"text\": \"a\"}{\"text\": \"a\"}",
                "{\"text\": \"a\", \"text\": \"b\"}", "{text: 1}", "{'text': 'a'}", "{\"text\": 1}", "{\"text\": null}",
                "{\"text\": [\"a\"]}", "{\"bos\": true}", "{\"text\": \"a\", \"bos\": \"yes\"}", "{\"text\": \"a\", \"more\": 1}",
                "{\"text\": \"a\", \"model\": 7}", "{\"text\": \"a\",}", "// no\n{\"text\": \"a\"}", "\uFEFF{\"text\": \"a\"}",
                "{\"text\": \"\\ud8\"}", "{\"text\": \"a\nb\"}", "{\"text\": NaN}", deep, "{\"text\": " + deep, "{\"a\":".repeat(50_000));
    }

    @ParameterizedTest
    @MethodSource("malformedBodies")
    void aBodyThatIsNotTheRightJsonIsABadRequest(String body) {
        Answer answer = RawHttp.post(port, "/api/tokens", body);
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains("BAD_REQUEST"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"topK\": 0", "\"topK\": 101", "\"topK\": 1.5", "\"topK\": 99999999999999999999", "\"topK\": \"5\"",
        "\"topK\": 1e400", "\"tracked\": \"a\"", "\"tracked\": [1]", "\"tracked\": [{\"id\": \"a\"}]", "\"tracked\": [{\"id\": 1, \"x\": 2}]",
        "\"metrics\": [\"no\"]", "\"metrics\": [1]", "\"model\": \"/etc\"", "\"model\": \"gpt2-nowhere\"", "\"mid\": 1",
        "\"page\": \"12345678901234567890123456789012345678901234567890123456789012345\"", "\"unknown\": 1"})
    void aWrongFieldOfARunIsABadRequest(String field) {
        Answer answer = RawHttp.post(port, "/api/run", "{\"prompt\": \"a\", " + field + "}");
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains(field.substring(1, field.indexOf('"', 1))), answer.body());
    }

    @Test
    void textThatIsNotUtf8IsABadRequest() {
        assertEquals(200, RawHttp.post(port, "/api/tokens", "{\"text\": \"\u00e4\"}").status());
        Answer cut = RawHttp.ask(port, "POST /api/tokens HTTP/1.1", "Host: 127.0.0.1:" + port, "Content-Type: application/json",
                "Connection: close", "Content-Length: 14", "", "{\"text\": \"\u00e4\u00e4\"}".substring(0, 12));
        assertEquals(400, cut.status());
    }
}
