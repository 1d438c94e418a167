package io.github.logitlens.tools.explore;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.Bos;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.Layers;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenRef;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.edit.PlacedEdit;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.Hooks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// What the page asks to be run.
///
/// @param page    what the page calls itself: its older runs are cancelled
/// @param prompt  what is run
/// @param model   the model's id, see [Models]
/// @param lens    the lens's id, see [Lenses]
/// @param options what is read
/// @param hooks   what is changed
record RunRequest(String page, RequestedPrompt prompt, String model, String lens, LensOptions options, Hooks hooks) {

    static final int MAX_TOP_K = 100;
    static final int MAX_TRACKED = 64;
    static final int MAX_EDITS = 64;

    private static final int MAX_NAME = 64;
    /// More than any model has.
    private static final int MAX_LAYER = 10_000;
    static final Set<String> FIELDS =
            Set.of("page", "prompt", "ids", "special", "model", "lens", "topK", "bottomK", "bos", "mid", "points", "layers",
                    "layerNorm", "stopAfter", "positions", "metrics", "tracked", "versus", "edits", "from");

    static RunRequest read(Exchange exchange, String model) throws IOException {
        return of(RequestJson.read(exchange, FIELDS), model);
    }

    /// The same run, of which something else is read.
    RunRequest reading(LensOptions other) {
        return new RunRequest(page, prompt, model, lens, other, hooks);
    }

    /// The run in a body that may have other fields too.
    static RunRequest of(RequestJson json, String model) {
        String page = json.text("page", "");
        if (page.length() > MAX_NAME) {
            throw Refusal.badRequest("page: expected at most " + MAX_NAME + " characters, got " + page.length());
        }
        RequestedPrompt prompt = RequestedPrompt.of(json, "prompt");
        return new RunRequest(page, prompt, json.text("model", model), json.text("lens", Lenses.LOGIT),
                tokens(json, places(json)).specialTokens(prompt.special()), hooks(json));
    }

    /// Where is read, and how.
    private static LensOptions places(RequestJson json) {
        LensOptions options = LensOptions.defaults().bos(json.flag("bos") ? Bos.PREPEND : Bos.NONE)
                .positions(asked(() -> Positions.parse(json.text("positions", "all"))))
                .layers(asked(() -> Layers.parse(json.text("layers", "all"))))
                .layerNorm(asked(() -> LayerNormMode.named(json.text("layerNorm", LayerNormMode.RECOMPUTED.key()))));
        if (json.flag("mid")) {
            if (json.has("points")) {
                throw Refusal.badRequest("expected points or mid, got both");
            }
            options = options.points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);
        }
        if (json.has("points")) {
            options = options.points(json.list("points", PointKind.values().length).stream()
                    .map(kind -> asked(() -> PointKind.named(kind.asText()))).toArray(PointKind[]::new));
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
            options = options.track(token("tracked", token));
        }
        if (json.has("versus")) {
            LensOptions compared = options;
            TokenRef other = token("versus", json.any("versus"));
            options = asked(() -> compared.versus(other));
        }
        return options;
    }

    /// A file would be one of the server's.
    private static Hooks hooks(RequestJson json) {
        List<Prompt> from = new ArrayList<>();
        for (JsonNode source : json.list("from", MAX_EDITS)) {
            from.add(Prompt.of(text(source, "from")));
        }
        Hooks hooks = Hooks.none();
        for (JsonNode written : json.list("edits", MAX_EDITS)) {
            try {
                Edit edit = Edits.parse(text(written, "edits"), from);
                if (edit instanceof PlacedEdit placed && !placed.files().isEmpty()) {
                    throw Refusal.badRequest("edits: expected none that reads a file, got \"" + edit + "\"");
                }
                hooks = hooks.edit(edit);
            } catch (IllegalArgumentException e) {
                throw Refusal.badRequest("edits: " + e.getMessage());
            }
        }
        return hooks;
    }

    private static String text(JsonNode node, String field) {
        if (!node.isTextual()) {
            throw Refusal.badRequest(field + ": expected texts");
        }
        return node.textValue();
    }

    private static LensMetric metric(JsonNode key) {
        try {
            return LensMetric.named(key.asText());
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("metrics: " + e.getMessage());
        }
    }

    /// What the library makes of a field's text; what it refuses is refused here.
    static <T> T asked(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }

    /// A text, or `{"id": n}`.
    private static TokenRef token(String field, JsonNode token) {
        if (token.isTextual()) {
            return TokenRef.of(token.textValue());
        }
        JsonNode id = token.path("id");
        if (token.size() == 1 && id.isIntegralNumber() && id.canConvertToInt()) {
            return TokenRef.of(id.intValue());
        }
        throw Refusal.badRequest(field + ": expected a text or {\"id\": number}");
    }
}
