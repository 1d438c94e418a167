package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Tokenizers that differ from GPT-2's, one thing at a time, against the ids that Hugging Face's `tokenizers` gives for them
/// (`src/test/oracle/VariantsOracle.java` writes `variants.json`).
class VariantsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path directory;

    @TestFactory
    List<DynamicTest> variantsGiveTheIdsOfTokenizers() throws IOException {
        JsonNode all;
        try (InputStream in = VariantsTest.class.getResourceAsStream("variants.json")) {
            all = MAPPER.readTree(in);
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode variant : all.get("variants")) {
            tests.add(DynamicTest.dynamicTest(variant.get("name").textValue(), () -> assertSameIds(all.get("base"), variant)));
        }
        return tests;
    }

    private void assertSameIds(JsonNode base, JsonNode variant) throws IOException {
        TestFiles.write(directory, "tokenizer.json", composed(base, variant.get("with")).toString());
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.load(directory);
        for (Map.Entry<String, JsonNode> text : variant.get("texts").properties()) {
            int[] expected = MAPPER.convertValue(text.getValue(), int[].class);
            assertArrayEquals(expected, tokenizer.encode(text.getKey(), SpecialTokens.PARSE), text.getKey());
            StreamingEncoder encoder = tokenizer.streamingEncoder(SpecialTokens.PARSE);
            assertArrayEquals(expected, IntStream.concat(
                    text.getKey().codePoints().mapToObj(Character::toString).map(encoder::accept).flatMapToInt(IntStream::of).boxed()
                            .toList().stream().mapToInt(id -> id), IntStream.of(encoder.finish())).toArray(), text.getKey());
            assertEquals(tokenizer.encode(text.getKey()).length, tokenizer.countTokens(text.getKey()), text.getKey());
            List<TokenSpan> spans = tokenizer.encodeWithSpans(text.getKey(), SpecialTokens.PARSE);
            assertArrayEquals(expected, spans.stream().mapToInt(TokenSpan::id).toArray(), text.getKey());
            for (TokenSpan span : spans) {
                assertEquals(text.getKey().codePointCount(0, span.start()), span.codePointStart(), text.getKey());
                assertEquals(text.getKey().codePointCount(0, span.end()), span.codePointEnd(), text.getKey());
            }
            assertArrayEquals(expected, tokenizer.explain(text.getKey(), SpecialTokens.PARSE).preTokens().stream()
                    .flatMap(part -> part.tokens().stream()).mapToInt(Token::id).toArray(), text.getKey());
        }
    }

    private static JsonNode composed(JsonNode base, JsonNode with) {
        ObjectNode tokenizer = base.deepCopy();
        ObjectNode model = (ObjectNode) tokenizer.get("model");
        for (Map.Entry<String, JsonNode> field : with.properties()) {
            switch (field.getKey()) {
                case "model" -> model.setAll((ObjectNode) field.getValue());
                case "without" -> field.getValue().forEach(token -> ((ObjectNode) model.get("vocab")).remove(token.textValue()));
                default -> tokenizer.set(field.getKey(), field.getValue());
            }
        }
        return tokenizer;
    }
}
