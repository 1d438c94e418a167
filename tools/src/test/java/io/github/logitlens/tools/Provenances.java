package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.model.Compute;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;

/// What a document of the bundled model's must say of its making.
final class Provenances {

    private Provenances() {
    }

    static void check(JsonNode json, String bos, String layerNorm) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        assertEquals(List.of("model", "weightsSha256", "tokenizerSha256", "bos", "layerNorm", "lens", "lensSha256", "edits", "kernels",
                "threads", "version", "java"), names);
        assertEquals("demo", json.path("model").textValue());
        try (Checkpoint demo = Checkpoint.demo()) {
            assertEquals(demo.sha256(), json.path("weightsSha256").textValue());
        }
        assertEquals(Gpt2Tokenizer.gpt2().contentHash(), json.path("tokenizerSha256").textValue());
        assertEquals(bos, json.path("bos").textValue());
        assertEquals(layerNorm, json.path("layerNorm").textValue());
        assertEquals("logit", json.path("lens").textValue());
        assertTrue(json.path("lensSha256").isNull());
        assertEquals(Compute.defaults().kernels(), json.path("kernels").textValue());
        assertEquals(Compute.defaults().threads(), json.path("threads").intValue());
        assertTrue(json.path("version").textValue().matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"), json.toString());
        assertEquals(Runtime.version().toString(), json.path("java").textValue());
    }
}
