package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The command line run inside this JVM, and what came of it.
///
/// @param code the exit code
/// @param out  standard output
/// @param err  standard error
record Cli(int code, String out, String err) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Cli lens(String... args) {
        return withInput(new byte[0], args);
    }

    static Cli withInput(byte[] input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Cli cli = withStreams(input, out, args);
        return new Cli(cli.code, out.toString(StandardCharsets.UTF_8), cli.err);
    }

    /// With standard output on a terminal.
    static Cli onTerminal(int columns, Map<String, String> environment, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(new Stdio(new ByteArrayInputStream(new byte[0]), out, new PrintStream(err, true, StandardCharsets.UTF_8),
                new Terminal(true, () -> Optional.of(columns), environment), () -> false), args);
        return new Cli(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// With standard input on a terminal, at which nobody types.
    static Cli typed(String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream nothing = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("a terminal was read that nobody asked for");
            }
        };
        int code = Main.run(new Stdio(nothing, OutputStream.nullOutputStream(), new PrintStream(err, true, StandardCharsets.UTF_8),
                Terminal.NONE, () -> true), args);
        return new Cli(code, "", err.toString(StandardCharsets.UTF_8));
    }

    static Cli withStreams(byte[] input, OutputStream out, String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdio stdio = new Stdio(new ByteArrayInputStream(input), out, new PrintStream(err, true, StandardCharsets.UTF_8));
        int code = Main.run(stdio, args);
        return new Cli(code, "", err.toString(StandardCharsets.UTF_8));
    }

    /// Checks that it went well and said nothing but results.
    Cli succeeds() {
        assertEquals("", err);
        assertEquals(0, code);
        return this;
    }

    /// Checks that it failed with one line that holds these words, and no results.
    Cli failsWith(int expected, String... words) {
        assertEquals("", out);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.startsWith("lens: "), err);
        assertFalse(err.contains("Exception"), err);
        for (String word : words) {
            assertTrue(err.contains(word), () -> "expected \"" + word + "\" in: " + err);
        }
        assertEquals(expected, code, err);
        return this;
    }

    List<String> lines() {
        return out.lines().toList();
    }

    JsonNode json() {
        return parse(out);
    }

    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
