package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Tokenizer files to load: GPT-2's own, and small ones that are easy to damage.
final class TestFiles {
    private TestFiles() {
    }

    static byte[] resource(String file) throws IOException {
        try (InputStream in = Gpt2Tokenizer.class.getResourceAsStream(file)) {
            return in.readAllBytes();
        }
    }

    /// Writes GPT-2's `vocab.json` and `merges.txt` to `directory`.
    static Path gpt2(Path directory) throws IOException {
        for (String file : List.of("vocab.json", "merges.txt")) {
            Files.write(directory.resolve(file), resource(file));
        }
        return directory;
    }

    /// The tokens of a small BPE, in order of id: the 256 bytes, then `he`, `ll`, `hell`, `Ġw`.
    static List<String> smallTokens() {
        List<String> tokens = new ArrayList<>();
        for (byte b : ByteAlphabet.inIdOrder()) {
            tokens.add(String.valueOf(ByteAlphabet.symbol(b & 0xFF)));
        }
        tokens.addAll(List.of("he", "ll", "hell", "Ġw"));
        return tokens;
    }

    static final String SMALL_MERGES = "#version: 0.2\nh e\nl l\nhe ll\nĠ w\n";

    static String vocabJson(List<String> tokens) {
        StringBuilder json = new StringBuilder("{\n");
        for (int id = 0; id < tokens.size(); id++) {
            json.append(id == 0 ? "" : ",\n").append(quote(tokens.get(id))).append(": ").append(id);
        }
        return json.append("\n}").toString();
    }

    static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /// Writes a small BPE to `directory`, as `vocab.json` and `merges.txt`.
    static Path small(Path directory) throws IOException {
        write(directory, "vocab.json", vocabJson(smallTokens()));
        write(directory, "merges.txt", SMALL_MERGES);
        return directory;
    }

    static void write(Path directory, String file, String text) throws IOException {
        Files.write(directory.resolve(file), text.getBytes(StandardCharsets.UTF_8));
    }

    /// A `tokenizer.json` of the small BPE; `merges` and `added` are JSON arrays.
    static String tokenizerJson(String merges, String added) {
        return "{\"version\": \"1.0\", \"truncation\": null, \"added_tokens\": " + added + ", \"normalizer\": null,"
                + " \"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true},"
                + " \"model\": {\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\": \"\","
                + " \"ignore_merges\": false, \"vocab\": " + vocabJson(smallTokens()) + ", \"merges\": " + merges + "}}";
    }

    static final String SMALL_MERGES_JSON = "[\"h e\", \"l l\", \"he ll\", \"Ġ w\"]";
}
