package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TokensCommandTest {

    private static Cli lines(String input) {
        return Cli.withInput(input.getBytes(StandardCharsets.UTF_8), "tokens", "--jsonl", "-");
    }

    @Test
    void tableOfIdsBytesAndTexts() {
        List<String> lines = Cli.lens("tokens", "The Tower\n").succeeds().lines();
        assertEquals(List.of(
                "   id  bytes         text",
                "  464  546865        \"The\"",
                " 8765  20546f776572  \" Tower\"",
                "  198  0a            \"\\n\""), lines);
    }

    @Test
    void tokenOfPartOfACharacterShowsItsBytes() {
        assertEquals(List.of("\" \\xe6\"", "\"\\x97\"", "\"\\xa5\""),
                Cli.lens("tokens", " 日").succeeds().lines().stream().skip(1)
                        .map(line -> line.substring(line.indexOf('"'))).toList());
    }

    @Test
    void json() {
        JsonNode json = Cli.lens("tokens", "--json", "The Eiffel").succeeds().json();
        assertEquals("logitlens.tokens/1", json.path("schema").textValue());
        assertEquals(Cli.parse("{\"position\": 1, \"id\": 412, \"text\": \" E\", \"bytes\": \"2045\"}"),
                json.path("tokens").get(1));
        assertEquals(0, Cli.lens("tokens", "--json", "").succeeds().json().path("tokens").size());
    }

    @Test
    void oneArrayForEachLine() {
        Cli cli = lines("\"The Eiffel Tower is in\"\n\"\"\r\n \"\\u0041\\ud83d\\ude42\" \n\"日本\"\n\"<|endoftext|>\"").succeeds();
        assertEquals(5, cli.lines().size());
        assertEquals("[464,412,733,417,8765,318,287]", cli.lines().get(0));
        assertEquals("[]", cli.lines().get(1));
        assertEquals("[27,91,437,1659,5239,91,29]", cli.lines().get(4));
        assertEquals("", lines("").succeeds().out());
    }

    @Test
    void lineThatIsNotOneStringIsNamed() {
        for (String bad : List.of("", "5", "[\"a\"]", "\"a\" \"b\"", "\"a", "'a'", "\"\t\"", "{}", "\"\\x\"")) {
            Cli cli = lines("\"a\"\n" + bad + "\n\"b\"\n");
            assertEquals(1, cli.code(), bad);
            assertTrue(cli.err().startsWith("lens: standard input, line 2: expected one JSON string"), cli.err());
            assertEquals(1, cli.err().lines().count(), cli.err());
        }
        Cli.withInput(new byte[] {'"', (byte) 0xff, '"'}, "tokens", "--jsonl", "-")
                .failsWith(1, "standard input, line 1: expected UTF-8");
        Cli.lens("tokens", "--jsonl", "a text").failsWith(2, "expected '-' or @FILE");
    }

    @Test
    void tokenizerOfADirectoryNeedsNoWeights(@TempDir Path dir) throws IOException {
        ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b > ' ' && b < 0x7f || b > 0xa0 && b != 0xad;
            vocabulary.put(Character.toString(printable ? b : next++), b);
        }
        Files.writeString(dir.resolve("vocab.json"), vocabulary.put("ab", 256).toString());
        Files.writeString(dir.resolve("merges.txt"), "#version: 0.2\na b\n");
        assertEquals("[256,98]\n", Cli.withInput("\"abb\"".getBytes(StandardCharsets.UTF_8), "tokens", "--jsonl", "--model",
                dir.toString(), "-").succeeds().out());
    }

    /// A program that asks line by line gets each answer before it asks again.
    @Test
    @Timeout(60)
    void answersBeforeItWaits() throws Exception {
        PipedOutputStream ask = new PipedOutputStream();
        try (PipedInputStream in = new PipedInputStream(ask);
                PipedInputStream answer = new PipedInputStream();
                PipedOutputStream out = new PipedOutputStream(answer)) {
            Thread lens = Thread.ofPlatform().start(() -> Main.run(
                    new Stdio(in, out, new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)),
                    "tokens", "--jsonl", "-"));
            try (ask) {
                for (int i = 0; i < 3; i++) {
                    ask.write("\"Hello\"\n".getBytes(StandardCharsets.UTF_8));
                    ask.flush();
                    assertEquals("[15496]\n", line(answer));
                }
            }
            lens.join();
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        do {
            line.append((char) in.read());
        } while (line.charAt(line.length() - 1) != '\n');
        return line.toString();
    }
}
