package io.github.logitlens.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.LensComparison;
import io.github.logitlens.LensDifference;
import io.github.logitlens.LensPoint;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// A comparison as JSON, schema `logitlens.comparison/1`: the first result's fields as those of a run, the second's in `b`, then for
/// each pair of positions and each point a reading. Numbers have the forms of [RunJson].
public final class ComparisonJson implements ComparisonView {

    /// A view without options.
    public ComparisonJson() {
        // nothing to choose
    }

    @Override
    public void write(LensComparison comparison, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            head(comparison, json);
            json.writeArrayFieldStart("readings");
            for (LensComparison.Pair pair : comparison.positions()) {
                for (int point = 0; point < comparison.points().size(); point++) {
                    reading(comparison, pair, point, json);
                }
            }
            json.writeEndArray();
            ProvenanceJson.write(comparison.before().provenance(), json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    /// All fields but the readings and what the first result was made with.
    public static void head(LensComparison comparison, JsonGenerator json) throws IOException {
        json.writeStringField("schema", "logitlens.comparison/1");
        RunJson.described(comparison.before(), json);
        json.writeObjectFieldStart("b");
        RunJson.described(comparison.after(), json);
        ProvenanceJson.write(comparison.after().provenance(), json);
        json.writeEndObject();
        json.writeStringField("align", comparison.alignment().key());
        RunJson.points(comparison.points(), json);
    }

    /// @param index of the point among those of the comparison
    public static void reading(LensComparison comparison, LensComparison.Pair pair, int index, JsonGenerator json) throws IOException {
        LensPoint point = comparison.points().get(index);
        LensDifference difference = comparison.difference(point, pair.before());
        json.writeStartObject();
        json.writeNumberField("point", index);
        json.writeNumberField("position", pair.before());
        json.writeNumberField("positionB", pair.after());
        json.writeBooleanField("reachable", difference.reachable());
        Json.number(json, "kl", difference.kl());
        Json.number(json, "jsd", difference.jsd());
        Json.number(json, "totalVariation", difference.totalVariation());
        RunJson.predictions("topA", difference.before().top(), json);
        RunJson.predictions("topB", difference.after().top(), json);
        List<TokenRef> tracked = ComparisonTable.tracked(comparison);
        if (!tracked.isEmpty()) {
            json.writeArrayFieldStart("tracked");
            for (TokenRef token : tracked) {
                tracked(comparison, token, point, pair, json);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void tracked(LensComparison comparison, TokenRef token, LensPoint point, LensComparison.Pair pair, JsonGenerator json)
            throws IOException {
        TrackedToken before = comparison.before().tracked(token, point, pair.before());
        TrackedToken after = comparison.after().tracked(token, comparison.counterpart(point), pair.after());
        json.writeStartObject();
        json.writeNumberField("id", before.id());
        TokenJson.writeText(before.token(), json);
        Json.number(json, "logitA", before.logit());
        Json.number(json, "logitB", after.logit());
        Json.number(json, "logitChange", comparison.logitChange(token, point, pair.before()));
        Json.number(json, "probabilityA", before.probability());
        Json.number(json, "probabilityB", after.probability());
        Json.number(json, "probabilityChange", comparison.probabilityChange(token, point, pair.before()));
        json.writeNumberField("rankA", before.rank());
        json.writeNumberField("rankB", after.rank());
        json.writeEndObject();
    }
}
