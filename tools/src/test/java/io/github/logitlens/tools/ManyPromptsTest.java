package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ManyPromptsTest {

    @TempDir
    private Path temporary;

    private static Cli lines(String input, String... options) {
        String[] words = new String[options.length + 3];
        words[0] = "run";
        words[1] = "--jsonl";
        System.arraycopy(options, 0, words, 2, options.length);
        words[words.length - 1] = "-";
        return Cli.withInput(input.getBytes(StandardCharsets.UTF_8), words);
    }

    private static JsonNode without(JsonNode json, String... fields) {
        ((ObjectNode) json).remove(List.of(fields));
        return json;
    }

    @Test
    void aResultForEachLineIsThatOfThePromptAlone() {
        Cli cli = lines("""
                "The Eiffel Tower is in"
                {"id": "second \\"one\\"", "text": "Water is", "note": {"more": [1]}}
                {"ids": [464, 3139, 286, 4881, 318], "id": 3}
                """, "--top-k", "2", "--metric", "margin", "--track", " Paris").succeeds();
        List<JsonNode> results = cli.lines().stream().map(Cli::parse).toList();
        assertEquals(3, results.size());
        assertTrue(results.get(0).path("id").isMissingNode());
        assertEquals("second \"one\"", results.get(1).path("id").textValue());
        assertEquals(3, results.get(2).path("id").intValue());
        String[][] prompts = {{"The Eiffel Tower is in"}, {"Water is"}, {"--ids", "464,3139,286,4881,318"}};
        for (int i = 0; i < 3; i++) {
            assertEquals(i + 1, results.get(i).path("line").intValue());
            String[] words = new String[7 + prompts[i].length];
            System.arraycopy(new String[] {"--json", "--top-k", "2", "--metric", "margin", "--track", " Paris"}, 0, words, 0, 7);
            System.arraycopy(prompts[i], 0, words, 7, prompts[i].length);
            JsonNode alone = Cli.lens(words).succeeds().json();
            assertEquals(without(alone, "provenance"), without(results.get(i), "id", "line", "provenance"));
        }
    }

    @Test
    void whatCannotRunStandsInItsPlace() throws IOException {
        Path file = temporary.resolve("prompts.jsonl");
        byte[] start = """
                "fine"
                ""
                not JSON
                "one" "two"
                [1]
                {"id": 7, "ids": [99999]}
                {"id": "x", "text": "a", "ids": [1]}
                {"id": {}, "text": "a"}
                {"ids": [1.5]}
                {"note": 1}

                """.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(start);
        bytes.write(new byte[] {'"', (byte) 0xff, '"', '\n'});
        bytes.write("\"last\"".getBytes(StandardCharsets.UTF_8));
        Files.write(file, bytes.toByteArray());
        Cli cli = Cli.lens("run", "--jsonl", "@" + file);
        assertEquals(1, cli.code());
        assertEquals("", cli.err());
        List<JsonNode> results = cli.lines().stream().map(Cli::parse).toList();
        assertEquals(13, results.size());
        assertEquals("logitlens.run/1", results.get(0).path("schema").textValue());
        assertEquals("logitlens.run/1", results.get(12).path("schema").textValue());
        String[][] expected = {
            {"EMPTY", "prompt: expected at least one token, got none"},
            {"NOT_JSON", "line: expected JSON: "},
            {"NOT_JSON", "line: expected one JSON value, got more"},
            {"NOT_A_PROMPT", "line: expected a JSON string or object, got START_ARRAY"},
            {"UNKNOWN_ID", "token at position 0: expected an id from 0 to 50256"},
            {"NOT_A_PROMPT", "line: expected text or ids, got both"},
            {"NOT_A_PROMPT", "line: expected id to be a string or a number, got START_OBJECT"},
            {"NOT_A_PROMPT", "line: expected ids to be an array of whole numbers, got 1.5 in it"},
            {"NOT_A_PROMPT", "line: expected text or ids, got neither"},
            {"NOT_JSON", "line: expected a JSON string or object, got nothing"},
            {"NOT_UTF8", "line: expected UTF-8, got a byte that does not belong there at offset 1"},
        };
        for (int i = 0; i < expected.length; i++) {
            JsonNode error = results.get(i + 1);
            assertEquals("logitlens.error/1", error.path("schema").textValue());
            assertEquals(i + 2, error.path("line").intValue());
            assertEquals(expected[i][0], error.path("reason").textValue(), error::toString);
            assertTrue(error.path("message").textValue().startsWith(expected[i][1]), error::toString);
        }
        assertEquals(7, results.get(5).path("id").intValue());
        assertEquals("x", results.get(6).path("id").textValue());
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whoSendsOnePromptAtATimeIsAnsweredBeforeTheNext() throws Exception {
        PipedInputStream in = new PipedInputStream();
        PipedOutputStream asking = new PipedOutputStream(in);
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        OutputStream out = new ByteArrayOutputStream() {
            @Override
            public synchronized void flush() {
                if (size() > 0) {
                    answers.add(toString(StandardCharsets.UTF_8));
                    reset();
                }
            }
        };
        Thread command = Thread.ofPlatform().start(() -> Main.run(
                new Stdio(in, out, new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)),
                "run", "--jsonl", "-"));
        for (String prompt : List.of("\"Water is\"\n", "not JSON\n", "\"The Eiffel Tower is in\"\n")) {
            asking.write(prompt.getBytes(StandardCharsets.UTF_8));
            asking.flush();
            JsonNode answer = Cli.parse(answers.take());
            assertEquals(prompt.startsWith("\"") ? "logitlens.run/1" : "logitlens.error/1", answer.path("schema").textValue());
        }
        asking.close();
        command.join();
        assertTrue(answers.isEmpty());
    }

    @Test
    void wrongUsage() {
        Cli.lens("run", "--jsonl", "a text").failsWith(2, "expected '-' or @FILE, got a text");
        lines("\"x\"", "--json").failsWith(2, "expected one format");
        lines("\"x\"", "--track", "two tokens here").failsWith(1, "token");
    }
}
