package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Reads a tokenizer's files: `tokenizer.json`, or `vocab.json`, `merges.txt` and, where there is one,
/// `added_tokens.json`. Whatever is wrong with them ends as a [TokenizerFormatException].
final class TokenizerFiles {
    static final String END_OF_TEXT = "<|endoftext|>";

    /// Larger than any byte-level BPE tokenizer's file.
    private static final int MAX_FILE_BYTES = 64 << 20;
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /// What the files say.
    record Model(Vocabulary vocabulary, MergeTable merges, List<AddedToken> addedTokens) {
    }

    /// Opens one of the files by name.
    interface Source {
        InputStream open(String file) throws IOException;
    }

    private final Source source;
    private final Vocabulary.Builder tokens = new Vocabulary.Builder();
    private final MergeTable.Builder merges = new MergeTable.Builder();
    private final List<AddedToken> addedTokens = new ArrayList<>();

    private TokenizerFiles(Source source) {
        this.source = source;
    }

    /// The bundled files.
    static Model readResources() {
        return new TokenizerFiles(TokenizerFiles.class::getResourceAsStream).readVocabularyAndMerges(false);
    }

    /// The files of `directory`; `tokenizer.json` goes first, since it alone says everything.
    static Model read(Path directory) {
        TokenizerFiles files = new TokenizerFiles(file -> open(directory, file));
        if (Files.exists(directory.resolve("tokenizer.json"))) {
            return files.readTokenizerJson();
        }
        for (String file : List.of("vocab.json", "merges.txt")) {
            if (!Files.exists(directory.resolve(file))) {
                throw new TokenizerFormatException(Reason.MISSING_FILE, "tokenizer: expected tokenizer.json, or vocab.json"
                        + " and merges.txt, got no " + file + Place.in(directory.toString(), 0));
            }
        }
        return files.readVocabularyAndMerges(Files.exists(directory.resolve("added_tokens.json")));
    }

    private static InputStream open(Path directory, String file) throws IOException {
        Path path = directory.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new TokenizerFormatException(Reason.UNREADABLE,
                    file + ": expected a regular file, got something else" + Place.in(directory.toString(), 0));
        }
        if (Files.size(path) > MAX_FILE_BYTES) {
            throw new TokenizerFormatException(Reason.TOO_LARGE, file + ": expected at most " + MAX_FILE_BYTES
                    + " bytes, got " + Files.size(path) + Place.in(directory.toString(), 0));
        }
        return Files.newInputStream(path);
    }

    private Model readVocabularyAndMerges(boolean withAddedTokens) {
        parse("vocab.json", this::readVocabulary);
        readMerges("merges.txt");
        int endOfText = tokens.find(END_OF_TEXT);
        if (endOfText >= 0) {
            addedTokens.add(new AddedToken(endOfText, END_OF_TEXT, true, false, false, false));
        }
        if (withAddedTokens) {
            parse("added_tokens.json", this::readLegacyAddedTokens);
        }
        return build("vocab.json");
    }

    private Model readTokenizerJson() {
        parse("tokenizer.json", this::readTokenizer);
        return build("tokenizer.json");
    }

    private Model build(String file) {
        for (int b = 0; b < 256; b++) {
            String symbol = String.valueOf(ByteAlphabet.symbol(b));
            if (tokens.find(symbol) < 0) {
                throw new TokenizerFormatException(Reason.MISSING_BYTE, "byte " + b + ": expected a token \"" + symbol
                        + "\", got none" + Place.in(file, 0));
            }
        }
        return new Model(tokens.build(file), merges.build(), List.copyOf(addedTokens));
    }

    // vocab.json: {"!": 0, "\"": 1, …}

    private void readVocabulary(JsonParser json, String file) throws IOException {
        expect(json, JsonToken.START_OBJECT, "an object of tokens and ids", file);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String symbol = json.currentName();
            json.nextToken();
            tokens.add(symbol, readId(json, symbol, file), file, line(json));
        }
    }

    private static int readId(JsonParser json, String symbol, String file) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getNumberType() != JsonParser.NumberType.INT) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "id of token " + Place.quote(symbol)
                    + ": expected an integer, got " + found(json) + Place.in(file, line(json)));
        }
        return json.getIntValue();
    }

    // merges.txt: a comment in the first line, then a merge a line: Ġ t

    private void readMerges(String file) {
        String text = readText(file);
        int line = 1;
        int at = text.startsWith("#version") ? endOfLine(text, 0) + 1 : 0;
        if (at > 0) {
            line++;
        }
        int end = text.length();
        while (end > at && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        while (at < end) {
            int next = Math.min(endOfLine(text, at), end);
            int to = next > at && text.charAt(next - 1) == '\r' ? next - 1 : next;
            addMerge(text, at, to, file, line);
            at = next + 1;
            line++;
        }
    }

    private static int endOfLine(String text, int from) {
        int newline = text.indexOf('\n', from);
        return newline < 0 ? text.length() : newline;
    }

    /// Adds the merge `text[from, to)`, two symbols and a space between.
    private void addMerge(String text, int from, int to, String file, int line) {
        int space = text.indexOf(' ', from);
        if (space <= from || space >= to - 1 || text.indexOf(' ', space + 1) < to && text.indexOf(' ', space + 1) >= 0) {
            throw new TokenizerFormatException(Reason.BAD_MERGE, "merge: expected two symbols separated by one space, got "
                    + Place.quote(text.substring(from, to)) + Place.in(file, line));
        }
        int left = symbol(text, from, space, file, line);
        int right = symbol(text, space + 1, to, file, line);
        addMerge(left, right, () -> text.substring(from, to), file, line);
    }

    private void addMerge(int left, int right, java.util.function.Supplier<String> shown, String file, int line) {
        int result = tokens.findMerged(left, right);
        if (result < 0) {
            throw new TokenizerFormatException(Reason.UNKNOWN_SYMBOL, "merge " + Place.quote(shown.get())
                    + ": expected its result in the vocabulary, got no such token" + Place.in(file, line));
        }
        merges.checkRoom(file, line);
        if (!merges.add(left, right, result)) {
            throw new TokenizerFormatException(Reason.DUPLICATE_MERGE, "merge " + Place.quote(shown.get())
                    + ": expected once, got it again" + Place.in(file, line));
        }
    }

    private int symbol(String text, int from, int to, String file, int line) {
        int id = tokens.findModelToken(text, from, to);
        if (id < 0) {
            throw new TokenizerFormatException(Reason.UNKNOWN_SYMBOL, "merge: expected symbols of the vocabulary, got "
                    + Place.quote(text.substring(from, to)) + Place.in(file, line));
        }
        return id;
    }

    // added_tokens.json: {"<pad>": 50257}

    private void readLegacyAddedTokens(JsonParser json, String file) throws IOException {
        expect(json, JsonToken.START_OBJECT, "an object of tokens and ids", file);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String content = json.currentName();
            json.nextToken();
            int id = readId(json, content, file);
            addAddedToken(new AddedToken(id, content, true, false, false, false), file, line(json));
        }
    }

    private void addAddedToken(AddedToken token, String file, int line) {
        int known = tokens.find(token.content());
        if (known < 0) {
            tokens.add(token.content(), token.id(), file, line);
        } else if (known != token.id()) {
            throw new TokenizerFormatException(Reason.DUPLICATE_TOKEN, "added token " + Place.quote(token.content())
                    + ": expected its id " + known + " of the vocabulary, got " + token.id() + Place.in(file, line));
        }
        if (!token.content().isEmpty() && addedTokens.stream().noneMatch(other -> other.id() == token.id())) {
            addedTokens.add(token);
        }
    }

    // tokenizer.json

    private record PlacedMerge(String left, String right, int line) {
    }

    private void readTokenizer(JsonParser json, String file) throws IOException {
        expect(json, JsonToken.START_OBJECT, "an object", file);
        boolean hasModel = false;
        boolean hasPreTokenizer = false;
        Map<AddedToken, Integer> added = new java.util.LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "model" -> {
                    readModel(json, file);
                    hasModel = true;
                }
                case "added_tokens" -> readAddedTokens(json, file, added);
                case "pre_tokenizer" -> {
                    checkPreTokenizer(json, file);
                    hasPreTokenizer = true;
                }
                case "normalizer" -> {
                    if (json.currentToken() != JsonToken.VALUE_NULL) {
                        throw unsupported("normalizer: expected null", json, file);
                    }
                }
                default -> json.skipChildren();
            }
        }
        if (!hasModel) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE,
                    "tokenizer: expected a field \"model\", got none" + Place.in(file, 0));
        }
        if (!hasPreTokenizer) {
            throw new TokenizerFormatException(Reason.UNSUPPORTED,
                    "tokenizer: expected a field \"pre_tokenizer\", got none" + Place.in(file, 0));
        }
        added.forEach((token, line) -> addAddedToken(token, file, line));
    }

    private void readModel(JsonParser json, String file) throws IOException {
        expectHere(json, JsonToken.START_OBJECT, "model: expected an object", file);
        boolean hasVocabulary = false;
        List<PlacedMerge> read = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "vocab" -> {
                    expectHere(json, JsonToken.START_OBJECT, "model.vocab: expected an object", file);
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String symbol = json.currentName();
                        json.nextToken();
                        tokens.add(symbol, readId(json, symbol, file), file, line(json));
                    }
                    hasVocabulary = true;
                }
                case "merges" -> read = readMergeList(json, file);
                case "type" -> {
                    if (!json.getText().equals("BPE")) {
                        throw unsupported("model.type: expected \"BPE\"", json, file);
                    }
                }
                case "dropout", "unk_token" -> {
                    if (field.equals("dropout") && json.currentToken() != JsonToken.VALUE_NULL
                            && json.getValueAsDouble(1) != 0) {
                        throw unsupported("model.dropout: expected null or 0", json, file);
                    }
                }
                case "continuing_subword_prefix", "end_of_word_suffix" -> {
                    if (json.currentToken() != JsonToken.VALUE_NULL && !json.getText().isEmpty()) {
                        throw unsupported("model." + field + ": expected none", json, file);
                    }
                }
                case "ignore_merges" -> {
                    if (json.currentToken() == JsonToken.VALUE_TRUE) {
                        throw unsupported("model.ignore_merges: expected false", json, file);
                    }
                }
                default -> json.skipChildren();
            }
        }
        if (!hasVocabulary || read == null) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "model: expected fields \"vocab\" and \"merges\", got"
                    + " no \"" + (hasVocabulary ? "merges" : "vocab") + "\"" + Place.in(file, 0));
        }
        for (PlacedMerge merge : read) {
            int left = symbol(merge.left(), 0, merge.left().length(), file, merge.line());
            int right = symbol(merge.right(), 0, merge.right().length(), file, merge.line());
            addMerge(left, right, () -> merge.left() + " " + merge.right(), file, merge.line());
        }
    }

    /// `["Ġ t", …]` or, as newer files have it, `[["Ġ", "t"], …]`.
    private static List<PlacedMerge> readMergeList(JsonParser json, String file) throws IOException {
        expectHere(json, JsonToken.START_ARRAY, "model.merges: expected an array", file);
        List<PlacedMerge> read = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int line = line(json);
            if (json.currentToken() == JsonToken.START_ARRAY) {
                List<String> parts = new ArrayList<>(2);
                while (json.nextToken() == JsonToken.VALUE_STRING && parts.size() < 2) {
                    parts.add(json.getText());
                }
                if (parts.size() != 2 || json.currentToken() != JsonToken.END_ARRAY) {
                    throw new TokenizerFormatException(Reason.BAD_MERGE, "merge: expected two symbols, got " + parts
                            + " and " + found(json) + Place.in(file, line));
                }
                read.add(new PlacedMerge(parts.get(0), parts.get(1), line));
            } else {
                String text = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
                int space = text.indexOf(' ');
                if (space <= 0 || space == text.length() - 1 || text.indexOf(' ', space + 1) >= 0) {
                    throw new TokenizerFormatException(Reason.BAD_MERGE,
                            "merge: expected two symbols separated by one space, got " + found(json)
                                    + Place.in(file, line));
                }
                read.add(new PlacedMerge(text.substring(0, space), text.substring(space + 1), line));
            }
        }
        return read;
    }

    private static void readAddedTokens(JsonParser json, String file, Map<AddedToken, Integer> added)
            throws IOException {
        expectHere(json, JsonToken.START_ARRAY, "added_tokens: expected an array", file);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expectHere(json, JsonToken.START_OBJECT, "added token: expected an object", file);
            int line = line(json);
            Map<String, String> fields = readScalars(json);
            String content = fields.get("content");
            int id;
            try {
                id = Integer.parseInt(fields.getOrDefault("id", ""));
            } catch (NumberFormatException e) {
                id = -1;
            }
            if (content == null || id < 0) {
                throw new TokenizerFormatException(Reason.BAD_STRUCTURE,
                        "added token: expected an \"id\" and a \"content\", got " + fields.keySet()
                                + Place.in(file, line));
            }
            if (isTrue(fields, "single_word")) {
                throw new TokenizerFormatException(Reason.UNSUPPORTED, "added token " + Place.quote(content)
                        + ": expected single_word false, got true" + Place.in(file, line));
            }
            added.put(new AddedToken(id, content, isTrue(fields, "special"), isTrue(fields, "lstrip"),
                    isTrue(fields, "rstrip"), isTrue(fields, "normalized")), line);
        }
    }

    private static void checkPreTokenizer(JsonParser json, String file) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw unsupported("pre_tokenizer: expected an object", json, file);
        }
        int line = line(json);
        Map<String, String> fields = readScalars(json);
        if (!"ByteLevel".equals(fields.get("type"))) {
            throw new TokenizerFormatException(Reason.UNSUPPORTED, "pre_tokenizer.type: expected \"ByteLevel\", got "
                    + Place.quote(String.valueOf(fields.get("type"))) + Place.in(file, line));
        }
        if (isTrue(fields, "add_prefix_space") || "false".equals(fields.get("use_regex"))) {
            throw new TokenizerFormatException(Reason.UNSUPPORTED, "pre_tokenizer: expected add_prefix_space false and"
                    + " use_regex true, as GPT-2 has them, got " + fields + Place.in(file, line));
        }
    }

    /// The scalar fields of the object at hand, as text.
    private static Map<String, String> readScalars(JsonParser json) throws IOException {
        Map<String, String> fields = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            if (json.nextToken().isScalarValue()) {
                fields.put(field, json.getText());
            } else {
                json.skipChildren();
            }
        }
        return fields;
    }

    private static boolean isTrue(Map<String, String> fields, String field) {
        return "true".equals(fields.get(field));
    }

    // Files and JSON in general

    /// Reads one JSON value.
    private interface JsonReader {
        void read(JsonParser json, String file) throws IOException;
    }

    private void parse(String file, JsonReader reader) {
        try (InputStream in = source.open(file); JsonParser json = JSON.createParser(in)) {
            reader.read(json, file);
            if (json.nextToken() != null) {
                throw new TokenizerFormatException(Reason.BAD_JSON,
                        "json: expected the end of the file, got " + found(json) + Place.in(file, line(json)));
            }
        } catch (StreamConstraintsException e) {
            throw new TokenizerFormatException(Reason.BAD_JSON,
                    "json: expected sane sizes and depth, got: " + e.getOriginalMessage() + Place.in(file, 0), e);
        } catch (JacksonException e) {
            throw new TokenizerFormatException(Reason.BAD_JSON, "json: " + e.getOriginalMessage()
                    + Place.in(file, e.getLocation() == null ? 0 : e.getLocation().getLineNr()), e);
        } catch (java.io.CharConversionException e) {
            throw new TokenizerFormatException(Reason.BAD_ENCODING,
                    "text: expected UTF-8, got: " + e.getMessage() + Place.in(file, 0), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private String readText(String file) {
        try (InputStream in = source.open(file)) {
            byte[] bytes = in.readAllBytes();
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new TokenizerFormatException(Reason.BAD_ENCODING, "text: expected UTF-8, got something else"
                    + Place.in(file, 0), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static TokenizerFormatException unreadable(String file, IOException e) {
        return new TokenizerFormatException(Reason.UNREADABLE,
                file + ": expected a readable file, got: " + e.getMessage() + Place.in(file, 0),
                new UncheckedIOException(e));
    }

    private static void expect(JsonParser json, JsonToken token, String what, String file) throws IOException {
        json.nextToken();
        expectHere(json, token, "json: expected " + what, file);
    }

    private static void expectHere(JsonParser json, JsonToken token, String expected, String file) throws IOException {
        if (json.currentToken() != token) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE,
                    expected + ", got " + found(json) + Place.in(file, line(json)));
        }
    }

    private static TokenizerFormatException unsupported(String expected, JsonParser json, String file)
            throws IOException {
        return new TokenizerFormatException(Reason.UNSUPPORTED,
                expected + ", got " + found(json) + Place.in(file, line(json)));
    }

    private static String found(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case null -> "the end of the file";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE, VALUE_NULL, VALUE_TRUE,
                    VALUE_FALSE, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getText();
            case VALUE_STRING -> Place.quote(json.getText());
        };
    }

    private static int line(JsonParser json) {
        return json.currentTokenLocation().getLineNr();
    }
}
