package io.github.logitlens.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.github.logitlens.weights.CheckpointException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// The fields of a small JSON object, such as `config.json`: strictly UTF-8, no key twice. What Python's writer adds to JSON,
/// `NaN` and `Infinity`, is a number here.
final class JsonFields {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    /// A field's value: the kind of its first token and, for strings and numbers, its text. `children` holds what is directly
    /// inside an object, and nothing for anything else.
    record Value(JsonToken kind, String text, Map<String, Value> children) {

        /// For messages.
        String describe() {
            return switch (kind) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "an array";
                case VALUE_STRING -> Text.quote(text);
                default -> Text.escape(text);
            };
        }
    }

    private JsonFields() {
    }

    /// Parses `json`. Objects are kept two levels deep: the fields of a field's object, but not what is inside those.
    static Map<String, Value> parse(byte[] json, String file, Reason ifNotJson) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(ifNotJson, file + ": expected JSON in UTF-8, got invalid UTF-8", e);
        }
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new CheckpointException(ifNotJson, file + ": expected a JSON object, got "
                        + (parser.currentToken() == null ? "nothing" : Text.escape(parser.getText())));
            }
            Map<String, Value> fields = fields(parser, 2);
            if (parser.nextToken() != null) {
                throw new CheckpointException(ifNotJson, file + ": expected nothing behind the JSON object, got "
                        + Text.escape(parser.getText()));
            }
            return fields;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new CheckpointException(ifNotJson,
                    file + ": expected JSON, got an error" + where + ": " + Text.escape(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading a string", e);
        }
    }

    private static Map<String, Value> fields(JsonParser parser, int levels) throws IOException {
        Map<String, Value> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken kind = parser.nextToken();
            if (kind == JsonToken.START_OBJECT && levels > 1) {
                fields.put(name, new Value(kind, "", fields(parser, levels - 1)));
            } else {
                fields.put(name, new Value(kind, text(parser), Map.of()));
                parser.skipChildren();
            }
        }
        return fields;
    }

    private static String text(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT && parser.isNaN()) {
            return String.valueOf(parser.getDoubleValue());
        }
        return parser.currentToken().isScalarValue() ? parser.getText() : "";
    }
}
