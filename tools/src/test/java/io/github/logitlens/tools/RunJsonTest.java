package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.Bos;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensReading;
import io.github.logitlens.LensResult;
import io.github.logitlens.PointKind;
import io.github.logitlens.LogitLens;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TrackedToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The schema `logitlens.run/1`, field by field, against the library's own result.
class RunJsonTest {

    private static final String PROMPT = "The Eiffel Tower is in 日本\n";

    private static final String KEYS =
            Arrays.stream(LensMetric.values()).map(LensMetric::key).collect(Collectors.joining(","));

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void holdsTheWholeResult() {
        JsonNode json = Cli.lens("--json", "--top-k", "3", "--position", "all", "--bos", "--mid", "--track", " Paris",
                "--bottom-k", "2", "--metric", KEYS, PROMPT).succeeds().json();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult result = lens.run(
                    PROMPT, LensOptions.defaults().topK(3).bottomK(2).bos(Bos.PREPEND).metrics(LensMetric.values())
                            .points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST).track(" Paris"));
            assertEquals(List.of("schema", "model", "options", "tokens", "points", "positions", "losses", "readings", "provenance"),
                    names(json));
            assertEquals(result.points().size(), json.path("losses").size());
            for (int point = 0; point < result.points().size(); point++) {
                JsonNode loss = json.path("losses").get(point);
                assertEquals(point, loss.path("point").intValue());
                assertEquals(result.loss(result.points().get(point)), loss.path("loss").doubleValue());
                assertEquals(result.perplexity(result.points().get(point)), loss.path("perplexity").doubleValue());
            }
            Provenances.check(json.path("provenance"), "PREPEND", "recomputed");
            assertEquals("logitlens.run/1", json.path("schema").textValue());

            assertEquals(Cli.parse("{\"id\": \"demo\", \"layers\": %d, \"dModel\": %d, \"vocabSize\": 50257}"
                    .formatted(result.config().nLayers(), result.config().dModel())), json.path("model"));
            assertEquals(Cli.parse("""
                    {"bos": true, "topK": 3, "bottomK": 2, "layerNorm": "recomputed", "lens": "logit", "positions": "all",
                     "points": ["embed", "resid_mid", "resid_post"], "layers": "all", "metrics": %s,
                     "tracked": [" Paris"]}""".formatted("[\"" + KEYS.replace(",", "\",\"") + "\"]")),
                    json.path("options"));

            assertEquals(result.tokens().size(), json.path("tokens").size());
            for (int position = 0; position < result.tokens().size(); position++) {
                JsonNode token = json.path("tokens").get(position);
                assertEquals(List.of("position", "id", "text", "bytes"), names(token));
                assertEquals(position, token.path("position").intValue());
                assertEquals(result.tokens().get(position).id(), token.path("id").intValue());
                assertEquals(result.tokens().get(position).hex(), token.path("bytes").textValue());
            }

            assertEquals(result.points().size(), json.path("points").size());
            for (int i = 0; i < result.points().size(); i++) {
                checkPoint(i, result.points().get(i), json.path("points").get(i));
            }

            assertEquals(result.positions().size(), json.path("positions").size());
            for (int i = 0; i < result.positions().size(); i++) {
                checkPosition(result, result.positions().get(i), json.path("positions").get(i));
            }

            assertEquals(result.points().size() * result.positions().size(), json.path("readings").size());
            int row = 0;
            for (int position : result.positions()) {
                for (LensPoint point : result.points()) {
                    checkReading(result, result.reading(point, position), json.path("readings").get(row++));
                }
            }

            float[] logits = lens.model().logits(ids(result));
            JsonNode last = json.path("readings").get(row - 1).path("top").get(0);
            assertEquals(logits[last.path("id").intValue()], last.path("logit").floatValue(), "the model's own output");
        }
    }

    private static int[] ids(LensResult result) {
        return result.tokens().stream().mapToInt(token -> token.id()).toArray();
    }

    private static void checkPoint(int index, LensPoint point, JsonNode json) {
        assertEquals(List.of("index", "name", "label", "kind", "layer"), names(json));
        assertEquals(point.kind().key(), json.path("kind").textValue());
        assertEquals(index, json.path("index").intValue());
        assertEquals(point.name(), json.path("name").textValue());
        assertEquals(point.label(), json.path("label").textValue());
        if (index == 0) {
            assertTrue(json.path("layer").isNull());
        } else {
            assertEquals(point.hook().layer(), json.path("layer").intValue());
        }
    }

    private static void checkPosition(LensResult result, int position, JsonNode json) {
        assertEquals(List.of("position", "decision", "firstAppearance", "flips", "margin"), names(json));
        LensPoint decided = result.decisionLayer(position);
        assertEquals(position, json.path("position").intValue());
        assertEquals(decided, result.points().get(json.path("decision").intValue()));
        assertEquals(result.firstAppearance(position), result.points().get(json.path("firstAppearance").intValue()));
        assertEquals(result.flips(position), json.path("flips").intValue());
        assertEquals(result.value(LensMetric.MARGIN, decided, position), json.path("margin").doubleValue());
    }

    @Test
    void aRunThatWasStoppedDecidesNothing() {
        JsonNode position = Cli.lens("--json", "--stop-after", "2", PROMPT).succeeds().json().path("positions").get(0);
        assertTrue(position.path("decision").isNull() && position.path("firstAppearance").isNull() && position.path("margin").isNull(),
                position.toString());
        assertTrue(position.path("flips").isInt());
    }

    private static void checkReading(LensResult result, LensReading reading, JsonNode json) {
        List<String> fields = new ArrayList<>(List.of("point", "position", "entropy", "klToFinal"));
        for (LensMetric metric : LensMetric.values()) {
            boolean ofTheFirstToken = metric == LensMetric.PROBABILITY || metric == LensMetric.LOGIT;
            if (!ofTheFirstToken && !fields.contains(metric.key())) {
                fields.add(metric.key());
            }
            double value = result.value(metric, reading.point(), reading.position());
            JsonNode field = ofTheFirstToken ? json.path("top").get(0).path(metric.key()) : json.path(metric.key());
            assertEquals(value, metric == LensMetric.LOGIT ? Float.parseFloat(field.asText()) : Double.parseDouble(field.asText()),
                    metric.key());
        }
        fields.addAll(List.of("top", "bottom", "tracked"));
        assertEquals(fields, names(json));
        assertEquals(2, json.path("bottom").size());
        assertEquals(result.bottom(reading.point(), reading.position()).getFirst().id(),
                json.path("bottom").get(0).path("id").intValue());
        assertEquals(result.points().indexOf(reading.point()), json.path("point").intValue());
        assertEquals(reading.position(), json.path("position").intValue());
        assertEquals(reading.entropy(), json.path("entropy").doubleValue());
        assertEquals(reading.klToFinal(), json.path("klToFinal").doubleValue());
        assertEquals(3, json.path("top").size());
        for (int rank = 0; rank < 3; rank++) {
            TokenPrediction prediction = reading.top().get(rank);
            JsonNode top = json.path("top").get(rank);
            assertEquals(List.of("id", "text", "logit", "probability", "logProbability"), names(top));
            assertEquals(prediction.logProbability(), top.path("logProbability").doubleValue());
            assertEquals(prediction.id(), top.path("id").intValue());
            assertEquals(prediction.token().text(), top.path("text").textValue());
            assertEquals(prediction.logit(), Float.parseFloat(top.path("logit").asText()));
            assertEquals(prediction.probability(), top.path("probability").doubleValue());
        }
        TrackedToken paris = result.tracked(" Paris", reading.point(), reading.position());
        JsonNode tracked = json.path("tracked").get(0);
        assertEquals(List.of("id", "text", "logit", "probability", "logProbability", "rank"), names(tracked));
        assertEquals(paris.logProbability(), tracked.path("logProbability").doubleValue());
        assertEquals(paris.id(), tracked.path("id").intValue());
        assertEquals(paris.logit(), Float.parseFloat(tracked.path("logit").asText()));
        assertEquals(paris.probability(), tracked.path("probability").doubleValue());
        assertEquals(paris.rank(), tracked.path("rank").intValue());
    }

    @Test
    void lastPointDiffersFromTheFinalDistributionByNothing() {
        JsonNode readings = Cli.lens("--json", "--position", "all", PROMPT).succeeds().json().path("readings");
        int last = readings.get(readings.size() - 1).path("point").intValue();
        readings.forEach(reading -> {
            if (reading.path("point").intValue() == last) {
                assertEquals(0.0, reading.path("klToFinal").doubleValue());
            }
            assertFalse(reading.has("tracked"));
        });
    }

    @Test
    void twoTokensThatAreComparedHaveTheirDifferenceInEveryReading() {
        JsonNode json = Cli.lens("--json", "--track", " Paris", "--versus", " London", PROMPT).succeeds().json();
        assertEquals(" London", json.path("options").path("versus").textValue());
        json.path("readings").forEach(reading -> assertEquals(
                reading.path("tracked").get(0).path("logit").doubleValue() - reading.path("tracked").get(1).path("logit").doubleValue(),
                reading.path("logitDifference").doubleValue(), 1e-5));
    }

    @Test
    void pointsOfHeadsHaveTheirNumber() {
        JsonNode json = Cli.lens("--json", "--points", "head,attn_out", "--layers", "2", "--layer-norm", "frozen", PROMPT)
                .succeeds().json();
        assertEquals("frozen", json.path("options").path("layerNorm").textValue());
        assertEquals("2", json.path("options").path("layers").textValue());
        JsonNode second = json.path("points").get(1);
        assertEquals(Cli.parse("""
                {"index": 1, "name": "blocks.2.attn.hook_result.1", "label": "L2H1", "kind": "head", "layer": 2, "head": 1}"""),
                second);
    }

    @Test
    void aStoppedRunComparesNothingWithTheFinalPoint() {
        JsonNode json = Cli.lens("--json", "--stop-after", "1", PROMPT).succeeds().json();
        assertEquals(1, json.path("options").path("stopAfter").intValue());
        assertEquals(3, json.path("points").size());
        json.path("readings").forEach(reading ->
                assertEquals(List.of("point", "position", "entropy", "top"), names(reading)));
    }

    @Test
    void logitsAreFloatsInShortestForm() {
        JsonNode top = Cli.lens("--json", "Hello").succeeds().json().path("readings").get(0).path("top");
        top.forEach(prediction -> {
            String text = prediction.path("logit").asText();
            assertEquals(Float.toString(Float.parseFloat(text)), text);
        });
    }
}
