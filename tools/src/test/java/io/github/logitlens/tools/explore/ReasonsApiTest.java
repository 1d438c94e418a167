package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.AttentionOptions;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.Bos;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.Layers;
import io.github.logitlens.LogitLens;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tools.SchemaFiles;
import io.github.logitlens.tools.view.AttentionJson;
import io.github.logitlens.tools.view.AttributionJson;
import io.github.logitlens.tools.view.NeuronView;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the API says of why a cell says what it says: the documents that the library's own calls give.
class ReasonsApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EIFFEL = "The Eiffel Tower is in";

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

    private static JsonNode answer(String path, String body) throws IOException {
        RawHttp.Answer answer = RawHttp.post(port, path, body);
        assertEquals(200, answer.status(), answer.body());
        assertEquals("application/json; charset=utf-8", answer.header("Content-Type"));
        return JSON.readTree(answer.body());
    }

    private static JsonNode written(Writing writing) throws IOException {
        StringWriter out = new StringWriter();
        writing.to(out);
        return JSON.readTree(out.toString());
    }

    private interface Writing {

        void to(StringWriter out) throws IOException;
    }

    @Test
    void aLogitIsTakenApartAsByTheLibrary() throws IOException {
        JsonNode answer = answer("/api/attribution", """
                {"prompt": "The Eiffel Tower is in", "token": " Paris", "versus": {"id": 3576}, "position": -1, "neurons": 2, "bos": true,
                 "edits": ["zero:L5H3"]}""");
        AttributionOptions options = AttributionOptions.of(" Paris").versus(" London").neurons(2).bos(Bos.PREPEND);
        assertEquals(written(out -> AttributionJson.write(lens.attribute(EIFFEL, options, Hooks.of(Edits.zeroHead(5, 3))), out)), answer);
        SchemaFiles.check("attribution-1", answer);
    }

    @Test
    void aHeadsAttentionIsThatOfTheLibrary() throws IOException {
        JsonNode answer = answer("/api/attention", "{\"prompt\": \"The Eiffel Tower is in\", \"layer\": 4, \"head\": 1, \"edits\": [\"cut:L4H1@6/0\"]}");
        assertEquals(written(out -> AttentionJson.write(lens.attention(EIFFEL, AttentionOptions.defaults().layers(Layers.of(4)).heads(1),
                Hooks.of(Edits.parse("cut:L4H1@6/0"))), out)), answer);
        assertEquals(0, answer.at("/layers/0/heads/0/pattern/6/0").doubleValue());
        SchemaFiles.check("attention-1", answer);
        assertEquals(lens.model().config().nHeads(),
                answer("/api/attention", "{\"ids\": [1, 2], \"layer\": 0}").at("/layers/0/heads").size());
    }

    @Test
    void whatIsChangedBehindAHeadLeavesItAsItIs() throws IOException {
        JsonNode layers = answer("/api/attention", "{\"prompt\": \"a b c\", \"layer\": 4, \"head\": 1}").path("layers");
        assertEquals(layers, answer("/api/attention",
                "{\"prompt\": \"a b c\", \"layer\": 4, \"head\": 1, \"edits\": [\"zero:L4H1\", \"zero:L7H3\"]}").path("layers"));
        assertTrue(!layers.equals(answer("/api/attention",
                "{\"prompt\": \"a b c\", \"layer\": 4, \"head\": 1, \"edits\": [\"zero:L3.mlp_out\", \"zero:L7H3\"]}").path("layers")));
    }

    @Test
    void aNeuronPromotesWhatTheLibrarySays() throws IOException {
        JsonNode answer = answer("/api/neuron", "{\"layer\": 6, \"neuron\": 11, \"topK\": 3}");
        assertEquals(written(out -> NeuronView.writeJson(lens.neuron(6, 11, 3, LayerNormMode.FROZEN), out)), answer);
        SchemaFiles.check("neuron-1", answer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/api/attribution | {'prompt': 'a'} | 400 | token: expected a text",
        "/api/attribution | {'prompt': 'a', 'token': {'id': 5}, 'versus': {'id': 5}} | 400 | expected another token",
        "/api/attribution | {'prompt': 'a', 'token': {'id': 99999}} | 422 | 99999",
        "/api/attribution | {'prompt': 'a', 'token': {'id': 5}, 'position': 4} | 422 | position",
        "/api/attribution | {'prompt': 'a', 'token': {'id': 5}, 'edits': ['replace:L4.resid_post=/etc/passwd']} | 400 | reads a file",
        "/api/attention | {'prompt': 'a'} | 400 | layer: expected a whole number",
        "/api/attention | {'prompt': 'a', 'layer': 8} | 422 | layer",
        "/api/attention | {'prompt': 'a', 'layer': 0, 'edits': ['zero:L8H0']} | 422 | L8H0",
        "/api/attention | {'prompt': 'a', 'layer': 0, 'head': 70} | 422 | head",
        "/api/neuron | {'layer': 1} | 400 | neuron: expected a whole number",
        "/api/neuron | {'layer': 1, 'neuron': 999999} | 422 | neuron",
        "/api/neuron | {'layer': 1, 'neuron': 0, 'layerNorm': 'x'} | 400 | expected"})
    void whatCannotBeAnsweredIsRefusedInASentence(String path, String body, int status, String says) {
        RawHttp.Answer answer = RawHttp.post(port, path, body.replace('\'', '"'));
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.body().contains(says), answer.body());
    }

    @Test
    void anAnswerHasABound() {
        String ids = "[" + "5,".repeat(1023) + "5]";
        RawHttp.Answer answer = RawHttp.post(port, "/api/attention", "{\"ids\": " + ids + ", \"layer\": 0}");
        assertEquals(422, answer.status(), answer.body());
        assertTrue(answer.body().contains("ask for one head at a time"), answer.body());
    }

    @Test
    void theDescriptionIsTrue() throws IOException {
        JsonNode schemas = JSON.readTree(RawHttp.get(port, "/api").body()).at("/components/schemas");
        assertEquals(AttributionRequest.FIELDS, fields(schemas.path("AttributionRequest")));
        assertEquals(AttentionRequest.FIELDS, fields(schemas.path("AttentionRequest")));
        assertEquals(NeuronRequest.FIELDS, fields(schemas.path("NeuronRequest")));
        assertEquals(AttributionRequest.MAX_NEURONS, schemas.at("/AttributionRequest/properties/neurons/maximum").intValue());
        for (String name : new String[] {"Attribution", "Attention", "Neuron"}) {
            JsonNode document = answer("/api/" + name.toLowerCase(), schemas.at("/" + name + "Request/examples/0").toString());
            schemas.path(name).path("required").forEach(field -> assertTrue(document.has(field.textValue()), field + " of " + name));
        }
    }

    private static Set<String> fields(JsonNode schema) {
        Set<String> names = new HashSet<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }
}
