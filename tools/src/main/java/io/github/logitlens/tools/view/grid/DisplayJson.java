package io.github.logitlens.tools.view.grid;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.LensMetric;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.tools.view.draw.ColourMap;
import io.github.logitlens.tools.view.draw.Rgb;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// What whoever shows the document of a run has to know besides it: the quantities there are, how numbers become places on the
/// colour map, and the colours. The explorer's page shows by this what the terminal and the pictures here show by the same
/// classes.
///
/// ```json
/// {"metrics": [{"key": "entropy", "label": "Entropy", "unit": "nats", "meaning": "How undecided …", "kind": "distance",
///               "scale": "linear", "always": true, "tracked": false, "at": ["entropy"]}, …],
///  "answer": {"key": "answer", "label": "Place of the answer", …},
///  "differences": [{"key": "logit", "label": "Change of the logit", …, "kind": "signed", "at": ["tracked", 0, "logitChange"]}, …],
///  "scales": [{"key": "clip", "label": "clipped", "meaning": "Linear between …", "clipped": 0.05}, …],
///  "colours": ["#440154", …, "#fde725"], "signedColours": ["#08519c", …, "#9a3a05"]}
/// ```
///
/// `at` leads from a reading of the document to the number; `differences` are those of a comparison's document. `kind` is
/// `probability`, between 0 and 1; `rank`, of which 1 is the best and brightest; `distance`, of which 0 is; `signed`, whose 0 is the middle of `signedColours`; or `number`. `scale` is the
/// usual one. `always`: it is in the readings of every run; `tracked`: it needs a tracked token; `versus`: and one that this is
/// compared with. `answer` is no number of a reading, but of all readings of a position.
public final class DisplayJson {

    private DisplayJson() {
    }

    /// Writes the members of the object above.
    ///
    /// @param json within an object
    /// @throws IOException if `json` fails
    public static void write(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("metrics");
        for (LensMetric metric : LensMetric.values()) {
            Quantity quantity = new Quantity.OfPoint(metric);
            begin(metric.key(), metric.label(), metric.unit(), metric.meaning(), quantity.kind(), json);
            json.writeBooleanField("always", RunJson.always(metric));
            json.writeBooleanField("tracked", false);
            end(RunJson.path(metric), json);
        }
        for (TokenFact fact : TokenFact.values()) {
            begin(fact.key(), "Tracked token: " + fact.label().toLowerCase(Locale.ROOT), "", fact.meaning(), fact.kind(), json);
            json.writeBooleanField("always", false);
            json.writeBooleanField("tracked", true);
            end(List.of("tracked", 0, fact.name().toLowerCase(Locale.ROOT)), json);
        }
        begin(Quantity.OfDifference.KEY, Quantity.OfDifference.LABEL, "nats", Quantity.OfDifference.MEANING, Kind.SIGNED, json);
        json.writeBooleanField("always", false);
        json.writeBooleanField("tracked", true);
        json.writeBooleanField("versus", true);
        end(List.of(Quantity.OfDifference.KEY), json);
        json.writeEndArray();
        json.writeFieldName("answer");
        begin(Quantity.OfAnswer.KEY, Quantity.OfAnswer.LABEL, "", Quantity.OfAnswer.MEANING, Kind.RANK, json);
        json.writeEndObject();
        json.writeArrayFieldStart("differences");
        for (Difference difference : Difference.values()) {
            begin(difference.key(), difference.title(), difference.unit(), difference.meaning(), difference.kind(), json);
            json.writeBooleanField("tracked", difference.kind() == Kind.SIGNED);
            end(difference.path(), json);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("scales");
        for (Scale scale : Scale.values()) {
            write(scale, json);
        }
        json.writeEndArray();
        colours("colours", ColourMap.SEQUENTIAL, json);
        colours("signedColours", ColourMap.DIVERGING, json);
    }

    private static void colours(String field, ColourMap map, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (Rgb colour : map.knots()) {
            json.writeString(colour.toString());
        }
        json.writeEndArray();
    }

    private static void begin(String key, String label, String unit, String meaning, Kind kind, JsonGenerator json)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("key", key);
        json.writeStringField("label", label);
        json.writeStringField("unit", unit);
        json.writeStringField("meaning", meaning);
        json.writeStringField("kind", kind.toString());
        json.writeStringField("scale", kind.usualScale().toString());
    }

    private static void end(List<Object> at, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("at");
        for (Object step : at) {
            if (step instanceof Integer index) {
                json.writeNumber(index);
            } else {
                json.writeString(step.toString());
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(Scale scale, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", scale.toString());
        json.writeStringField("label", scale.label());
        json.writeStringField("meaning", scale.meaning());
        switch (scale) {
            case LINEAR -> {
                // nothing more to say
            }
            case LOG -> json.writeNumberField("least", ColourScale.LEAST_OF_LOG);
            case CLIP -> json.writeNumberField("clipped", ColourScale.CLIPPED);
        }
        json.writeEndObject();
    }
}
