package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.LensResult;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.RunJson;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// A result as lines of JSON, for who wants to draw before all is read: `start` with everything but the readings, then, for
/// each part of the positions, one `rows` for each point. Put together, the fields are those of [RunJson].
public final class RunLines {

    private RunLines() {
    }

    /// Writes the line that comes before all readings.
    ///
    /// @param result the result, or its first part
    /// @param out    where to
    /// @throws IOException if `out` does
    public static void start(LensResult result, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            json.writeStringField("type", "start");
            RunJson.head(result, json);
            ProvenanceJson.write(result.provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    /// Writes the readings, a line for each point.
    ///
    /// @param result the result, or one part of it
    /// @param out    where to
    /// @throws IOException if `out` does
    public static void rows(LensResult result, Writer out) throws IOException {
        List<Integer> positions = result.positions();
        for (int point = 0; point < result.points().size(); point++) {
            try (JsonGenerator json = Json.compact(out)) {
                json.writeStartObject();
                json.writeStringField("type", "rows");
                json.writeNumberField("point", point);
                json.writeArrayFieldStart("readings");
                for (int position : positions) {
                    RunJson.reading(result, point, position, json);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            out.write('\n');
        }
    }
}
