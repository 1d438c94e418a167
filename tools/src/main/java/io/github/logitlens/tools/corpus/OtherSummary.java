package io.github.logitlens.tools.corpus;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LensPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/// The summary of an earlier run over the same corpus with another lens, to be drawn beside this one's.
///
/// @param lens      its kind
/// @param points    the names of its points
/// @param klToFinal the mean by point, in nats
public record OtherSummary(String lens, List<String> points, double[] klToFinal) {

    /// Reads what `--summary` wrote.
    ///
    /// @param file the file
    /// @return what is drawn of it
    /// @throws IOException              if it cannot be read
    /// @throws IllegalArgumentException if it is no summary
    public static OtherSummary read(Path file) throws IOException {
        try {
            JsonNode summary = new ObjectMapper().readTree(file.toFile());
            if (!summary.path("schema").asText().equals("logitlens.corpus/1") || !summary.has("klToFinal")) {
                throw new IllegalArgumentException(file + ": expected a summary of schema logitlens.corpus/1 with klToFinal, got schema "
                        + summary.path("schema"));
            }
            return new OtherSummary(summary.path("options").path("lens").asText(),
                    StreamSupport.stream(summary.path("points").spliterator(), false).map(point -> point.path("name").asText()).toList(),
                    StreamSupport.stream(summary.path("klToFinal").spliterator(), false).mapToDouble(JsonNode::asDouble).toArray());
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": expected JSON: " + e.getOriginalMessage(), e);
        }
    }

    /// Whether it has the same points.
    boolean fits(List<LensPoint> others) {
        return points.equals(others.stream().map(LensPoint::name).toList());
    }
}
