package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// A small JSON value of a tokenizer's file, with its place there: settings, whose fields come in any order.
final class JsonValue {
    /// Deeper than any setting of a tokenizer.
    private static final int MAX_DEPTH = 32;
    /// More than the settings of any tokenizer.
    private static final int MAX_VALUES = 1 << 20;

    /// As much of a path as a message shows.
    private static final int LONGEST_NAME = 120;
    /// Numbers of fewer characters fit in a `long`.
    private static final int MAX_LONG_DIGITS = 19;

    private final Optional<JsonValue> parent;
    /// The field's name, or `[3]`.
    private final String key;
    private final String file;
    private final int line;
    private final JsonToken kind;
    /// A text, a number as it is written, `true`, `false` or `null`.
    private final String scalar;
    private Map<String, JsonValue> fields = Map.of();
    private List<JsonValue> elements = List.of();

    private JsonValue(Optional<JsonValue> parent, String key, String file, JsonParser json) throws IOException {
        this.parent = parent;
        this.key = key;
        this.file = file;
        this.line = JsonFile.line(json);
        this.kind = json.currentToken();
        this.scalar = kind != null && kind.isScalarValue() ? json.getText() : "";
    }

    /// Reads the value at hand, which messages call `name`.
    static JsonValue read(JsonParser json, String name, String file) throws IOException {
        return new Reader(json, file).read(Optional.empty(), name, 0);
    }

    /// Reads one value.
    private static final class Reader {
        private final JsonParser json;
        private final String file;
        private int count;

        Reader(JsonParser json, String file) {
            this.json = json;
            this.file = file;
        }

        JsonValue read(Optional<JsonValue> parent, String key, int depth) throws IOException {
            JsonValue value = new JsonValue(parent, key, file, json);
            count++;
            if (depth > MAX_DEPTH || count > MAX_VALUES) {
                throw value.refused(Reason.TOO_LARGE, "at most " + MAX_DEPTH + " levels and " + MAX_VALUES + " values",
                        "more");
            }
            Optional<JsonValue> self = Optional.of(value);
            if (value.kind == JsonToken.START_OBJECT) {
                value.fields = new LinkedHashMap<>();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String field = json.currentName();
                    json.nextToken();
                    value.fields.put(field, read(self, field, depth + 1));
                }
            } else if (value.kind == JsonToken.START_ARRAY) {
                value.elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    value.elements.add(read(self, "[" + value.elements.size() + "]", depth + 1));
                }
            }
            return value;
        }
    }

    /// The path to this value, as in `pre_tokenizer.pretokenizers[0].type`.
    private String name() {
        return parent.isEmpty() ? key : parent.get().name() + (key.startsWith("[") ? key : "." + key);
    }

    String file() {
        return file;
    }

    int line() {
        return line;
    }

    boolean isNull() {
        return kind == JsonToken.VALUE_NULL;
    }

    boolean isText() {
        return kind == JsonToken.VALUE_STRING;
    }

    boolean isObject() {
        return kind == JsonToken.START_OBJECT;
    }

    /// The fields of an object, in order.
    Map<String, JsonValue> fields() {
        if (!isObject()) {
            throw refused(Reason.BAD_STRUCTURE, "an object");
        }
        return fields;
    }

    /// The elements of an array.
    List<JsonValue> elements() {
        if (kind != JsonToken.START_ARRAY) {
            throw refused(Reason.BAD_STRUCTURE, "an array");
        }
        return elements;
    }

    /// A field of an object, empty if it is missing or null.
    Optional<JsonValue> field(String field) {
        JsonValue value = fields().get(field);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /// A field that must be there.
    JsonValue required(String field) {
        return field(field).orElseThrow(() -> new TokenizerFormatException(Reason.BAD_STRUCTURE,
                Place.printable(name(), LONGEST_NAME) + ": expected a field \"" + field + "\", got none"
                        + Place.in(file, line)));
    }

    String text() {
        if (!isText()) {
            throw refused(Reason.BAD_STRUCTURE, "a text");
        }
        return scalar;
    }

    /// An id.
    int id() {
        boolean isInt = kind == JsonToken.VALUE_NUMBER_INT && scalar.length() < MAX_LONG_DIGITS;
        long id = isInt ? Long.parseLong(scalar) : Long.MAX_VALUE;
        if (id != (int) id) {
            throw refused(Reason.BAD_STRUCTURE, "an integer of 32 bits");
        }
        return (int) id;
    }

    boolean isZero() {
        return kind != null && kind.isNumeric() && Double.parseDouble(scalar) == 0;
    }

    boolean flag() {
        if (kind != JsonToken.VALUE_TRUE && kind != JsonToken.VALUE_FALSE) {
            throw refused(Reason.BAD_STRUCTURE, "true or false");
        }
        return kind == JsonToken.VALUE_TRUE;
    }

    /// A field that is true or false, `otherwise` if it is missing or null.
    boolean flag(String field, boolean otherwise) {
        Optional<JsonValue> value = field(field);
        return value.isPresent() ? value.get().flag() : otherwise;
    }

    /// A message that this value is not `expected`.
    TokenizerFormatException refused(Reason reason, String expected) {
        return refused(reason, expected, switch (kind) {
            case null -> "the end of the file";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> Place.quote(scalar);
            default -> Place.printable(scalar, Place.QUOTED);
        });
    }

    private TokenizerFormatException refused(Reason reason, String expected, String found) {
        String message = Place.printable(name(), LONGEST_NAME) + ": expected " + expected + ", got " + found
                + Place.in(file, line);
        return reason == Reason.UNSUPPORTED ? TokenizerFormatException.unsupported(message)
                : new TokenizerFormatException(reason, message);
    }
}
