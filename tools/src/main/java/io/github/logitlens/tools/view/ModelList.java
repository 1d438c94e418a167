package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.internal.view.Columns;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.hub.CachedModel;
import java.io.IOException;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/// The models on this machine, as a table or as JSON.
public final class ModelList {

    private static final int SHORT_REVISION = 8;

    private ModelList() {
    }

    /// Writes the bundled model and these.
    ///
    /// @param demoBytes the bundled model's size
    /// @param models    what was found
    /// @param width     the terminal's columns, as [Columns] heeds them; empty for the full form
    /// @param out       where to
    /// @throws IOException if `out` does
    public static void write(long demoBytes, List<CachedModel> models, OptionalInt width, Writer out) throws IOException {
        Columns columns = new Columns();
        columns.row("Model", List.of("Revision", "Size", "Where"));
        columns.row("demo", List.of("", megabytes(demoBytes), "bundled in " + library()));
        for (CachedModel model : models) {
            columns.row(model.name(), List.of(model.revision().substring(0, SHORT_REVISION),
                    megabytes(model.bytes()), model.directory().toString()));
        }
        columns.write(width, out);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    /// The jar, or the directory of classes, that has the bundled model.
    private static Path library() {
        try {
            return Path.of(Checkpoint.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError("a class path has file names only", e);
        }
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
