package io.github.logitlens.bench.task;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/// Texts for the tokenizer.
public final class Texts {

    /// Groups of the recorded cases that are writing, in whatever script, and not random characters.
    private static final Set<String> WRITING = Set.of("code", "combining", "emoji", "language", "number", "script");

    private Texts() {
    }

    /// The text of a benchmark's parameter `text`: `english`, `mixed` (many scripts, code, emoji), or a file's path.
    public static String of(String name) {
        return switch (name) {
            case "english" -> resource("prose.txt");
            case "mixed" -> mixed();
            default -> file(Path.of(name));
        };
    }

    static int utf8Bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String mixed() {
        ObjectMapper mapper = new ObjectMapper();
        StringBuilder text = new StringBuilder();
        resource("tokenizer-cases.jsonl").lines().forEach(line -> {
            try {
                var node = mapper.readTree(line);
                if (WRITING.contains(node.get("group").asText())) {
                    text.append(node.get("text").asText()).append('\n');
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return text.toString();
    }

    private static String resource(String name) {
        try (InputStream in = Texts.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String file(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
