package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// What stands beside a vocabulary, in `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`, read as
/// Hugging Face's `GPT2TokenizerFast` reads it: where `tokenizer_config.json` has `added_tokens_decoder`, the other two say
/// nothing; else a special token of `special_tokens_map.json` goes before one of `tokenizer_config.json`.
final class TokenizerSettings {
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String ADDED_TOKENS = "added_tokens.json";

    private static final String DECODER = "added_tokens_decoder";
    /// In the order in which tokens without an id get one; those that GPT-2 has come first.
    private static final List<String> ROLES = List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
            "cls_token", "mask_token", "additional_special_tokens", "extra_special_tokens");
    private static final Set<String> GPT2_ROLES = Set.of("bos_token", "eos_token", "unk_token");
    private static final Set<String> GPT2_CLASSES =
            Set.of("GPT2Tokenizer", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend");

    /// The fields of `tokenizer_config.json` that count.
    private final Map<String, JsonValue> config = new LinkedHashMap<>();
    /// By role: the special tokens, null where a file says that there is none.
    private final Map<String, JsonValue> special = new LinkedHashMap<>();
    /// `added_tokens.json`: each token's id, with its place.
    private final Map<String, AddedAt> added = new LinkedHashMap<>();

    private record AddedAt(int id, int line) {
    }

    private TokenizerSettings() {
    }

    static TokenizerSettings read(TokenizerFiles files) {
        TokenizerSettings settings = new TokenizerSettings();
        if (files.has(CONFIG)) {
            JsonFile.parse(files, CONFIG, json -> settings.readFields(json, CONFIG, settings.config));
        }
        for (String role : ROLES) {
            if (settings.config.containsKey(role)) {
                settings.special.put(role, settings.config.get(role));
            }
        }
        if (!settings.config.containsKey(DECODER)) {
            if (files.has(SPECIAL_TOKENS)) {
                JsonFile.parse(files, SPECIAL_TOKENS, json -> settings.readFields(json, SPECIAL_TOKENS, settings.special));
            }
            if (files.has(ADDED_TOKENS)) {
                JsonFile.parse(files, ADDED_TOKENS, json -> JsonFile.readIds(json, ADDED_TOKENS,
                        (content, id, file, line) -> settings.added.put(content, new AddedAt(id, line))));
            }
        }
        return settings;
    }

    private void readFields(JsonParser json, String file, Map<String, JsonValue> out) throws IOException {
        JsonFile.expect(json, JsonToken.START_OBJECT, "settings: expected an object", file);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            boolean counts = ROLES.contains(field) || out == config && switch (field) {
                case DECODER, "tokenizer_class", "add_prefix_space", "add_bos_token" -> true;
                default -> false;
            };
            if (counts) {
                out.put(field, JsonValue.read(json, field, file));
            } else {
                json.skipChildren();
            }
        }
    }

    /// The class of tokenizer that is named and has another vocabulary or other rules than GPT-2's.
    Optional<JsonValue> otherClass() {
        return namesClass() && isOtherClass(config.get("tokenizer_class")) ? Optional.of(config.get("tokenizer_class"))
                : Optional.empty();
    }

    /// Whether the class is named, be it GPT-2's.
    boolean namesClass() {
        return isSaid("tokenizer_class");
    }

    static boolean isOtherClass(JsonValue name) {
        if (name.isNull()) {
            return false;
        }
        String text = name.text();
        return !GPT2_CLASSES.contains(text.endsWith("Fast") ? text.substring(0, text.length() - "Fast".length()) : text);
    }

    /// A file with settings that GPT-2's own tokenizer does not have, so that its vocabulary cannot be what is meant.
    Optional<String> ownSettings() {
        if (!added.isEmpty()) {
            return Optional.of(ADDED_TOKENS);
        }
        for (JsonValue value : special.values()) {
            for (JsonValue token : tokens(value)) {
                if (!content(token).equals(ModelBuilder.END_OF_TEXT)) {
                    return Optional.of(token.file());
                }
            }
        }
        boolean addsTokens = false;
        for (JsonValue token : addedInConfig().values()) {
            addsTokens |= !content(token).equals(ModelBuilder.END_OF_TEXT);
        }
        return addsTokens || isSet("add_prefix_space") || isSet("add_bos_token") ? Optional.of(CONFIG) : Optional.empty();
    }

    private boolean isSaid(String field) {
        return config.containsKey(field) && !config.get(field).isNull();
    }

    private boolean isSet(String field) {
        return isSaid(field) && config.get(field).flag();
    }

    private Map<String, JsonValue> addedInConfig() {
        return isSaid(DECODER) ? config.get(DECODER).fields() : Map.of();
    }

    /// Gives `builder`, which has the model and what `tokenizer.json` adds, all that is said here.
    ///
    /// @param template    the token that `tokenizer.json` puts before a text, empty if it puts none there
    /// @param mayAddSpace whether `add_prefix_space` counts here
    void apply(ModelBuilder builder, OptionalInt template, boolean mayAddSpace) {
        addedInConfig().forEach((id, token) -> builder.addAddedToken(addedToken(id(id, token), token, false), CONFIG,
                token.line()));
        added.forEach((content, at) -> {
            if (!builder.isAdded(content)) {
                boolean isSpecial = special.values().stream().flatMap(value -> tokens(value).stream())
                        .anyMatch(token -> content(token).equals(content));
                builder.addAddedToken(new AddedToken(at.id(), content, isSpecial, false, false, false, !isSpecial),
                        ADDED_TOKENS, at.line());
            }
        });
        for (String role : ROLES) {
            JsonValue value = special.get(role);
            if (value != null) {
                tokens(value).forEach(token -> builder.addSpecialToken(addedToken(0, token, true), token.file(),
                        token.line()));
            } else if (GPT2_ROLES.contains(role) && builder.find(ModelBuilder.END_OF_TEXT) >= 0) {
                builder.addSpecialToken(AddedToken.special(0, ModelBuilder.END_OF_TEXT), CONFIG, 0);
            }
        }
        if (mayAddSpace && isSaid("add_prefix_space")) {
            builder.addSpace(isSet("add_prefix_space"));
        }
        OptionalInt bos = special.containsKey("bos_token") || template.isEmpty() ? frame(builder, "bos_token") : template;
        builder.frame(bos, frame(builder, "eos_token"), bos.isPresent() && (isSet("add_bos_token") || template.isPresent()));
    }

    /// The token of `role`: GPT-2's if none is named, and there is one.
    private OptionalInt frame(ModelBuilder builder, String role) {
        JsonValue value = special.get(role);
        String content = value == null ? ModelBuilder.END_OF_TEXT : value.isNull() ? "" : content(value);
        int id = content.isEmpty() ? -1 : builder.find(content);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private static int id(String id, JsonValue token) {
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, DECODER + ": expected ids as fields, got "
                    + Place.quote(id) + Place.in(CONFIG, token.line()), e);
        }
    }

    /// The tokens of a role, each a text or an object with `content`.
    private static List<JsonValue> tokens(JsonValue value) {
        if (value.isNull()) {
            return List.of();
        }
        if (value.isText() || value.isObject() && value.fields().containsKey("content")) {
            return content(value).isEmpty() ? List.of() : List.of(value);
        }
        List<JsonValue> tokens = new ArrayList<>();
        (value.isObject() ? value.fields().values() : value.elements()).forEach(token -> tokens.addAll(tokens(token)));
        return tokens;
    }

    private static String content(JsonValue token) {
        return token.isText() ? token.text() : token.required("content").text();
    }

    /// A token as it is written: a text, or an object whose fields may be missing.
    static AddedToken addedToken(int id, JsonValue token, boolean isSpecial) {
        if (token.isText()) {
            return AddedToken.special(id, token.text());
        }
        boolean special = isSpecial || token.flag("special", false);
        return new AddedToken(id, content(token), special, token.flag("lstrip", false), token.flag("rstrip", false),
                token.flag("single_word", false), token.flag("normalized", !special));
    }
}
