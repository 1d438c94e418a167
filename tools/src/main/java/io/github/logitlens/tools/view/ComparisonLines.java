package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.LensComparison;
import io.github.logitlens.internal.view.ComparisonJson;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import java.io.IOException;
import java.io.Writer;

/// A comparison as lines of JSON: `start` with everything but the readings, then one `rows` for each point. Put together, the fields
/// are those of [ComparisonJson].
public final class ComparisonLines {

    private ComparisonLines() {
    }

    /// Writes the line that comes before all readings.
    ///
    /// @param comparison the comparison
    /// @param out        where to
    /// @throws IOException if `out` does
    public static void start(LensComparison comparison, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            json.writeStringField("type", "start");
            ComparisonJson.head(comparison, json);
            ProvenanceJson.write(comparison.before().provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    /// Writes the readings of one point.
    ///
    /// @param comparison the comparison
    /// @param point      the point's index
    /// @param out        where to
    /// @throws IOException if `out` does
    public static void rows(LensComparison comparison, int point, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            json.writeStringField("type", "rows");
            json.writeNumberField("point", point);
            json.writeArrayFieldStart("readings");
            for (LensComparison.Pair pair : comparison.positions()) {
                ComparisonJson.reading(comparison, pair, point, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
    }
}
