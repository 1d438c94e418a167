import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/// Writes the ids into `variants.json` that Hugging Face's own `tokenizers` (0.21.4, in the jar of
/// `ai.djl.huggingface:tokenizers:0.38.0`) gives, for `VariantsTest`. With that jar and those it needs in `lib`:
///
///     java -cp 'lib/*' lens-tokenizer/src/test/oracle/VariantsOracle.java
///         lens-tokenizer/src/test/resources/io/github/logitlens/tokenizer/variants.json
public final class VariantsOracle {
    /// Rewrites the file that is named.
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        JsonObject all = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        Gson gson = new GsonBuilder().disableHtmlEscaping().serializeNulls().create();
        StringBuilder out = new StringBuilder("{\n\"generator\": ").append(gson.toJson(all.get("generator")))
                .append(",\n\"base\": ").append(gson.toJson(all.get("base"))).append(",\n\"variants\": [\n");
        String separator = "";
        for (JsonElement element : all.getAsJsonArray("variants")) {
            JsonObject variant = element.getAsJsonObject();
            Path json = Files.createTempFile("tokenizer", ".json");
            Files.writeString(json, gson.toJson(composed(all.getAsJsonObject("base"), variant.getAsJsonObject("with"))));
            JsonObject texts = variant.getAsJsonObject("texts");
            try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder().optTokenizerPath(json)
                    .optAddSpecialTokens(false).build()) {
                for (String text : Map.copyOf(texts.asMap()).keySet()) {
                    texts.add(text, gson.toJsonTree(tokenizer.encode(text, false, false).getIds()));
                }
            }
            Files.delete(json);
            out.append(separator).append(gson.toJson(variant));
            separator = ",\n";
        }
        Files.writeString(file, out.append("\n]\n}\n").toString());
    }

    /// The base with the fields of `with` in place of its own; of `model`, field by field. `without` names tokens that the
    /// vocabulary lacks.
    private static JsonObject composed(JsonObject base, JsonObject with) {
        JsonObject tokenizer = base.deepCopy();
        for (Map.Entry<String, JsonElement> field : with.entrySet()) {
            switch (field.getKey()) {
                case "model" -> field.getValue().getAsJsonObject().entrySet()
                        .forEach(part -> tokenizer.getAsJsonObject("model").add(part.getKey(), part.getValue()));
                case "without" -> { }
                default -> tokenizer.add(field.getKey(), field.getValue());
            }
        }
        JsonObject vocabulary = tokenizer.getAsJsonObject("model").getAsJsonObject("vocab");
        JsonElement without = with.get("without");
        (without == null ? new JsonArray() : without.getAsJsonArray()).forEach(token -> vocabulary.remove(token.getAsString()));
        return tokenizer;
    }
}
