package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.internal.view.Json;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// A sweep as lines of JSON, for who wants to draw before all is done: `cells` with those that are read, and at the end one `sweep`
/// with the fields of [SweepJson].
public final class SweepLines {

    private SweepLines() {
    }

    /// Writes a line of cells.
    ///
    /// @param cells those that are read
    /// @param out   where to
    /// @throws IOException if `out` does
    public static void cells(List<SweepCell> cells, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            json.writeStringField("type", "cells");
            json.writeArrayFieldStart("cells");
            for (SweepCell cell : cells) {
                json.writeStartObject();
                json.writeStringField("site", cell.site().key());
                json.writeStringField("edit", cell.edit());
                json.writeNumberField("row", cell.row());
                json.writeNumberField("column", cell.column());
                Json.number(json, "value", cell.value());
                Json.number(json, "normalized", cell.normalized());
                Json.number(json, "effect", cell.effect());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
    }

    /// Writes the line that ends a sweep.
    ///
    /// @param sweep the sweep
    /// @param out   where to
    /// @throws IOException if `out` does
    public static void sweep(Sweep sweep, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            json.writeStringField("type", "sweep");
            SweepJson.members(sweep, json);
            json.writeEndObject();
        }
        out.write('\n');
    }
}
