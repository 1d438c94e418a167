package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.tools.view.RunCsv;
import io.github.logitlens.internal.view.RunJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the API answers to who asks it without the page.
class ExplorerApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IDS = "[464, 412, 733, 417, 8765, 318, 287]";

    private static ExplorerServer server;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        server = ExplorerServer.start(0, "demo", "test", System.err);
        port = server.address().getPort();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    private static List<JsonNode> run(String body) {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", body);
        assertEquals(200, answer.status(), answer.body());
        return answer.body().lines().map(ExplorerApiTest::json).toList();
    }

    private static List<JsonNode> rows(String body) {
        return run(body).stream().filter(line -> line.path("type").textValue().equals("rows")).toList();
    }

    @Test
    void idsAreAPromptToo() {
        assertEquals(rows("{\"prompt\": \"The Eiffel Tower is in\", \"topK\": 2}"), rows("{\"ids\": " + IDS + ", \"topK\": 2}"));
        assertEquals(json(RawHttp.post(port, "/api/tokens", "{\"text\": \"The Eiffel Tower is in\", \"bos\": true}").body()),
                json(RawHttp.post(port, "/api/tokens", "{\"ids\": " + IDS + ", \"bos\": true}").body()));
    }

    @Test
    void aRunIsChangedByEditsThatReadNoFile() throws IOException {
        String body = "{\"prompt\": \"The Eiffel Tower is in\", \"topK\": 2, \"edits\": [\"zero:L5H3\", \"patch:L3.resid_post@-1\"],"
                + " \"from\": [\"The Big Ben is in\"]}";
        List<JsonNode> lines = run(body);
        assertEquals("[\"zero:L5H3\",\"patch:L3.resid_post@-1\"]", lines.getFirst().path("edits").toString(), lines.getFirst().toString());
        assertTrue(!rows(body).equals(rows("{\"prompt\": \"The Eiffel Tower is in\", \"topK\": 2}")));
        for (String[] refused : new String[][] {
            {"\"replace:L4.resid_post=/etc/passwd\"", "edits: expected none that reads a file"},
            {"\"zero\"", "edits: edit: expected a verb and a place"}, {"7", "edits: expected texts"}}) {
            RawHttp.Answer answer = RawHttp.post(port, "/api/run", "{\"prompt\": \"a\", \"edits\": [" + refused[0] + "]}");
            assertEquals(400, answer.status());
            assertTrue(answer.body().contains(refused[1].replace("\"", "\\\"")), answer.body());
        }
    }

    @Test
    void aSpecialTokensTextIsOneTokenWhereThatIsAsked() {
        assertEquals(rows("{\"ids\": [50256, 15496]}"), rows("{\"prompt\": \"<|endoftext|>Hello\", \"special\": true}"));
        assertEquals(8, json(RawHttp.post(port, "/api/tokens", "{\"text\": \"<|endoftext|>Hello\"}").body()).path("tokens").size());
    }

    @Test
    void theTableIsThatOfTheCommand() throws IOException {
        RawHttp.Answer answer = RawHttp.post(port, "/api/csv", """
                {"prompt": "%s", "topK": 3, "metrics": ["jsd"], "tracked": [" Paris"]}""".formatted("say \\\"a,b\\\" = ".repeat(8)));
        assertEquals(200, answer.status(), answer.body());
        assertEquals("text/csv; charset=utf-8", answer.header("Content-Type"));
        StringWriter expected = new StringWriter();
        try (LogitLens lens = LogitLens.open("demo")) {
            new RunCsv().write(lens.run("say \"a,b\" = ".repeat(8),
                    LensOptions.defaults().topK(3).metrics(LensMetric.JSD).track(" Paris")), expected);
        }
        assertEquals(expected.toString(), answer.body());
        assertEquals(422, RawHttp.post(port, "/api/csv", "{\"prompt\": \"\"}").status(), "a table does not begin before it is sure");
    }

    @Test
    void theDocumentSaysWhatTheRunWasMadeWith() throws IOException {
        JsonNode start = run("{\"prompt\": \"Hello\"}").getFirst();
        StringWriter document = new StringWriter();
        try (LogitLens lens = LogitLens.open("demo")) {
            new RunJson().write(lens.run("Hello", LensOptions.defaults()), document);
        }
        JsonNode expected = json(document.toString()).path("provenance");
        for (String field : List.of("model", "weightsSha256", "tokenizerSha256", "bos", "layerNorm", "lens", "version", "java")) {
            assertTrue(expected.has(field), field);
            assertEquals(expected.path(field), start.path("provenance").path(field));
        }
        assertTrue(start.path("provenance").has("kernels"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"ids\": [1], \"prompt\": \"a\"", "\"ids\": 1", "\"ids\": [1.5]", "\"ids\": [\"1\"]", "\"ids\": [99999999999]",
        "\"special\": 1, \"prompt\": \"a\""})
    void aPromptThatIsNoneIsABadRequest(String fields) {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", "{" + fields + "}");
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains("ids") || answer.body().contains("special"), answer.body());
    }

    @Test
    void theLensIsChosenByItsKind() {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", "{\"prompt\": \"The Eiffel\", \"lens\": \"tuned\"}");
        assertEquals(200, answer.status());
        assertTrue(answer.body().contains("\"lens\": \"tuned\"") || answer.body().contains("\"lens\":\"tuned\""), answer.body());
        RawHttp.Answer none = RawHttp.post(port, "/api/run", "{\"prompt\": \"The Eiffel\", \"lens\": \"jacobian\"}");
        assertEquals(422, none.status());
        assertTrue(none.body().contains("the bundled model comes with a tuned lens only"), none.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "tuned_lens.safetensors", "", "Tuned"})
    void aFileIsNoLensForAPage(String lens) {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", "{\"prompt\": \"a\", \"lens\": \"" + lens + "\"}");
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains("lens: expected logit, tuned or jacobian"), answer.body());
    }

    @Test
    void anIdThatTheModelHasNotIsRefused() {
        for (String path : List.of("/api/run", "/api/tokens")) {
            RawHttp.Answer answer = RawHttp.post(port, path, "{\"ids\": [50257]}");
            assertEquals(422, answer.status());
            assertTrue(answer.body().contains("50257"), answer.body());
        }
    }
}
