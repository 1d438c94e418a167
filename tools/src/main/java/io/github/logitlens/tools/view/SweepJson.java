package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Bos;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepGrid;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.TokenJson;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// A sweep as JSON, schema `logitlens.sweep/1`: both prompts with their values, a grid for each site, and what made it.
///
/// `values` are the metric at the last position, `normalized` the same with 0 for the corrupted run and 1 for the clean one; of an
/// ablation, whose `corrupted` is null, the share of the unchanged value. Both are `[rows][columns]`.
public final class SweepJson {

    private SweepJson() {
    }

    /// Writes one document.
    ///
    /// @param sweep what to write
    /// @param out   where to
    /// @throws IOException if `out` fails
    public static void write(Sweep sweep, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            members(sweep, json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    /// All fields, into an object that may have others.
    static void members(Sweep sweep, JsonGenerator json) throws IOException {
        json.writeStringField("schema", "logitlens.sweep/1");
        json.writeObjectFieldStart("model");
        json.writeStringField("id", sweep.provenance().modelId());
        json.writeNumberField("layers", sweep.config().nLayers());
        json.writeNumberField("dModel", sweep.config().dModel());
        json.writeNumberField("vocabSize", sweep.config().vocabSize());
        json.writeEndObject();
        options(sweep, json);
        prompt("clean", sweep.clean(), sweep.cleanValue(), json);
        if (sweep.isAblation()) {
            json.writeNullField("corrupted");
        } else {
            prompt("corrupted", sweep.corrupted().orElseThrow(), sweep.corruptedValue().orElseThrow(), json);
        }
        json.writeArrayFieldStart("grids");
        for (SweepGrid grid : sweep.grids()) {
            grid(grid, json);
        }
        json.writeEndArray();
        ProvenanceJson.write(sweep.provenance(), json);
    }

    private static void options(Sweep sweep, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("options");
        json.writeBooleanField("bos", sweep.options().bos() == Bos.PREPEND);
        json.writeStringField("edit", sweep.isAblation() ? "zero" : "patch");
        if (!sweep.isAblation()) {
            json.writeStringField("direction", sweep.options().direction().key());
        }
        json.writeStringField("metric", sweep.options().metric().key());
        json.writeArrayFieldStart("tokens");
        for (TokenRef token : sweep.options().metric().tokens()) {
            json.writeString(token.toString());
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void prompt(String field, List<Token> tokens, double value, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(field);
        Json.number(json, "value", value);
        TokenJson.writeTokens(tokens, json);
        json.writeEndObject();
    }

    private static void grid(SweepGrid grid, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("site", grid.site().key());
        json.writeStringField("rows", grid.rowAxis());
        json.writeStringField("columns", grid.columnAxis());
        labels("rowLabels", grid.rowLabels(), json);
        labels("columnLabels", grid.columnLabels(), json);
        values("values", grid, SweepCell::value, json);
        values("normalized", grid, SweepCell::normalized, json);
        json.writeEndObject();
    }

    private static void labels(String field, List<String> labels, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (String label : labels) {
            json.writeString(label);
        }
        json.writeEndArray();
    }

    private static void values(String field, SweepGrid grid, ToDoubleFunction<SweepCell> number, JsonGenerator json)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (int row = 0; row < grid.rows(); row++) {
            json.writeStartArray();
            for (int column = 0; column < grid.columns(); column++) {
                double value = number.applyAsDouble(grid.cell(row, column));
                if (Double.isFinite(value)) {
                    json.writeNumber(value);
                } else {
                    json.writeString(Double.toString(value));
                }
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}
