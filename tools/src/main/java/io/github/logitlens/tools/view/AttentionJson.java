package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Attention;
import io.github.logitlens.AttentionHead;
import io.github.logitlens.Bos;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.internal.view.TokenJson;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// Attention as JSON, schema `logitlens.attention/1`: per layer and head the pattern, `[query][key]`, and what it looks like.
public final class AttentionJson {

    private AttentionJson() {
    }

    /// Writes one document.
    ///
    /// @param attention what to write
    /// @param out       where to
    /// @throws IOException if `out` fails
    public static void write(Attention attention, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeStringField("schema", "logitlens.attention/1");
            RunJson.model(attention.modelId(), attention.config(), json);
            json.writeObjectFieldStart("options");
            json.writeBooleanField("bos", attention.options().bos() == Bos.PREPEND);
            json.writeStringField("layers", attention.options().layers().toString());
            json.writeArrayFieldStart("heads");
            for (int head : attention.options().heads()) {
                json.writeNumber(head);
            }
            json.writeEndArray();
            json.writeEndObject();
            TokenJson.writeTokens(attention.tokens(), json);
            json.writeArrayFieldStart("layers");
            for (int layer : attention.heads().stream().map(AttentionHead::layer).distinct().toList()) {
                layer(layer, attention.heads().stream().filter(head -> head.layer() == layer).toList(), attention.tokens().size(), json);
            }
            json.writeEndArray();
            ProvenanceJson.write(attention.provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    private static void layer(int layer, List<AttentionHead> heads, int seqLen, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("layer", layer);
        json.writeArrayFieldStart("heads");
        for (AttentionHead head : heads) {
            json.writeStartObject();
            json.writeNumberField("head", head.head());
            json.writeArrayFieldStart("pattern");
            for (int query = 0; query < seqLen; query++) {
                json.writeStartArray();
                for (int key = 0; key < seqLen; key++) {
                    Json.number(json, head.weight(query, key));
                }
                json.writeEndArray();
            }
            json.writeEndArray();
            Json.number(json, "entropy", head.entropy());
            Json.number(json, "previous", head.previous());
            Json.number(json, "first", head.first());
            Json.number(json, "induction", head.induction());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
