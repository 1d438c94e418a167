package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.NeuronPromotions;
import io.github.logitlens.internal.view.Columns;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.TextWidth;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.OptionalInt;

/// What a neuron raises and lowers, as a table of two columns or as JSON, schema `logitlens.neuron/1`.
public final class NeuronView {

    private NeuronView() {
    }

    /// Writes a header and the two lists side by side.
    ///
    /// @param promotions what to show
    /// @param width      the terminal's columns, as [Columns] heeds them; empty for the full form
    /// @param out        where to
    /// @throws IOException if `out` fails
    public static void writeTable(NeuronPromotions promotions, OptionalInt width, Writer out) throws IOException {
        RunHeader.field("model", promotions.provenance().modelId(), width, out);
        RunHeader.field("neuron", promotions.neuron() + " of layer " + promotions.layer(), width, out);
        RunHeader.field("norm", switch (promotions.provenance().layerNorm()) {
            case RECOMPUTED -> "recomputed, its row by its own statistics";
            case FROZEN -> "frozen, for an activation of 1 and a final scale of 1";
            case NONE -> "none, the bare product with the unembedding";
        }, width, out);
        out.write('\n');
        Columns columns = new Columns();
        columns.row("", List.of("raised", "lowered"));
        for (int i = 0; i < promotions.promoted().size(); i++) {
            columns.row(Integer.toString(i + 1), List.of(cell(promotions.promoted().get(i)), cell(promotions.demoted().get(i))));
        }
        columns.write(width, out);
    }

    private static String cell(NeuronPromotions.TokenLogit token) {
        return TextWidth.leftPadded(Figures.signed(token.logit()), 7) + "  " + RunHeader.quoted(token.token());
    }

    /// Writes one document.
    ///
    /// @param promotions what to write
    /// @param out        where to
    /// @throws IOException if `out` fails
    public static void writeJson(NeuronPromotions promotions, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeStringField("schema", "logitlens.neuron/1");
            json.writeStringField("model", promotions.provenance().modelId());
            json.writeNumberField("layer", promotions.layer());
            json.writeNumberField("neuron", promotions.neuron());
            json.writeStringField("layerNorm", promotions.provenance().layerNorm().key());
            tokens("promoted", promotions.promoted(), json);
            tokens("demoted", promotions.demoted(), json);
            ProvenanceJson.write(promotions.provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    private static void tokens(String field, List<NeuronPromotions.TokenLogit> tokens, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (NeuronPromotions.TokenLogit token : tokens) {
            json.writeStartObject();
            json.writeNumberField("id", token.token().id());
            json.writeStringField("text", token.token().text());
            Json.number(json, "logit", token.logit());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
