package io.github.logitlens.weights.internal.text;

import io.github.logitlens.weights.internal.bytes.MemorySource;
import java.util.LinkedHashMap;
import java.util.Map;

/// The fields of a small JSON object, such as `config.json`: UTF-8, one object, no key twice.
public final class JsonFields {

    /// What a JSON value is.
    public enum Kind { OBJECT, ARRAY, STRING, NUMBER, TRUE, FALSE, NULL }

    /// A field's value. `text` is a string's characters, or any other value's first token as it is written; `children`
    /// holds an object's fields, and nothing for anything else.
    public record Value(Kind kind, String text, Map<String, Value> children) {

        /// For messages.
        public String describe() {
            return switch (kind) {
                case OBJECT -> "an object";
                case ARRAY -> "an array";
                case STRING -> Text.quote(text);
                case NUMBER, TRUE, FALSE, NULL -> Text.escape(text);
            };
        }
    }

    private final JsonBytes in;
    private final JsonScanner json;
    private final String file;

    private JsonFields(byte[] content, String file) {
        this.in = new JsonBytes(new MemorySource(file, content), 0, content.length);
        this.json = new JsonScanner(in);
        this.file = file;
    }

    /// Parses `content`. Objects are kept two levels deep: the fields of a field's object, but not what is inside
    /// those.
    ///
    /// @throws JsonException if it is anything else; the message names the file
    public static Map<String, Value> parse(byte[] content, String file) {
        return new JsonFields(content, file).parse();
    }

    private Map<String, Value> parse() {
        int invalid = in.firstInvalidUtf8();
        if (invalid != JsonBytes.END) {
            throw new JsonException(file + ": expected UTF-8, got an invalid sequence at byte " + invalid, false);
        }
        try {
            json.requireOneObject();
        } catch (JsonException e) {
            throw new JsonException(file + ": expected a JSON object: " + e.getMessage(), e.isTooDeep());
        }
        return fields(2);
    }

    private Map<String, Value> fields(int levels) {
        Map<String, Value> fields = new LinkedHashMap<>();
        json.skipIf('{');
        if (json.skipIf('}')) {
            return fields;
        }
        do {
            String key = json.key(json.stringLength());
            if (fields.put(key, value(levels - 1)) != null) {
                throw new JsonException(
                        "key " + Text.quote(key) + ": expected once, got it twice (in " + file + ")", false);
            }
        } while (json.another('}'));
        return fields;
    }

    private Value value(int levels) {
        int first = in.peek();
        if (first == '"') {
            return new Value(Kind.STRING, json.string(json.stringLength()), Map.of());
        }
        if (first == '{' && levels > 0) {
            return new Value(Kind.OBJECT, "", fields(levels));
        }
        int start = in.position();
        json.skipValue();
        return switch (first) {
            case '{' -> new Value(Kind.OBJECT, "", Map.of());
            case '[' -> new Value(Kind.ARRAY, "", Map.of());
            case 't' -> new Value(Kind.TRUE, "true", Map.of());
            case 'f' -> new Value(Kind.FALSE, "false", Map.of());
            case 'n' -> new Value(Kind.NULL, "null", Map.of());
            default -> new Value(Kind.NUMBER, in.ascii(start), Map.of());
        };
    }
}
