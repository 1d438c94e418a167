package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.LensMetric;
import java.io.IOException;

/// The list of all metrics there are, for who shows them: the explorer's page, and the one in a single file.
public final class MetricsJson {

    private MetricsJson() {
    }

    /// Writes an array of `{key, label, unit, meaning}`.
    ///
    /// @param json where to
    /// @throws IOException if `json` fails
    public static void write(JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (LensMetric metric : LensMetric.values()) {
            json.writeStartObject();
            json.writeStringField("key", metric.key());
            json.writeStringField("label", metric.label());
            json.writeStringField("unit", metric.unit());
            json.writeStringField("meaning", metric.meaning());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
