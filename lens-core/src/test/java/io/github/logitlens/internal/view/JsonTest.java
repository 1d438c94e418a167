package io.github.logitlens.internal.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void numbersThatAreNotFiniteAreStrings() throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            Json.number(json, "a", Float.NaN);
            Json.number(json, "b", Float.NEGATIVE_INFINITY);
            Json.number(json, "c", Double.POSITIVE_INFINITY);
            Json.number(json, "d", 0.1f);
            Json.number(json, "e", 0.1f + 0.2);
            Json.number(json, "f", -1e-30f);
            json.writeEndObject();
        }
        assertEquals("{\"a\":\"NaN\",\"b\":\"-Infinity\",\"c\":\"Infinity\",\"d\":0.1,\"e\":0.30000000149011613,\"f\":-1.0E-30}",
                out.toString());
    }

    @Test
    void documentHasALineForEachElementOfItsLists() throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeNumberField("a", 1);
            json.writeArrayFieldStart("list");
            for (int i = 0; i < 2; i++) {
                json.writeStartObject();
                json.writeArrayFieldStart("b");
                json.writeNumber(i);
                json.writeNumber(i);
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        assertEquals("{\"a\": 1,\n \"list\": [\n  {\"b\": [0, 0]},\n  {\"b\": [1, 1]}]}", out.toString());
    }
}
