package io.github.logitlens.internal.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.Writer;

/// Writing JSON: small values on one line, the elements of the outermost lists on one line each, so that a result of a
/// thousand readings can be read, compared and cut by lines.
public final class Json {

    private static final JsonFactory FACTORY =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private Json() {
    }

    /// A generator that leaves `out` open when it is closed, and writes nothing between values.
    public static JsonGenerator compact(Writer out) throws IOException {
        return FACTORY.createGenerator(out);
    }

    /// A generator for a document whose members are few and whose lists are long.
    public static JsonGenerator document(Writer out) throws IOException {
        return FACTORY.createGenerator(out).setPrettyPrinter(new Lines());
    }

    /// Writes a float32 in its shortest form that reads back equal, or its name if it is not finite.
    public static void number(JsonGenerator json, String field, float value) throws IOException {
        json.writeFieldName(field);
        number(json, value);
    }

    /// Writes a float32 as an element of a list, as [#number(JsonGenerator, String, float)] writes a field.
    public static void number(JsonGenerator json, float value) throws IOException {
        if (Float.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeString(Float.toString(value));
        }
    }

    /// Writes a double in its shortest form that reads back equal, or its name if it is not finite.
    public static void number(JsonGenerator json, String field, double value) throws IOException {
        json.writeFieldName(field);
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeString(Double.toString(value));
        }
    }

    /// A line for each member of the document and each element of a list in it.
    private static final class Lines extends MinimalPrettyPrinter {

        private static final long serialVersionUID = 1L;
        private static final int LINES_DOWN_TO = 2;

        private int depth;

        private void newLine(JsonGenerator json) throws IOException {
            if (depth <= LINES_DOWN_TO) {
                json.writeRaw('\n');
                json.writeRaw(" ".repeat(depth));
            }
        }

        @Override
        public void writeStartObject(JsonGenerator json) throws IOException {
            json.writeRaw('{');
            depth++;
        }

        @Override
        public void writeEndObject(JsonGenerator json, int entries) throws IOException {
            depth--;
            json.writeRaw('}');
        }

        @Override
        public void writeObjectFieldValueSeparator(JsonGenerator json) throws IOException {
            json.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(JsonGenerator json) throws IOException {
            json.writeRaw(depth == 1 ? ",\n " : ", ");
        }

        @Override
        public void writeStartArray(JsonGenerator json) throws IOException {
            json.writeRaw('[');
            depth++;
        }

        @Override
        public void beforeArrayValues(JsonGenerator json) throws IOException {
            newLine(json);
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator json) throws IOException {
            json.writeRaw(depth <= LINES_DOWN_TO ? "," : ", ");
            newLine(json);
        }

        @Override
        public void writeEndArray(JsonGenerator json, int values) throws IOException {
            depth--;
            json.writeRaw(']');
        }
    }
}
