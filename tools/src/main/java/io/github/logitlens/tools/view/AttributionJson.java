package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Attribution;
import io.github.logitlens.Bos;
import io.github.logitlens.Contribution;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.TokenJson;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/// An attribution as JSON, schema `logitlens.attribution/1`: all components in the order of the forward pass, the bias, their
/// sum, the model's own logit, what the sum misses of it, and what made it.
public final class AttributionJson {

    private AttributionJson() {
    }

    /// Writes one document.
    ///
    /// @param attribution what to write
    /// @param out         where to
    /// @throws IOException if `out` fails
    public static void write(Attribution attribution, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeStringField("schema", "logitlens.attribution/1");
            json.writeObjectFieldStart("model");
            json.writeStringField("id", attribution.modelId());
            json.writeNumberField("layers", attribution.config().nLayers());
            json.writeNumberField("dModel", attribution.config().dModel());
            json.writeNumberField("vocabSize", attribution.config().vocabSize());
            json.writeEndObject();
            json.writeObjectFieldStart("options");
            json.writeBooleanField("bos", attribution.options().bos() == Bos.PREPEND);
            json.writeStringField("layerNorm", LayerNormMode.FROZEN.key());
            json.writeNumberField("neurons", attribution.options().neurons());
            json.writeEndObject();
            TokenJson.writeTokens(attribution.tokens(), json);
            json.writeNumberField("position", attribution.position());
            token("token", attribution.token(), json);
            if (attribution.versus().isPresent()) {
                token("versus", attribution.versus().get(), json);
            }
            Json.number(json, "scale", attribution.scale());
            json.writeArrayFieldStart("components");
            for (Contribution component : attribution.components()) {
                component(component, json);
            }
            json.writeEndArray();
            Json.number(json, "bias", attribution.bias());
            Json.number(json, "sum", attribution.sum());
            Json.number(json, "logit", attribution.logit());
            Json.number(json, "residue", attribution.residue());
            Json.number(json, "residualError", attribution.residualError());
            ProvenanceJson.write(attribution.provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    private static void token(String field, Token token, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeNumberField("id", token.id());
        json.writeStringField("text", token.text());
        json.writeStringField("bytes", token.hex());
        json.writeEndObject();
    }

    private static void component(Contribution component, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", component.name());
        json.writeStringField("label", component.label());
        json.writeStringField("kind", component.kind().name().toLowerCase(Locale.ROOT));
        if (component.layer().isPresent()) {
            json.writeNumberField("layer", component.layer().getAsInt());
        } else {
            json.writeNullField("layer");
        }
        if (component.head().isPresent()) {
            json.writeNumberField("head", component.head().getAsInt());
        }
        Json.number(json, "logit", component.logit());
        if (!component.neurons().isEmpty()) {
            json.writeArrayFieldStart("neurons");
            for (Contribution.Neuron neuron : component.neurons()) {
                json.writeStartObject();
                json.writeNumberField("neuron", neuron.neuron());
                Json.number(json, "activation", neuron.activation());
                Json.number(json, "logit", neuron.logit());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
