package io.github.logitlens.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Prompt;
import io.github.logitlens.Provenance;
import java.io.IOException;
import java.util.List;

/// What a result was made with: the last member of each result's document, on a line of its own, because the others are the
/// same whatever computed them.
public final class ProvenanceJson {

    private ProvenanceJson() {
    }

    public static void write(Provenance provenance, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("provenance");
        json.writeStringField("model", provenance.modelId());
        json.writeStringField("weightsSha256", provenance.weightsSha256());
        json.writeStringField("tokenizerSha256", provenance.tokenizerSha256());
        json.writeStringField("bos", provenance.bos().name());
        json.writeStringField("layerNorm", provenance.layerNorm().key());
        json.writeStringField("lens", provenance.lens());
        json.writeStringField("lensSha256", provenance.lensSha256().orElse(null));
        json.writeArrayFieldStart("edits");
        for (String edit : provenance.edits()) {
            json.writeString(edit);
        }
        json.writeEndArray();
        if (provenance.editSources().stream().anyMatch(sources -> !sources.isEmpty())) {
            json.writeArrayFieldStart("editSources");
            for (List<Prompt> sources : provenance.editSources()) {
                json.writeStartArray();
                for (Prompt source : sources) {
                    write(source, json);
                }
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        json.writeStringField("kernels", provenance.kernels());
        json.writeNumberField("threads", provenance.threads());
        json.writeStringField("version", provenance.version());
        json.writeStringField("java", provenance.java());
        json.writeEndObject();
    }

    private static void write(Prompt source, JsonGenerator json) throws IOException {
        switch (source) {
            case Prompt.Text(String text) -> json.writeString(text);
            case Prompt.Ids(int[] ids) -> json.writeArray(ids, 0, ids.length);
        }
    }
}
