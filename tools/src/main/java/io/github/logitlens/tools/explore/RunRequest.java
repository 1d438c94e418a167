package io.github.logitlens.tools.explore;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.Layers;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenRef;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/// What the page asks to be run.
///
/// @param subject what is run, and what is changed in it
/// @param lens    the lens's id, see [Lenses]
/// @param options what is read
record RunRequest(Subject subject, String lens, LensOptions options) {

    static final int MAX_TOP_K = 100;
    static final int MAX_TRACKED = 64;

    /// More than any model has.
    private static final int MAX_LAYER = 10_000;
    static final Set<String> FIELDS = Subject.and("lens", "topK", "bottomK", "mid", "points", "layers", "layerNorm", "stopAfter",
            "positions", "metrics", "tracked", "versus");

    static RunRequest read(Exchange exchange, String model) throws IOException {
        return of(RequestJson.read(exchange, FIELDS), model);
    }

    /// The same run, of which something else is read.
    RunRequest reading(LensOptions other) {
        return new RunRequest(subject, lens, other);
    }

    /// The run in a body that may have other fields too.
    static RunRequest of(RequestJson json, String model) {
        Subject subject = Subject.of(json, model);
        return new RunRequest(subject, json.text("lens", Lenses.LOGIT),
                tokens(json, places(json).bos(subject.bos())).specialTokens(subject.prompt().special()));
    }

    /// Reads what is asked, in parts of the positions.
    ///
    /// @param lenses         where the lens is looked up
    /// @param positionsAtOnce how many a part has at most
    /// @throws Refusal if there is no such lens
    Job<LensResult> job(Lenses lenses, int positionsAtOnce) {
        String readout = lenses.name(lens);
        return (model, turn) -> model.run(subject.prompt().ids(model.tokenizer()), options.readout(model.readout(readout)),
                turn.watched(subject.hooks(), model), positionsAtOnce, turn::part);
    }

    /// Where is read, and how.
    private static LensOptions places(RequestJson json) {
        LensOptions options = LensOptions.defaults()
                .positions(Subject.asked(() -> Positions.parse(json.text("positions", "all"))))
                .layers(Subject.asked(() -> Layers.parse(json.text("layers", "all"))))
                .layerNorm(Subject.asked(() -> LayerNormMode.named(json.text("layerNorm", LayerNormMode.RECOMPUTED.key()))));
        if (json.flag("mid")) {
            if (json.has("points")) {
                throw Refusal.badRequest("expected points or mid, got both");
            }
            options = options.points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);
        }
        if (json.has("points")) {
            options = options.points(json.list("points", PointKind.values().length).stream()
                    .map(kind -> Subject.asked(() -> PointKind.named(kind.asText()))).toArray(PointKind[]::new));
        }
        return json.has("stopAfter") ? options.stopAfter(json.number("stopAfter", 0, 0, MAX_LAYER)) : options;
    }

    /// What is read there.
    private static LensOptions tokens(RequestJson json, LensOptions places) {
        LensOptions options = places.topK(json.number("topK", places.topK(), 1, MAX_TOP_K))
                .bottomK(json.number("bottomK", places.bottomK(), 0, MAX_TOP_K));
        Set<LensMetric> metrics = new LinkedHashSet<>();
        for (JsonNode metric : json.list("metrics", LensMetric.values().length)) {
            metrics.add(metric(metric));
        }
        options = options.metrics(metrics.toArray(LensMetric[]::new));
        for (JsonNode token : json.list("tracked", MAX_TRACKED)) {
            options = options.track(Subject.token("tracked", token));
        }
        if (json.has("versus")) {
            LensOptions compared = options;
            TokenRef other = Subject.token("versus", json.any("versus"));
            options = Subject.asked(() -> compared.versus(other));
        }
        return options;
    }

    private static LensMetric metric(JsonNode key) {
        try {
            return LensMetric.named(key.asText());
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("metrics: " + e.getMessage());
        }
    }
}
