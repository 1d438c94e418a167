package io.github.logitlens.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Bos;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensReading;
import io.github.logitlens.LensResult;
import io.github.logitlens.PointKind;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.weights.Gpt2Config;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Set;

/// A result as JSON, schema `logitlens.run/1`.
///
/// Ids and positions are the keys; texts are for people. Logits are float32, statistics doubles in nats, both in the shortest
/// form that reads back equal; a number that is not finite is the string `"NaN"`, `"Infinity"` or `"-Infinity"`. Metrics that
/// were asked for are fields of each reading, by their keys. The same run gives the same bytes whatever
/// computed it, but for the line `provenance`, which says what did.
public final class RunJson implements RunView {

    /// Those that stand in every reading as fields of its first token.
    private static final Set<LensMetric> OF_FIRST_CHOICE =
            Set.of(LensMetric.PROBABILITY, LensMetric.LOGIT, LensMetric.LOG_PROBABILITY);
    /// Those that stand in every reading as its own fields.
    private static final Set<LensMetric> OF_EVERY_READING = Set.of(LensMetric.ENTROPY, LensMetric.KL_TO_FINAL);

    /// A view without options.
    public RunJson() {
        // nothing to choose
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            members(result, json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    /// Where a reading has a metric.
    ///
    /// @param metric a metric that was asked for, or that every reading has
    /// @return the fields and indices that lead from the reading to the number, such as `["top", 0, "logit"]`
    public static List<Object> path(LensMetric metric) {
        return OF_FIRST_CHOICE.contains(metric) ? List.of("top", 0, metric.key()) : List.of(metric.key());
    }

    /// Whether a reading has a metric that was not asked for.
    ///
    /// @param metric a metric
    /// @return whether every document has it
    public static boolean always(LensMetric metric) {
        return OF_FIRST_CHOICE.contains(metric) || OF_EVERY_READING.contains(metric);
    }

    /// All fields, into an object that may have others.
    public static void members(LensResult result, JsonGenerator json) throws IOException {
        head(result, json);
        positions(result, json);
        losses(result, json);
        json.writeArrayFieldStart("readings");
        for (int position : result.positions()) {
            readings(result, position, json);
        }
        json.writeEndArray();
        ProvenanceJson.write(result.provenance(), json);
    }

    /// All fields but the readings.
    public static void head(LensResult result, JsonGenerator json) throws IOException {
        json.writeStringField("schema", "logitlens.run/1");
        described(result, json);
        points(result.points(), json);
    }

    /// What was run: the fields `model`, `options`, `edits` where there are some, `tokens`.
    public static void described(LensResult result, JsonGenerator json) throws IOException {
        model(result.modelId(), result.config(), json);
        options(result, json);
        if (!result.edits().isEmpty()) {
            ProvenanceJson.edits(result.edits(), json);
        }
        TokenJson.writeTokens(result.tokens(), json);
    }

    /// The field `model`.
    public static void model(String id, Gpt2Config config, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("model");
        json.writeStringField("id", id);
        json.writeNumberField("layers", config.nLayers());
        json.writeNumberField("dModel", config.dModel());
        json.writeNumberField("vocabSize", config.vocabSize());
        json.writeEndObject();
    }

    /// The field `points`.
    public static void points(List<LensPoint> points, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("points");
        for (int i = 0; i < points.size(); i++) {
            point(i, points.get(i), json);
        }
        json.writeEndArray();
    }

    private static void options(LensResult result, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("options");
        json.writeBooleanField("bos", result.options().bos() == Bos.PREPEND);
        json.writeNumberField("topK", result.options().topK());
        json.writeNumberField("bottomK", result.options().bottomK());
        json.writeStringField("layerNorm", result.options().layerNorm().key());
        json.writeStringField("lens", result.options().readout().kind());
        json.writeStringField("positions", result.options().positions().toString());
        json.writeArrayFieldStart("points");
        for (PointKind kind : result.options().points()) {
            json.writeString(kind.key());
        }
        json.writeEndArray();
        json.writeStringField("layers", result.options().layers().toString());
        if (result.stopped()) {
            json.writeNumberField("stopAfter", result.options().stopAfter().getAsInt());
        }
        json.writeArrayFieldStart("metrics");
        for (LensMetric metric : result.options().metrics()) {
            json.writeString(metric.key());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("tracked");
        for (TokenRef token : result.options().tracked()) {
            json.writeString(token.toString());
        }
        json.writeEndArray();
        if (result.options().versus().isPresent()) {
            json.writeStringField("versus", result.options().versus().get().toString());
        }
        json.writeEndObject();
    }

    /// What is known of each position over all its points; where the final row was not read there is no decision.
    private static void positions(LensResult result, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("positions");
        for (int position : result.positions()) {
            json.writeStartObject();
            json.writeNumberField("position", position);
            if (result.stopped()) {
                json.writeNullField("decision");
                json.writeNullField("firstAppearance");
            } else {
                json.writeNumberField("decision", result.points().indexOf(result.decisionLayer(position)));
                json.writeNumberField("firstAppearance", result.points().indexOf(result.firstAppearance(position)));
            }
            json.writeNumberField("flips", result.flips(position));
            if (result.stopped()) {
                json.writeNullField("margin");
            } else {
                Json.number(json, "margin", result.value(LensMetric.MARGIN, result.decisionLayer(position), position));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /// The prompt's loss at each point, where the whole prompt was read.
    private static void losses(LensResult result, JsonGenerator json) throws IOException {
        if (result.hasLoss()) {
            json.writeArrayFieldStart("losses");
            for (int i = 0; i < result.points().size(); i++) {
                LensPoint point = result.points().get(i);
                json.writeStartObject();
                json.writeNumberField("point", i);
                Json.number(json, "loss", result.loss(point));
                Json.number(json, "perplexity", result.perplexity(point));
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    private static void point(int index, LensPoint point, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("index", index);
        json.writeStringField("name", point.name());
        json.writeStringField("label", point.label());
        json.writeStringField("kind", point.kind().key());
        if (point.layer().isPresent()) {
            json.writeNumberField("layer", point.layer().getAsInt());
        } else {
            json.writeNullField("layer");
        }
        if (point.head().isPresent()) {
            json.writeNumberField("head", point.head().getAsInt());
        }
        json.writeEndObject();
    }

    private static void readings(LensResult result, int position, JsonGenerator json) throws IOException {
        for (int i = 0; i < result.points().size(); i++) {
            reading(result, i, position, json);
        }
    }

    /// @param index of the point among those of the result
    public static void reading(LensResult result, int index, int position, JsonGenerator json) throws IOException {
        LensPoint point = result.points().get(index);
        LensReading reading = result.reading(point, position);
        json.writeStartObject();
        json.writeNumberField("point", index);
        json.writeNumberField("position", position);
        Json.number(json, "entropy", reading.entropy());
        if (!result.stopped()) {
            Json.number(json, "klToFinal", reading.klToFinal());
        }
        for (LensMetric metric : result.options().metrics()) {
            if (!always(metric) || metric == LensMetric.LOG_PROBABILITY) {
                Json.number(json, metric.key(), result.value(metric, point, position));
            }
        }
        if (result.options().versus().isPresent()) {
            Json.number(json, "logitDifference", result.logitDifference(point, position));
        }
        predictions("top", reading.top(), json);
        if (result.options().bottomK() > 0) {
            predictions("bottom", result.bottom(point, position), json);
        }
        if (!result.options().tracked().isEmpty()) {
            json.writeArrayFieldStart("tracked");
            for (TokenRef tracked : result.options().tracked()) {
                TrackedToken token = result.tracked(tracked, point, position);
                json.writeStartObject();
                json.writeNumberField("id", token.id());
                TokenJson.writeText(token.token(), json);
                Json.number(json, "logit", token.logit());
                Json.number(json, "probability", token.probability());
                Json.number(json, "logProbability", token.logProbability());
                json.writeNumberField("rank", token.rank());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /// A list of predictions.
    static void predictions(String field, List<TokenPrediction> predictions, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (TokenPrediction prediction : predictions) {
            json.writeStartObject();
            json.writeNumberField("id", prediction.id());
            TokenJson.writeText(prediction.token(), json);
            Json.number(json, "logit", prediction.logit());
            Json.number(json, "probability", prediction.probability());
            Json.number(json, "logProbability", prediction.logProbability());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
