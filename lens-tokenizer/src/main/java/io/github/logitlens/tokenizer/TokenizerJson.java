package io.github.logitlens.tokenizer;

import static io.github.logitlens.tokenizer.TokenizerFiles.expect;
import static io.github.logitlens.tokenizer.TokenizerFiles.found;
import static io.github.logitlens.tokenizer.TokenizerFiles.line;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Reads a `tokenizer.json` of Hugging Face's `tokenizers`: `model` with `vocab` and `merges`, `added_tokens`, and what would
/// change ids if it were not as GPT-2 has it. Truncation, padding, post-processor and decoder are not read: texts are encoded
/// without added special tokens, and decoded byte by byte.
final class TokenizerJson {
    static final String FILE = "tokenizer.json";

    private record PlacedMerge(byte[] text, int line) {
    }

    private record PlacedToken(AddedToken token, int line) {
    }

    private final JsonParser json;
    private final ModelBuilder builder;
    private final List<PlacedToken> addedTokens = new ArrayList<>();

    TokenizerJson(JsonParser json, ModelBuilder builder) {
        this.json = json;
        this.builder = builder;
    }

    void read() throws IOException {
        expect(json, JsonToken.START_OBJECT, "tokenizer: expected an object", FILE);
        boolean hasModel = false;
        boolean hasPreTokenizer = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "model" -> {
                    readModel();
                    hasModel = true;
                }
                case "added_tokens" -> readAddedTokens();
                case "pre_tokenizer" -> {
                    checkPreTokenizer();
                    hasPreTokenizer = true;
                }
                case "normalizer" -> require(json.currentToken() == JsonToken.VALUE_NULL, "normalizer: expected null");
                default -> json.skipChildren();
            }
        }
        if (!hasModel || !hasPreTokenizer) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "tokenizer: expected fields \"model\" and"
                    + " \"pre_tokenizer\", got no \"" + (hasModel ? "pre_tokenizer" : "model") + "\""
                    + Place.in(FILE, 0));
        }
        for (PlacedToken added : addedTokens) {
            builder.addAddedToken(added.token(), FILE, added.line());
        }
    }

    private void readModel() throws IOException {
        expect(json, JsonToken.START_OBJECT, "model: expected an object", FILE);
        boolean hasVocabulary = false;
        List<PlacedMerge> merges = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "vocab" -> {
                    TokenizerFiles.readIds(json, FILE, builder::addToken);
                    hasVocabulary = true;
                }
                case "merges" -> merges = readMerges();
                case "type" -> require(json.getText().equals("BPE"), "model.type: expected \"BPE\"");
                case "dropout" -> require(value == JsonToken.VALUE_NULL
                        || value.isNumeric() && json.getDoubleValue() == 0, "model.dropout: expected null or 0");
                case "continuing_subword_prefix", "end_of_word_suffix" -> require(value == JsonToken.VALUE_NULL
                        || value == JsonToken.VALUE_STRING && json.getText().isEmpty(),
                        "model." + field + ": expected none");
                case "ignore_merges" -> require(value == JsonToken.VALUE_FALSE, "model.ignore_merges: expected false");
                default -> json.skipChildren();
            }
        }
        if (!hasVocabulary || merges == null) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "model: expected fields \"vocab\" and \"merges\", got"
                    + " no \"" + (hasVocabulary ? "merges" : "vocab") + "\"" + Place.in(FILE, 0));
        }
        for (PlacedMerge merge : merges) {
            builder.addMerge(merge.text(), 0, merge.text().length, FILE, merge.line());
        }
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
            expect(json, JsonToken.START_OBJECT, "added token: expected an object", FILE);
            int line = line(json);
            String content = "";
            int id = -1;
            Map<String, Boolean> flags = new HashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "id" -> id = TokenizerFiles.readId(json, content, FILE);
                    case "content" -> {
                        expect(json, JsonToken.VALUE_STRING, "added token: expected a text as content", FILE);
                        content = json.getText();
                    }
                    default -> {
                        flags.put(field, json.currentToken() == JsonToken.VALUE_TRUE);
                        json.skipChildren();
                    }
                }
            }
            if (content.isEmpty() || id < 0) {
                throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "added token: expected an \"id\" and a"
                        + " \"content\", got id " + id + " and content " + Place.quote(content) + Place.in(FILE, line));
            }
            if (flags.getOrDefault("single_word", false)) {
                throw new TokenizerFormatException(Reason.UNSUPPORTED, "added token " + Place.quote(content)
                        + ": expected single_word false, got true" + Place.in(FILE, line));
            }
            addedTokens.add(new PlacedToken(new AddedToken(id, content, flags.getOrDefault("special", false),
                    flags.getOrDefault("lstrip", false), flags.getOrDefault("rstrip", false),
                    flags.getOrDefault("normalized", false)), line));
        }
    }

    private void checkPreTokenizer() throws IOException {
        require(json.currentToken() == JsonToken.START_OBJECT, "pre_tokenizer: expected an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "type" -> require(json.getText().equals("ByteLevel"), "pre_tokenizer.type: expected \"ByteLevel\"");
                case "add_prefix_space" -> require(value == JsonToken.VALUE_FALSE,
                        "pre_tokenizer.add_prefix_space: expected false");
                case "use_regex" -> require(value == JsonToken.VALUE_TRUE, "pre_tokenizer.use_regex: expected true");
                default -> json.skipChildren();
            }
        }
    }

    private void require(boolean holds, String expected) throws IOException {
        if (!holds) {
            throw new TokenizerFormatException(Reason.UNSUPPORTED,
                    expected + ", got " + found(json) + Place.in(FILE, line(json)));
        }
    }
}
