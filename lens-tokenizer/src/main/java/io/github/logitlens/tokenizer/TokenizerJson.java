package io.github.logitlens.tokenizer;

import static io.github.logitlens.tokenizer.JsonFile.expect;
import static io.github.logitlens.tokenizer.JsonFile.found;
import static io.github.logitlens.tokenizer.JsonFile.line;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Reads a `tokenizer.json` of Hugging Face's `tokenizers`: `model` with `vocab` and `merges`, `added_tokens`, `normalizer` and
/// `pre_tokenizer`, and, of `post_processor`, which token it would put first. Truncation, padding and decoder are not read:
/// texts are encoded without added special tokens, and decoded byte by byte.
final class TokenizerJson {
    static final String FILE = "tokenizer.json";

    private record PlacedMerge(byte[] text, int line) {
    }

    private record PlacedToken(AddedToken token, int line) {
    }

    private final JsonParser json;
    private final ModelBuilder builder;
    private final Map<String, JsonValue> parts = new HashMap<>();
    private final List<PlacedToken> added = new ArrayList<>();

    TokenizerJson(JsonParser json, ModelBuilder builder) {
        this.json = json;
        this.builder = builder;
    }

    /// Reads the file and what is beside it. A model of another kind is refused before anything else that such a file has.
    void read(TokenizerSettings settings) throws IOException {
        expect(json, JsonToken.START_OBJECT, "tokenizer: expected an object", FILE);
        boolean hasModel = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "model" -> {
                    readModel();
                    hasModel = true;
                }
                case "added_tokens" -> readAddedTokens();
                case "normalizer", "pre_tokenizer", "post_processor" ->
                    parts.put(field, JsonValue.read(json, field, FILE));
                default -> json.skipChildren();
            }
        }
        JsonValue preTokenizer = parts.get("pre_tokenizer");
        if (!hasModel || preTokenizer == null) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "tokenizer: expected fields \"model\" and"
                    + " \"pre_tokenizer\", got no \"" + (hasModel ? "pre_tokenizer" : "model") + "\""
                    + Place.in(FILE, 0));
        }
        JsonValue normalizer = parts.get("normalizer");
        builder.prepare(PreparationJson.preparation(preTokenizer,
                normalizer == null ? List.of() : PreparationJson.normalizations(normalizer)));
        for (PlacedToken token : added) {
            builder.addAddedToken(token.token(), FILE, token.line());
        }
        JsonValue processor = parts.get("post_processor");
        settings.apply(builder, processor == null ? OptionalInt.empty() : firstToken(processor),
                preTokenizer.fields().containsKey("add_prefix_space"));
    }

    private void readModel() throws IOException {
        expect(json, JsonToken.START_OBJECT, "model: expected an object", FILE);
        boolean hasVocabulary = false;
        List<PlacedMerge> merges = null;
        Map<String, JsonValue> settings = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "vocab" -> {
                    JsonFile.readIds(json, FILE, builder::addToken);
                    hasVocabulary = true;
                }
                case "merges" -> merges = readMerges();
                case "type" -> {
                    JsonValue type = JsonValue.read(json, "model.type", FILE);
                    if (!type.text().equals("BPE")) {
                        throw type.refused(Reason.UNSUPPORTED, "\"BPE\"");
                    }
                }
                case "dropout", "unk_token", "fuse_unk", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback",
                     "ignore_merges" -> settings.put(field, JsonValue.read(json, "model." + field, FILE));
                default -> json.skipChildren();
            }
        }
        if (!hasVocabulary || merges == null) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "model: expected fields \"vocab\" and \"merges\", got"
                    + " no \"" + (hasVocabulary ? "merges" : "vocab") + "\"" + Place.in(FILE, 0));
        }
        settings.values().removeIf(JsonValue::isNull);
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (settings.containsKey(affix) && !settings.get(affix).text().isEmpty()) {
                throw settings.get(affix).refused(Reason.UNSUPPORTED, "none");
            }
        }
        if (settings.containsKey("dropout") && !settings.get("dropout").isZero()) {
            throw settings.get("dropout").refused(Reason.UNSUPPORTED, "null or 0");
        }
        for (PlacedMerge merge : merges) {
            builder.addMerge(merge.text(), 0, merge.text().length, FILE, merge.line());
        }
        builder.endModel(Optional.ofNullable(settings.get("unk_token")).map(JsonValue::text), isSet(settings, "fuse_unk"),
                isSet(settings, "ignore_merges"), FILE);
        if (isSet(settings, "byte_fallback") && !builder.hasEveryByte()) {
            throw settings.get("byte_fallback").refused(Reason.UNSUPPORTED, "false where bytes have no token");
        }
    }

    private static boolean isSet(Map<String, JsonValue> settings, String field) {
        return settings.containsKey(field) && settings.get(field).flag();
    }

    /// `["Ġ t", …]` or, as newer files have it, `[["Ġ", "t"], …]`.
    private List<PlacedMerge> readMerges() throws IOException {
        expect(json, JsonToken.START_ARRAY, "model.merges: expected an array", FILE);
        List<PlacedMerge> merges = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int line = line(json);
            String text;
            if (json.currentToken() == JsonToken.START_ARRAY) {
                json.nextToken();
                text = mergeText() + " ";
                json.nextToken();
                text += mergeText();
                if (json.nextToken() != JsonToken.END_ARRAY) {
                    throw new TokenizerFormatException(Reason.BAD_MERGE,
                            "merge: expected two symbols, got also " + found(json) + Place.in(FILE, line));
                }
            } else {
                text = mergeText();
            }
            merges.add(new PlacedMerge(text.getBytes(StandardCharsets.UTF_8), line));
        }
        return merges;
    }

    private String mergeText() throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new TokenizerFormatException(Reason.BAD_MERGE,
                    "merge: expected two symbols, got " + found(json) + Place.in(FILE, line(json)));
        }
        return json.getText();
    }

    private void readAddedTokens() throws IOException {
        expect(json, JsonToken.START_ARRAY, "added_tokens: expected an array", FILE);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            JsonValue token = JsonValue.read(json, "added token", FILE);
            added.add(new PlacedToken(TokenizerSettings.addedToken(token.required("id").id(), token, false), token.line()));
        }
    }

    /// The token that a post-processor puts before a text.
    private OptionalInt firstToken(JsonValue processor) {
        if (processor.isNull()) {
            return OptionalInt.empty();
        }
        Optional<JsonValue> name = switch (processor.required("type").text()) {
            case "TemplateProcessing" -> first(processor, "single").flatMap(step -> step.field("SpecialToken"))
                    .flatMap(token -> token.field("id"));
            case "BertProcessing", "RobertaProcessing" -> first(processor, "cls");
            default -> Optional.empty();
        };
        if (name.isPresent()) {
            int id = builder.find(name.get().text());
            return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
        }
        if (!processor.fields().containsKey("processors")) {
            return OptionalInt.empty();
        }
        return processor.required("processors").elements().stream().map(this::firstToken).filter(OptionalInt::isPresent)
                .findFirst().orElse(OptionalInt.empty());
    }

    private static Optional<JsonValue> first(JsonValue json, String field) {
        return json.required(field).elements().stream().findFirst();
    }
}
