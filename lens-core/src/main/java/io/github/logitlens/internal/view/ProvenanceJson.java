package io.github.logitlens.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Prompt;
import io.github.logitlens.Provenance;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// What a result was made with: the last member of each result's document, on a line of its own, because the others are the
/// same whatever computed them.
public final class ProvenanceJson {

    private ProvenanceJson() {
    }

    public static void write(Provenance provenance, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("provenance");
        for (Map.Entry<String, String> field : provenance.fields().entrySet()) {
            switch (field.getKey()) {
                case "lensSha256" -> json.writeStringField(field.getKey(), provenance.lensSha256().orElse(null));
                case "edits" -> edits(provenance.edits(), json);
                case "editSources" -> sources(provenance.editSources(), json);
                case "threads" -> json.writeNumberField(field.getKey(), provenance.threads());
                default -> json.writeStringField(field.getKey(), field.getValue());
            }
        }
        json.writeEndObject();
    }

    /// The member `edits`.
    static void edits(List<String> edits, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("edits");
        for (String edit : edits) {
            json.writeString(edit);
        }
        json.writeEndArray();
    }

    private static void sources(List<List<Prompt>> all, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("editSources");
        for (List<Prompt> sources : all) {
            json.writeStartArray();
            for (Prompt source : sources) {
                write(source, json);
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private static void write(Prompt source, JsonGenerator json) throws IOException {
        switch (source) {
            case Prompt.Text(String text) -> json.writeString(text);
            case Prompt.Ids(int[] ids) -> json.writeArray(ids, 0, ids.length);
        }
    }
}
