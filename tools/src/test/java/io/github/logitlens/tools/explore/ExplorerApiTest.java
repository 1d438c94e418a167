package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.Layers;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.tools.view.RunCsv;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.tools.view.draw.Theme;
import io.github.logitlens.tools.view.grid.GridChoice;
import io.github.logitlens.tools.view.grid.GridPicture;
import io.github.logitlens.tools.view.grid.Quantity;
import io.github.logitlens.tools.view.grid.Scale;
import io.github.logitlens.internal.view.RunJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    /// What a run begins with, behind what was said of its progress.
    private static JsonNode start(List<JsonNode> lines) {
        return lines.stream().filter(line -> line.path("type").textValue().equals("start")).findFirst().orElseThrow();
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
                + " \"from\": [\"Big Ben is in\"]}";
        assertEquals("[\"zero:L5H3\",\"patch:L3.resid_post@-1\"]", start(run(body)).path("edits").toString());
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

    /// The two columns before the hash of the weights emptied.
    private static String withoutLoss(String csv) {
        return csv.replaceAll(",[^,\"]*,[^,\"]*(,[0-9a-f]{64},[0-9a-f]{64},)", ",,$1");
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
        // A long prompt comes in parts, of which none has a loss of its own.
        assertEquals(withoutLoss(expected.toString()), withoutLoss(answer.body()));
        assertEquals(422, RawHttp.post(port, "/api/csv", "{\"prompt\": \"\"}").status(), "a table does not begin before it is sure");
    }

    @Test
    void theDocumentSaysWhatTheRunWasMadeWith() throws IOException {
        JsonNode start = start(run("{\"prompt\": \"Hello\"}"));
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

    @Test
    void aLensOfOnesOwnIsOneOfThem(@TempDir Path files) throws IOException {
        Path mine = files.resolve("mine.safetensors");
        try (InputStream in = Checkpoint.class.getResourceAsStream("demo/tuned_lens.safetensors")) {
            Files.copy(in, mine);
        }
        List<JsonNode> tuned = rows("{\"prompt\": \"The Eiffel\", \"lens\": \"tuned\"}");
        try (ExplorerServer other = ExplorerServer.start(0, "demo", Optional.of(mine.toString()), "test", System.err)) {
            int at = other.address().getPort();
            assertTrue(values(json(RawHttp.get(at, "/api/info").body()).path("lenses")).contains("mine.safetensors"));
            RawHttp.Answer answer = RawHttp.post(at, "/api/run", "{\"prompt\": \"The Eiffel\", \"lens\": \"mine.safetensors\"}");
            assertEquals(tuned, answer.body().lines().map(ExplorerApiTest::json).filter(line -> line.has("readings")).toList());
            assertEquals(400, RawHttp.post(at, "/api/run", "{\"prompt\": \"a\", \"lens\": \"" + mine + "\"}").status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "tuned_lens.safetensors", "", "Tuned"})
    void aFileIsNoLensForAPage(String lens) {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", "{\"prompt\": \"a\", \"lens\": \"" + lens + "\"}");
        assertEquals(400, answer.status());
        assertTrue(answer.body().contains("lens: expected one of [logit, tuned, jacobian]"), answer.body());
    }

    /// What `GET /api` says of the API, beside what the API does.
    @Test
    void theDescriptionIsTrue() throws IOException {
        JsonNode description = json(RawHttp.get(port, "/api").body());
        JsonNode schemas = description.at("/components/schemas");
        assertEquals("3.1.0", description.path("openapi").textValue());
        JsonNode run = schemas.at("/RunRequest/properties");
        assertEquals(RunRequest.FIELDS, names(run));
        assertEquals(PictureRequest.FIELDS, names(schemas.at("/PictureRequest/properties")));
        assertEquals(RunRequest.MAX_TOP_K, run.at("/topK/maximum").intValue());
        assertEquals(LensOptions.defaults().topK(), run.at("/topK/default").intValue());
        assertEquals(RunRequest.MAX_TRACKED, run.at("/tracked/maxItems").intValue());
        assertTrue(run.at("/lens/description").textValue().contains("logit, tuned, jacobian"));
        assertEquals(Arrays.stream(PointKind.values()).map(PointKind::key).collect(Collectors.toSet()), values(run.at("/points/items/enum")));
        assertEquals(Arrays.stream(LayerNormMode.values()).map(LayerNormMode::key).collect(Collectors.toSet()), values(run.at("/layerNorm/enum")));
        List<JsonNode> lines = run("{\"prompt\": \"The Eiffel\", \"topK\": 2, \"bottomK\": 1, \"tracked\": [\" Paris\"], \"versus\": {\"id\": 3576}}");
        for (JsonNode line : lines) {
            String name = line.path("type").textValue();
            has(line, schemas.path(name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)));
        }
        JsonNode reading = lines.stream().filter(line -> line.has("readings")).findFirst().orElseThrow().at("/readings/0");
        has(reading, schemas.path("Reading"));
        assertTrue(names(schemas.at("/Reading/properties")).containsAll(names(reading)), "all of a reading's fields: " + reading);
        for (String field : List.of("top", "bottom", "tracked")) {
            has(reading.path(field).get(0), schemas.path("Prediction"));
        }
        has(json(RawHttp.get(port, "/api/info").body()), schemas.path("Info"));
        has(json(RawHttp.post(port, "/api/tokens", "{\"text\": \"a\"}").body()), schemas.path("Tokens"));
        has(json(RawHttp.post(port, "/api/tokens", "{}").body()), schemas.path("Error"));
        description.path("paths").properties().forEach(path -> path.getValue().fieldNames().forEachRemaining(method ->
                assertNotEquals(404, (method.equals("get") ? RawHttp.get(port, path.getKey()) : RawHttp.post(port, path.getKey(), "{}")).status(),
                        path.getKey())));
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new HashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> values(JsonNode list) {
        Set<String> values = new HashSet<>();
        list.forEach(value -> values.add(value.textValue()));
        return values;
    }

    private static void has(JsonNode value, JsonNode schema) {
        assertFalse(schema.path("required").isEmpty(), schema.toString());
        schema.path("required").forEach(field -> assertTrue(value.has(field.textValue()), field + " in " + value));
    }

    @Test
    void thePictureIsThatOfTheCommand() throws IOException {
        RawHttp.Answer answer = RawHttp.post(port, "/api/picture", """
                {"prompt": "The Eiffel Tower is in", "metric": "jsd", "theme": "dark", "tracked": [" Paris"]}""");
        assertEquals(200, answer.status(), answer.body());
        assertEquals("image/svg+xml", answer.header("Content-Type"));
        StringWriter expected = new StringWriter();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensOptions options = LensOptions.defaults().metrics(LensMetric.JSD).track(" Paris");
            GridPicture.of(lens.run("The Eiffel Tower is in", options), new GridChoice(Quantity.named("jsd", options), Scale.LINEAR, 1, false))
                    .writeSvg(Theme.DARK, expected);
        }
        assertEquals(expected.toString(), answer.body());
        assertEquals("image/png", RawHttp.post(port, "/api/picture", "{\"prompt\": \"a b\", \"format\": \"png\"}").header("Content-Type"));
        for (String wrong : List.of("\"metric\": \"nose\"", "\"metric\": \"tracked.rank\"", "\"scale\": \"x\"", "\"format\": \"gif\"",
                "\"theme\": \"x\"", "\"metric\": \"logitDifference\"")) {
            assertEquals(400, RawHttp.post(port, "/api/picture", "{\"prompt\": \"The Eiffel\", " + wrong + "}").status(), wrong);
        }
    }

    @Test
    void everyOptionOfTheLensCanBeAsked() throws IOException {
        List<JsonNode> rows = rows("""
                {"ids": %s, "topK": 1, "bottomK": 2, "points": ["attn_out", "resid_post"], "layers": "1:4", "layerNorm": "frozen",
                 "positions": "last"}""".formatted(IDS));
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult expected = lens.run("The Eiffel Tower is in", LensOptions.defaults().topK(1).bottomK(2)
                    .points(PointKind.ATTN_OUT, PointKind.RESID_POST).layers(Layers.parse("1:4")).layerNorm(LayerNormMode.FROZEN)
                    .positions(Positions.last()));
            StringWriter document = new StringWriter();
            new RunJson().write(expected, document);
            List<JsonNode> readings = new ArrayList<>();
            rows.forEach(row -> row.path("readings").forEach(readings::add));
            JsonNode wanted = json(document.toString()).path("readings");
            assertEquals(7, wanted.size());
            assertEquals(IntStream.range(0, 7).mapToObj(wanted::get).toList(), readings);
        }
        List<JsonNode> stopped = run("{\"prompt\": \"a\", \"stopAfter\": 2}");
        assertEquals(2, start(stopped).at("/options/stopAfter").intValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"layers\": \"x\"", "\"layerNorm\": \"some\"", "\"points\": [\"nose\"]", "\"points\": [\"embed\"], \"mid\": true",
        "\"bottomK\": 101", "\"stopAfter\": -1", "\"stopAfter\": \"2\""})
    void anOptionThatIsNoneIsABadRequest(String field) {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", "{\"prompt\": \"a\", " + field + "}");
        assertEquals(400, answer.status(), answer.body());
        assertTrue(answer.body().contains("expected"), answer.body());
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
