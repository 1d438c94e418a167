package io.github.logitlens.tools.explore;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.github.logitlens.Bos;
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

/// What the page asks to be run.
///
/// @param page    what the page calls itself: its older runs are cancelled
/// @param prompt  what is run
/// @param model   the model's name
/// @param lens    the kind of lens: a path would have the server read any file
/// @param options what is read
/// @param hooks   what is changed
record RunRequest(String page, RequestedPrompt prompt, String model, String lens, LensOptions options, Hooks hooks) {

    static final int MAX_TOP_K = 100;
    static final int MAX_TRACKED = 64;
    static final int MAX_EDITS = 64;

    private static final int MAX_NAME = 64;
    private static final Set<String> FIELDS =
            Set.of("page", "prompt", "ids", "special", "model", "lens", "topK", "bos", "mid", "positions", "metrics", "tracked", "edits",
                    "from");

    private static final Set<String> LENSES = Set.of("logit", "tuned", "jacobian");

    static RunRequest read(HttpExchange exchange, String model) throws IOException {
        RequestJson json = RequestJson.read(exchange, FIELDS);
        String page = json.text("page", "");
        if (page.length() > MAX_NAME) {
            throw Refusal.badRequest("page: expected at most " + MAX_NAME + " characters, got " + page.length());
        }
        LensOptions options = LensOptions.defaults().topK(json.number("topK", LensOptions.defaults().topK(), 1, MAX_TOP_K))
                .bos(json.flag("bos") ? Bos.PREPEND : Bos.NONE);
        if (json.flag("mid")) {
            options = options.points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);
        }
        options = options.positions(positions(json.text("positions", "all")));
        Set<LensMetric> metrics = new LinkedHashSet<>();
        for (JsonNode metric : json.list("metrics", LensMetric.values().length)) {
            metrics.add(metric(metric));
        }
        options = options.metrics(metrics.toArray(LensMetric[]::new));
        for (JsonNode token : json.list("tracked", MAX_TRACKED)) {
            options = options.track(tracked(token));
        }
        RequestedPrompt prompt = RequestedPrompt.of(json, "prompt");
        return new RunRequest(page, prompt, json.text("model", model), lens(json.text("lens", "logit")), options.specialTokens(prompt.special()),
                hooks(json));
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

    private static String lens(String kind) {
        if (!LENSES.contains(kind)) {
            throw Refusal.badRequest("lens: expected logit, tuned or jacobian, got \"" + kind + "\"");
        }
        return kind;
    }

    private static Positions positions(String written) {
        try {
            return Positions.parse(written);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }

    private static LensMetric metric(JsonNode key) {
        try {
            return LensMetric.named(key.asText());
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("metrics: " + e.getMessage());
        }
    }

    /// A text, or `{"id": n}`.
    private static TokenRef tracked(JsonNode token) {
        if (token.isTextual()) {
            return TokenRef.of(token.textValue());
        }
        JsonNode id = token.path("id");
        if (token.size() == 1 && id.isIntegralNumber() && id.canConvertToInt()) {
            return TokenRef.of(id.intValue());
        }
        throw Refusal.badRequest("tracked: expected texts or {\"id\": number}");
    }
}
