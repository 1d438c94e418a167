package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.logitlens.Alignment;
import io.github.logitlens.LensComparison;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PatchDirection;
import io.github.logitlens.Prompt;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.TokenRef;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.internal.view.ComparisonJson;
import io.github.logitlens.tools.SchemaFiles;
import io.github.logitlens.tools.view.ComparisonCsv;
import io.github.logitlens.tools.view.RandomModel;
import io.github.logitlens.tools.view.SweepJson;
import io.github.logitlens.tools.view.draw.Theme;
import io.github.logitlens.tools.view.grid.ComparisonPicture;
import io.github.logitlens.tools.view.grid.Difference;
import io.github.logitlens.tools.view.grid.Scale;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the API says of what would be if: comparisons and sweeps as the library makes them.
class WhatIfApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EIFFEL = "The Eiffel Tower is in";
    private static final String COMPARE = """
            {"prompt": "The Eiffel Tower is in", "topK": 3, "tracked": [" Paris"], "b": {"edits": ["zero:L7H3", "patch:L4.resid_post@-1"],
             "from": ["Big Ben is in"]}%s}""";

    private static ExplorerServer server;
    private static LogitLens lens;
    private static int port;

    @BeforeAll
    static void start() throws IOException {
        server = ExplorerServer.start(0, "demo", "test", System.err);
        port = server.address().getPort();
        lens = LogitLens.open("demo");
    }

    @AfterAll
    static void stop() {
        server.close();
        lens.close();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    private static RawHttp.Answer post(String path, String body) {
        RawHttp.Answer answer = RawHttp.post(port, path, body);
        assertEquals(200, answer.status(), answer.body());
        return answer;
    }

    private static List<JsonNode> lines(String path, String body) {
        List<JsonNode> lines = post(path, body).body().lines().map(WhatIfApiTest::json).toList();
        assertEquals("done", lines.getLast().path("type").textValue(), lines.getLast().toString());
        return lines.stream().filter(line -> !Set.of("progress", "done").contains(line.path("type").textValue())).toList();
    }

    /// The document that the lines of a comparison are, with its readings in the order of the document's.
    private static JsonNode comparison(String body) {
        return comparison(lines("/api/compare", body));
    }

    private static JsonNode comparison(List<JsonNode> lines) {
        ObjectNode document = ((ObjectNode) lines.getFirst()).deepCopy();
        assertEquals("start", document.remove("type").textValue());
        ArrayNode readings = document.putArray("readings");
        List<JsonNode> rows = lines.subList(1, lines.size());
        for (int i = 0; i < rows.getFirst().path("readings").size(); i++) {
            int position = i;
            rows.forEach(row -> readings.add(row.path("readings").get(position)));
        }
        return document;
    }

    private static LensComparison edited() {
        return lens.compare(EIFFEL, LensOptions.defaults().topK(3).track(" Paris"), Edits.zeroHead(7, 3),
                Edits.parse("patch:L4.resid_post@-1", List.of(Prompt.of("Big Ben is in"))));
    }

    private static JsonNode document(LensComparison comparison) throws IOException {
        StringWriter out = new StringWriter();
        new ComparisonJson().write(comparison, out);
        return json(out.toString());
    }

    @Test
    void anEditsEffectIsThatOfTheLibrary() throws IOException {
        JsonNode answer = comparison(COMPARE.formatted(""));
        assertEquals(document(edited()), answer);
        SchemaFiles.check("comparison-1", answer);
        JsonNode last = answer.path("readings").get(answer.path("readings").size() - 1);
        assertTrue(last.path("reachable").booleanValue());
        JsonNode paris = last.at("/tracked/0");
        assertEquals(paris.path("logitB").doubleValue() - paris.path("logitA").doubleValue(), paris.path("logitChange").doubleValue(), 1e-5);
    }

    @Test
    void whereNoTokenIsNamedItIsTheFirstRunsAnswer() {
        JsonNode answer = comparison("{\"prompt\": \"The Eiffel Tower is in\", \"topK\": 1, \"b\": {\"edits\": [\"zero:L7.mlp_out\"]}}");
        assertEquals(6342, answer.at("/readings/0/tracked/0/id").intValue());
    }

    @Test
    void twoPromptsAndTwoLensesAreCompared() throws IOException {
        JsonNode prompts = comparison("""
                {"prompt": "The Eiffel Tower is in", "topK": 1, "tracked": [" Paris"], "align": "tokens", "b": {"prompt": "Big Ben is in"}}""");
        assertEquals(document(lens.compare(EIFFEL, "Big Ben is in", Alignment.TOKENS, LensOptions.defaults().topK(1).track(" Paris"))), prompts);
        LensOptions options = LensOptions.defaults().topK(1).track(" Paris").keepResiduals(true);
        JsonNode lenses = comparison("{\"prompt\": \"The Eiffel Tower is in\", \"topK\": 1, \"tracked\": [\" Paris\"], \"b\": {\"lens\": \"tuned\"}}");
        assertEquals(document(lens.run(EIFFEL, options).compare(lens.run(EIFFEL, options.readout(lens.readout("tuned"))))), lenses);
        assertTrue(lenses.path("readings").valueStream().allMatch(reading -> reading.path("reachable").booleanValue()), "the same rows read otherwise");
        assertTrue(lenses.at("/readings/0/kl").doubleValue() > 0.1, lenses.at("/readings/0").toString());
    }

    /// Whichever of the two is in memory, and stays there.
    @Test
    void twoModelsAreCompared(@TempDir Path files) throws IOException {
        Path random = RandomModel.write(files.resolve("random"));
        LensOptions options = LensOptions.defaults().topK(1).track(" Paris").keepResiduals(true);
        try (ExplorerServer two = ExplorerServer.start(0, random.toString(), "test", System.err); LogitLens other = LogitLens.open(random)) {
            JsonNode expected = document(lens.run(EIFFEL, options).compare(other.run(EIFFEL, options)));
            for (String first : List.of("demo", "random", "demo")) {
                int at = two.address().getPort();
                assertEquals(200, RawHttp.post(at, "/api/run", "{\"prompt\": \"a\", \"model\": \"" + first + "\"}").status());
                List<JsonNode> lines = RawHttp.post(at, "/api/compare", """
                        {"prompt": "The Eiffel Tower is in", "model": "demo", "topK": 1, "tracked": [" Paris"], "b": {"model": "random"}}""").body().lines()
                        .map(WhatIfApiTest::json).filter(line -> Set.of("start", "rows").contains(line.path("type").textValue())).toList();
                assertEquals(expected.path("readings"), comparison(lines).path("readings"), first);
            }
            assertEquals(400, RawHttp.post(two.address().getPort(), "/api/compare", "{\"prompt\": \"a\", \"b\": {\"model\": \"/etc\"}}").status());
        }
    }

    @Test
    void aComparisonHasOtherForms() throws IOException {
        StringWriter csv = new StringWriter();
        new ComparisonCsv().write(edited(), csv);
        RawHttp.Answer table = post("/api/compare", COMPARE.formatted(", \"format\": \"csv\""));
        assertEquals(csv.toString(), table.body());
        assertEquals("text/csv; charset=utf-8", table.header("Content-Type"));
        StringWriter svg = new StringWriter();
        ComparisonPicture.of(edited(), Difference.named(Optional.of("kl"), List.of()), Scale.LOG).writeSvg(Theme.DARK, svg);
        assertEquals(svg.toString(),
                post("/api/compare", COMPARE.formatted(", \"format\": \"svg\", \"metric\": \"kl\", \"scale\": \"log\", \"theme\": \"dark\"")).body());
        assertTrue(post("/api/compare", COMPARE.formatted(", \"format\": \"html\"")).body().startsWith("<!doctype html>"));
        assertEquals("image/png", post("/api/compare", COMPARE.formatted(", \"format\": \"png\"")).header("Content-Type"));
    }

    private static List<JsonNode> cells(List<JsonNode> lines) {
        return lines.stream().filter(line -> line.path("type").textValue().equals("cells"))
                .flatMap(line -> line.path("cells").valueStream()).toList();
    }

    /// All cells of a sweep as lines have them.
    private static Set<String> cells(Sweep sweep) {
        Set<String> cells = new HashSet<>();
        sweep.grids().forEach(grid -> grid.cells().forEach(cell -> cells.add(cell.site().key() + " " + cell.edit() + " " + cell.row() + " "
                + cell.column() + " " + cell.value() + " " + cell.effect())));
        return cells;
    }

    private static Set<String> written(List<JsonNode> cells) {
        Set<String> written = new HashSet<>();
        cells.forEach(cell -> assertTrue(written.add(cell.path("site").textValue() + " " + cell.path("edit").textValue() + " " + cell.path("row")
                + " " + cell.path("column") + " " + cell.path("value").doubleValue() + " " + cell.path("effect").doubleValue()), cell.toString()));
        return written;
    }

    @Test
    void aSweepsCellsComeAsTheyAreReadAndThenTheWhole() throws IOException {
        String body = """
                {"prompt": "The Eiffel Tower is in", "corrupted": "The Colosseum is in", "token": " Paris", "versus": " Rome",
                 "sites": ["resid_pre", "head"], "direction": "noise"%s}""";
        Sweep sweep = lens.sweep(EIFFEL, "The Colosseum is in", SweepOptions.of(SweepMetric.logitDifference(" Paris", " Rome"))
                .sites(SweepSite.RESID_PRE, SweepSite.HEAD).direction(PatchDirection.NOISE));
        List<JsonNode> lines = lines("/api/sweep", body.formatted(""));
        assertTrue(lines.stream().filter(line -> line.path("type").textValue().equals("cells")).count() > 4, "not all at once");
        assertEquals(cells(sweep), written(cells(lines)));
        StringWriter out = new StringWriter();
        SweepJson.write(sweep, out);
        ObjectNode whole = ((ObjectNode) lines.getLast()).deepCopy();
        assertEquals("sweep", whole.remove("type").textValue());
        assertEquals(json(out.toString()), whole);
        SchemaFiles.check("sweep-1", whole);
        assertEquals(out.toString(), post("/api/sweep", body.formatted(", \"format\": \"json\"")).body());
        assertTrue(post("/api/sweep", body.formatted(", \"format\": \"svg\"")).body().contains("<svg"));
        assertEquals(1 + 8 * 7 + 8 * 4, post("/api/sweep", body.formatted(", \"format\": \"csv\"")).body().lines().count());
    }

    @Test
    void withoutAnotherPromptComponentsAreTakenAway() {
        Sweep sweep = lens.ablate(Prompt.of(EIFFEL), SweepOptions.of(SweepMetric.probability(TokenRef.of(" Paris"))));
        assertEquals(cells(sweep), written(cells(lines("/api/sweep",
                "{\"prompt\": \"The Eiffel Tower is in\", \"metric\": \"probability\", \"token\": {\"id\": 6342}}"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/api/compare | {'prompt': 'a'} | 400 | b: expected an object",
        "/api/compare | {'prompt': 'a', 'b': {'topK': 3}} | 400 | b: expected some of the fields [edits, from, ids, lens, model, prompt]",
        "/api/compare | {'prompt': 'a', 'b': {'edits': ['zero']}} | 400 | edits: edit: expected a verb",
        "/api/compare | {'prompt': 'a', 'b': {'lens': '/etc/passwd'}} | 400 | lens: expected one of",
        "/api/compare | {'prompt': 'a', 'b': {}, 'align': 'x'} | 400 | align: expected one of",
        "/api/compare | {'prompt': 'a', 'b': {}, 'format': 'gif'} | 400 | format: expected one of",
        "/api/compare | {'prompt': 'a', 'b': {}, 'format': 'svg', 'metric': 'nose'} | 400 | metric: expected one of",
        "/api/compare | {'prompt': '', 'b': {'edits': ['zero:L1H0']}} | 422 | expected at least one token",
        "/api/sweep | {'prompt': 'a'} | 400 | token: expected one with the metric logit",
        "/api/sweep | {'prompt': 'a', 'metric': 'x', 'token': ' a'} | 400 | metric: expected logit",
        "/api/sweep | {'prompt': 'a', 'token': ' a', 'sites': ['z']} | 400 | sites: expected",
        "/api/sweep | {'prompt': 'a', 'token': ' a', 'sites': ['resid_pre']} | 422 | for an ablation",
        "/api/sweep | {'prompt': 'a', 'token': ' a', 'direction': 'up'} | 400 | direction",
        "/api/sweep | {'prompt': 'a', 'token': ' a', 'edits': []} | 400 | expected some of the fields",
        "/api/sweep | {'prompt': 'a', 'corrupted': 'a b c', 'token': ' a'} | 422 | as many as the clean one has"})
    void whatCannotBeAnsweredIsRefusedInASentence(String path, String body, int status, String says) {
        RawHttp.Answer answer = RawHttp.post(port, path, body.replace('\'', '"'));
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.body().contains(says), answer.body());
    }

    @Test
    void theDescriptionIsTrue() {
        JsonNode schemas = json(RawHttp.get(port, "/api").body()).at("/components/schemas");
        assertEquals(CompareRequest.FIELDS, fields(schemas.path("CompareRequest")));
        assertEquals(CompareRequest.FIELDS_OF_B, fields(schemas.at("/CompareRequest/properties/b")));
        assertEquals(SweepRequest.FIELDS, fields(schemas.path("SweepRequest")));
        assertEquals(CompareRequest.FORMATS, texts(schemas.at("/CompareRequest/properties/format/enum")));
        assertEquals(SweepRequest.FORMATS, texts(schemas.at("/SweepRequest/properties/format/enum")));
        assertEquals(List.of(Difference.keys().split(", ")), texts(schemas.at("/CompareRequest/properties/metric/enum")));
        schemas.at("/SweepRequest/examples").forEach(example -> lines("/api/sweep", example.toString()));
        lines("/api/compare", schemas.at("/CompareRequest/examples/0").toString());
    }

    private static Set<String> fields(JsonNode schema) {
        Set<String> names = new HashSet<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::textValue).toList();
    }
}
