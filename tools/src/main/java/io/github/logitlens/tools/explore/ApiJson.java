package io.github.logitlens.tools.explore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.grid.DisplayJson;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// The answers of the explorer's API that are no runs.
final class ApiJson {

    private static final JsonFactory FACTORY =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private ApiJson() {
    }

    static void error(String reason, String message, Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "error");
            json.writeStringField("reason", reason);
            json.writeStringField("message", message);
            json.writeEndObject();
        }
        out.write('\n');
    }

    static void progress(String stage, long done, long of, Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", "progress");
            json.writeStringField("stage", stage);
            json.writeNumberField("done", done);
            json.writeNumberField("of", of);
            json.writeEndObject();
        }
        out.write('\n');
    }

    static void done(long millis, Writer out) throws IOException {
        out.write("{\"type\":\"done\",\"millis\":" + millis + "}\n");
    }

    static void tokens(List<Token> tokens, Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayFieldStart("tokens");
            for (int position = 0; position < tokens.size(); position++) {
                Token token = tokens.get(position);
                json.writeStartObject();
                json.writeNumberField("position", position);
                json.writeNumberField("id", token.id());
                json.writeStringField("text", token.text());
                json.writeStringField("display", token.display());
                json.writeStringField("bytes", token.hex());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    static void info(String version, String compute, String model, List<ModelChoice> models, List<String> lenses,
            Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("version", version);
            json.writeStringField("compute", compute);
            json.writeStringField("model", model);
            json.writeArrayFieldStart("models");
            for (ModelChoice choice : models) {
                json.writeStartObject();
                json.writeStringField("id", choice.id());
                json.writeBooleanField("demonstration", choice.demonstration());
                json.writeNumberField("layers", choice.config().nLayers());
                json.writeNumberField("dModel", choice.config().dModel());
                json.writeNumberField("nHeads", choice.config().nHeads());
                json.writeNumberField("nCtx", choice.config().nCtx());
                json.writeNumberField("vocabSize", choice.config().vocabSize());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("lenses");
            for (String lens : lenses) {
                json.writeString(lens);
            }
            json.writeEndArray();
            DisplayJson.write(json);
            json.writeArrayFieldStart("examples");
            for (String example : Examples.PROMPTS) {
                json.writeString(example);
            }
            json.writeEndArray();
            json.writeObjectFieldStart("limits");
            json.writeNumberField("requestBytes", RequestJson.MAX_BYTES);
            json.writeNumberField("topK", RunRequest.MAX_TOP_K);
            json.writeNumberField("tracked", RunRequest.MAX_TRACKED);
            json.writeEndObject();
            json.writeEndObject();
        }
    }
}
