package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A result in the form of LogitLensKit's widgets, version 2 (<https://github.com/davidbau/logitlenskit>, `docs/DATA_FORMAT.md`):
/// texts of the most likely tokens at every layer and position, and of each token that is among them anywhere, its probability at
/// every layer.
///
/// ```json
/// {"meta": {"version": 2, "model": "demo", …}, "layers": [0, 1, …], "input": ["The", " E", …],
///  "topk": [[["The", " the"], …], …], "tracked": [{" Paris": [0.0, 0.001, …, 0.965]}, …], "entropy": [[3.21, …], …]}
/// ```
///
/// Layers are outputs of blocks, so the embedding is left out. A token that is a part of a character stands as `\xe2`: texts are keys
/// there, and would otherwise be the same. Probabilities have five decimals, as those that LogitLensKit writes.
public final class LogitLensKitJson {

    private static final double FIVE_DECIMALS = 1e5;

    private LogitLensKitJson() {
    }

    /// What has to be read for it.
    ///
    /// @param options what was asked for
    /// @return the same, at every position of the residual stream after each block
    /// @throws IllegalArgumentException if other positions or points were asked for
    public static LensOptions reading(LensOptions options) {
        if (!options.positions().equals(Positions.all())) {
            throw new IllegalArgumentException("position: expected all for logitlenskit, got " + options.positions());
        }
        return options.points(PointKind.RESID_POST);
    }

    /// Writes one document.
    ///
    /// @param result a run by [#reading]'s options
    /// @param again  runs the same prompt by other options: the probabilities of tokens that are not among a layer's most likely ones
    ///               are read anew, position by position
    /// @param out    where to
    /// @throws IOException if `out` fails
    public static void write(LensResult result, Function<LensOptions, LensResult> again, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeObjectFieldStart("meta");
            json.writeNumberField("version", 2);
            json.writeStringField("model", result.modelId());
            ProvenanceJson.write(result.provenance(), json);
            json.writeEndObject();
            json.writeArrayFieldStart("layers");
            for (LensPoint point : result.points()) {
                json.writeNumber(point.layer().getAsInt());
            }
            json.writeEndArray();
            json.writeArrayFieldStart("input");
            for (Token token : result.tokens()) {
                json.writeString(text(token));
            }
            json.writeEndArray();
            topK(result, json);
            json.writeArrayFieldStart("tracked");
            for (int position : result.positions()) {
                tracked(result, position, again, json);
            }
            json.writeEndArray();
            entropy(result, json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    private static String text(Token token) {
        return token.text().indexOf('\uFFFD') >= 0 ? token.display() : token.text();
    }

    private static void topK(LensResult result, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("topk");
        for (LensPoint point : result.points()) {
            json.writeStartArray();
            for (int position : result.positions()) {
                json.writeStartArray();
                for (TokenPrediction prediction : result.top(point, position)) {
                    json.writeString(text(prediction.token()));
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void tracked(LensResult result, int position, Function<LensOptions, LensResult> again, JsonGenerator json)
            throws IOException {
        Map<Integer, Token> tokens = new LinkedHashMap<>();
        for (LensPoint point : result.points()) {
            result.top(point, position).forEach(prediction -> tokens.put(prediction.id(), prediction.token()));
        }
        LensOptions options = result.options().positions(Positions.of(position)).topK(1);
        for (int id : tokens.keySet()) {
            options = options.track(TokenRef.of(id));
        }
        LensResult paths = again.apply(options);
        json.writeStartObject();
        for (Map.Entry<Integer, Token> token : tokens.entrySet()) {
            json.writeArrayFieldStart(text(token.getValue()));
            List<Double> path = new ArrayList<>();
            paths.track(TokenRef.of(token.getKey()), position).forEach(step -> path.add(step.probability()));
            for (double probability : path) {
                json.writeNumber(rounded(probability));
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void entropy(LensResult result, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("entropy");
        for (LensPoint point : result.points()) {
            json.writeStartArray();
            for (int position : result.positions()) {
                json.writeNumber(rounded(result.reading(point, position).entropy()));
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static double rounded(double value) {
        return Math.rint(value * FIVE_DECIMALS) / FIVE_DECIMALS;
    }
}
