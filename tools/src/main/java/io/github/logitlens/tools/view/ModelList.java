package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.weights.CachedModel;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/// The models on this machine, as a table or as JSON.
public final class ModelList {

    private static final int SHORT_REVISION = 8;

    private ModelList() {
    }

    /// Writes the bundled model and these.
    ///
    /// @param models what was found
    /// @param out    where to
    /// @throws IOException if `out` does
    public static void write(List<CachedModel> models, Writer out) throws IOException {
        Columns columns = new Columns();
        columns.row("Model", List.of("Revision", "Size", "Where"));
        columns.row("demo", List.of("", "", "bundled"));
        for (CachedModel model : models) {
            columns.row(model.name(), List.of(model.revision().substring(0, SHORT_REVISION),
                    String.format(Locale.ROOT, "%.1f MB", model.bytes() / 1e6), model.directory().toString()));
        }
        columns.write(out);
    }

    /// Writes an array of `{"name", "revision", "bytes", "directory"}`, without the bundled model.
    ///
    /// @param models what was found
    /// @param out    where to
    /// @throws IOException if `out` does
    public static void writeJson(List<CachedModel> models, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartArray();
            for (CachedModel model : models) {
                json.writeStartObject();
                json.writeStringField("name", model.name());
                json.writeStringField("revision", model.revision());
                json.writeNumberField("bytes", model.bytes());
                json.writeStringField("directory", model.directory().toString());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        out.write('\n');
    }
}
