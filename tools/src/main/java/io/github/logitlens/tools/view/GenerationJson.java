package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Bos;
import io.github.logitlens.GeneratedSample;
import io.github.logitlens.GeneratedToken;
import io.github.logitlens.Generation;
import io.github.logitlens.GenerationOptions;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.internal.view.TokenJson;
import io.github.logitlens.model.Gpt2Model;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Optional;

/// What a model wrote as JSON, schema `logitlens.generation/1`. Where the lens read, `points` are its points, a token's `decision` is
/// the index of one, and its `readings` are those of `logitlens.run/1` at the position before it.
public final class GenerationJson {

    private GenerationJson() {
    }

    /// Writes one document.
    ///
    /// @param generation brought to its end
    /// @param model      what writes
    /// @param out        where to
    /// @throws IOException if `out` fails
    public static void write(Generation generation, Gpt2Model model, Writer out) throws IOException {
        generation.forEachRemaining(token -> { });
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeStringField("schema", "logitlens.generation/1");
            RunJson.model(model.id(), model.config(), json);
            options(generation.options(), json);
            TokenJson.writeTokens(generation.prompt(), json);
            RunJson.points(points(generation), json);
            json.writeArrayFieldStart("samples");
            for (GeneratedSample sample : generation.samples()) {
                sample(sample, json);
            }
            json.writeEndArray();
            ProvenanceJson.write(generation.provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    private static List<LensPoint> points(Generation generation) {
        return generation.samples().stream().flatMap(sample -> sample.tokens().stream()).map(GeneratedToken::lens)
                .flatMap(Optional::stream).findFirst().map(LensResult::points).orElse(List.of());
    }

    private static void options(GenerationOptions options, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("options");
        json.writeBooleanField("bos", options.bos() == Bos.PREPEND);
        json.writeNumberField("maxTokens", options.maxTokens());
        json.writeNumberField("temperature", options.temperature());
        json.writeNumberField("sampleK", options.sampleK());
        json.writeNumberField("topP", options.topP());
        json.writeNumberField("seed", options.seed());
        json.writeArrayFieldStart("stop");
        for (String text : options.stopTexts()) {
            json.writeString(text);
        }
        for (TokenRef token : options.stopTokens()) {
            json.writeString(token.toString());
        }
        json.writeEndArray();
        if (options.lens().isPresent()) {
            LensOptions lens = options.lens().get();
            json.writeNumberField("topK", lens.topK());
            json.writeStringField("layerNorm", lens.layerNorm().key());
            json.writeStringField("lens", lens.readout().kind());
        }
        json.writeEndObject();
    }

    private static void sample(GeneratedSample sample, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("text", sample.text());
        json.writeStringField("ended", sample.ended().orElseThrow().key());
        json.writeArrayFieldStart("tokens");
        for (GeneratedToken token : sample.tokens()) {
            token(token, json);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void token(GeneratedToken token, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("position", token.position());
        json.writeNumberField("id", token.id());
        TokenJson.writeText(token.token(), json);
        Json.number(json, "logit", token.logit());
        Json.number(json, "probability", token.probability());
        Optional<LensResult> decided = token.lens().filter(lens -> !lens.stopped());
        if (decided.isPresent()) {
            json.writeNumberField("decision", decided.get().points().indexOf(decided.get().decisionLayer(-1)));
        } else {
            json.writeNullField("decision");
        }
        if (token.lens().isPresent()) {
            LensResult lens = token.lens().get();
            json.writeArrayFieldStart("readings");
            for (int point = 0; point < lens.points().size(); point++) {
                RunJson.reading(lens, point, lens.positions().getFirst(), json);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
