package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.error.LensException;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;

/// The tensors of a file, or the reason why it was refused, as one line of JSON.
public final class FileJson {

    private FileJson() {
    }

    /// Writes `{"path", "tensors": [{"name", "dtype", "shape", "offsets"}], "metadata"}`. Offsets count from the end of a
    /// safetensors file's header, and from the start of a file of PyTorch's.
    ///
    /// @param path what the caller calls the file
    /// @param file the file
    /// @param out  where to
    /// @throws IOException if `out` fails
    public static void write(String path, TensorFile file, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            json.writeStringField("path", path);
            json.writeArrayFieldStart("tensors");
            for (TensorInfo tensor : file.tensors()) {
                json.writeStartObject();
                json.writeStringField("name", tensor.name());
                json.writeStringField("dtype", tensor.dtype().name());
                json.writeArrayFieldStart("shape");
                for (long dimension : tensor.shape()) {
                    json.writeNumber(Long.toUnsignedString(dimension));
                }
                json.writeEndArray();
                json.writeArrayFieldStart("offsets");
                json.writeNumber(tensor.begin());
                json.writeNumber(tensor.end());
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("metadata");
            for (Map.Entry<String, String> entry : file.metadata().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        out.write('\n');
    }

    /// Writes `{"path", "error": REASON, "message"}`.
    ///
    /// @param path  what the caller calls the file
    /// @param error why it was refused
    /// @param out   where to
    /// @throws IOException if `out` fails
    public static void writeError(String path, LensException error, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            json.writeStringField("path", path);
            json.writeStringField("error", error.reason().name());
            json.writeStringField("message", error.getMessage());
            json.writeEndObject();
        }
        out.write('\n');
    }
}
