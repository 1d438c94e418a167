package io.github.logitlens.tools.explore;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.Bos;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenRef;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.edit.PlacedEdit;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.Hooks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// What a request is about, whatever it asks of it: a model and a prompt, which may be changed on its way through the layers.
///
/// @param page   what the page calls itself: its older requests of the same name are cancelled
/// @param prompt what is run
/// @param model  the model's id, see [Models]
/// @param bos    whether the model's BOS goes before the prompt
/// @param edits  what is changed
record Subject(String page, RequestedPrompt prompt, String model, Bos bos, List<Edit> edits) {

    static final Set<String> FIELDS = Set.of("page", "prompt", "ids", "special", "model", "bos", "edits", "from");
    static final int MAX_EDITS = 64;

    private static final int MAX_NAME = 64;

    /// These fields and others.
    static Set<String> and(String... others) {
        Set<String> fields = new HashSet<>(FIELDS);
        fields.addAll(List.of(others));
        return Set.copyOf(fields);
    }

    /// The subject in a body that may have other fields too.
    ///
    /// @param model the id of the model that is meant where none is named
    static Subject of(RequestJson json, String model) {
        return new Subject(page(json), RequestedPrompt.of(json, "prompt"), json.text("model", model),
                json.flag("bos") ? Bos.PREPEND : Bos.NONE, edits(json));
    }

    /// The edits as hooks.
    Hooks hooks() {
        return Hooks.of(edits.toArray(Edit[]::new));
    }

    /// What the page calls itself in a request.
    static String page(RequestJson json) {
        String page = json.text("page", "");
        if (page.length() > MAX_NAME) {
            throw Refusal.badRequest("page: expected at most " + MAX_NAME + " characters, got " + page.length());
        }
        return page;
    }

    /// A file would be one of the server's.
    private static List<Edit> edits(RequestJson json) {
        List<Prompt> from = new ArrayList<>();
        for (JsonNode source : json.list("from", MAX_EDITS)) {
            from.add(Prompt.of(text(source, "from")));
        }
        List<Edit> edits = new ArrayList<>();
        for (JsonNode written : json.list("edits", MAX_EDITS)) {
            try {
                Edit edit = Edits.parse(text(written, "edits"), from);
                if (edit instanceof PlacedEdit placed && !placed.files().isEmpty()) {
                    throw Refusal.badRequest("edits: expected none that reads a file, got \"" + edit + "\"");
                }
                edits.add(edit);
            } catch (IllegalArgumentException e) {
                throw Refusal.badRequest("edits: " + e.getMessage());
            }
        }
        return List.copyOf(edits);
    }

    private static String text(JsonNode node, String field) {
        if (!node.isTextual()) {
            throw Refusal.badRequest(field + ": expected texts");
        }
        return node.textValue();
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
    static TokenRef token(String field, JsonNode token) {
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
