package io.github.logitlens.tools.explore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The body of a request: one JSON object of known fields.
final class RequestJson {

    /// A prompt of GPT-2's longest tokens in every position fits in.
    static final int MAX_BYTES = 256 << 10;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8).maxNumberLength(32).maxStringLength(MAX_BYTES).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode object;

    private RequestJson(JsonNode object) {
        this.object = object;
    }

    /// Reads a request's body.
    ///
    /// @param fields the fields it may have
    /// @throws Refusal if it is too large, not JSON, or has other fields
    static RequestJson read(Exchange exchange, Set<String> fields) throws IOException {
        Gate.checkJson(exchange);
        byte[] body = body(exchange);
        JsonNode node;
        try {
            // Jackson would take UTF-16 and UTF-32 too.
            node = MAPPER.readTree(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
        } catch (CharacterCodingException e) {
            throw Refusal.badRequest("request body: expected UTF-8");
        } catch (JsonProcessingException e) {
            throw Refusal.badRequest("request body: expected JSON: " + e.getOriginalMessage());
        }
        if (!node.isObject()) {
            throw Refusal.badRequest("request body: expected a JSON object");
        }
        node.fieldNames().forEachRemaining(name -> {
            if (!fields.contains(name)) {
                throw Refusal.badRequest("request body: expected some of the fields " + fields.stream().sorted().toList()
                        + ", got \"" + name + "\"");
            }
        });
        return new RequestJson(node);
    }

    /// This request with the fields of an object in it in the place of its own.
    ///
    /// @param name   the object's
    /// @param fields those that it may have
    /// @param either fields of which one takes the place of all
    /// @throws Refusal if there is no such object, or it has other fields
    RequestJson with(String name, Set<String> fields, List<Set<String>> either) {
        JsonNode other = field(name, object.path(name).isObject(), "an object");
        ObjectNode merged = object.deepCopy();
        other.properties().forEach(entry -> {
            if (!fields.contains(entry.getKey())) {
                throw Refusal.badRequest(name + ": expected some of the fields " + fields.stream().sorted().toList()
                        + ", got \"" + entry.getKey() + "\"");
            }
            either.stream().filter(each -> each.contains(entry.getKey())).forEach(merged::remove);
        });
        other.properties().forEach(entry -> merged.set(entry.getKey(), entry.getValue()));
        return new RequestJson(merged);
    }

    private static byte[] body(Exchange exchange) throws IOException {
        if (exchange.length() > MAX_BYTES) {
            throw Refusal.tooLarge(MAX_BYTES);
        }
        try (InputStream in = exchange.body()) {
            byte[] body = in.readNBytes(MAX_BYTES + 1);
            if (body.length > MAX_BYTES) {
                throw Refusal.tooLarge(MAX_BYTES);
            }
            return body;
        }
    }

    private JsonNode field(String name, boolean valid, String expected) {
        JsonNode node = object.path(name);
        if (!valid) {
            throw Refusal.badRequest(name + ": expected " + expected + ", got " + shown(node));
        }
        return node;
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    /// Whether there is a field.
    boolean has(String name) {
        return object.has(name);
    }

    /// A value of any kind that is there.
    JsonNode any(String name) {
        return object.path(name);
    }

    /// A text that must be there.
    String text(String name) {
        return field(name, object.path(name).isTextual(), "a text").textValue();
    }

    /// A text, or `otherwise` where there is none.
    String text(String name, String otherwise) {
        return object.has(name) ? text(name) : otherwise;
    }

    /// True or false; false where there is none.
    boolean flag(String name) {
        JsonNode node = object.path(name);
        return field(name, node.isMissingNode() || node.isBoolean(), "true or false").booleanValue();
    }

    /// A whole number, or `otherwise` where there is none.
    int number(String name, int otherwise, int least, int most) {
        JsonNode node = object.path(name);
        boolean valid = node.isMissingNode()
                || node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= least && node.intValue() <= most;
        return field(name, valid, "a whole number from " + least + " to " + most).asInt(otherwise);
    }

    /// A list of at most `most` values; empty where there is none.
    List<JsonNode> list(String name, int most) {
        JsonNode node = object.path(name);
        field(name, node.isMissingNode() || node.isArray() && node.size() <= most, "a list of at most " + most);
        List<JsonNode> values = new ArrayList<>();
        node.forEach(values::add);
        return values;
    }
}
