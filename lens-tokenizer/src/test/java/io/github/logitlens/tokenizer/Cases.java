package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/// The 599 texts of `tokenizer-cases.jsonl`, with the ids that Hugging Face tokenizers, tiktoken, jtokkit and a written-out
/// algorithm all give.
record Cases(String group, String text, int[] ids) {
    static List<Cases> all() {
        ObjectMapper mapper = new ObjectMapper();
        List<Cases> cases = new ArrayList<>();
        try (InputStream in = Cases.class.getResourceAsStream("tokenizer-cases.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                JsonNode node = mapper.readTree(line);
                cases.add(new Cases(node.get("group").asText(), node.get("text").asText(),
                        mapper.convertValue(node.get("ids"), int[].class)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }
}
