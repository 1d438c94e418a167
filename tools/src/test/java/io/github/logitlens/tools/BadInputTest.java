package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LogitLens;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is wrong with the input is said in one line, with the right exit code, and nothing is left behind.
class BadInputTest {

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    @TempDir
    private Path dir;

    @Test
    void noPrompt() {
        Cli.typed().failsWith(USAGE, "expected a prompt, got nothing", "--help");
        Cli.typed("--json").failsWith(USAGE, "expected a text, got none; '-' reads standard input");
        Cli.lens().failsWith(USAGE, "expected a text, got none");
        Cli.lens("run").failsWith(USAGE, "expected a text, got none");
        Cli.lens("--json").failsWith(USAGE, "expected a text, got none");
    }

    @Test
    void emptyPrompt() {
        Cli.lens("").failsWith(FAILED, "expected at least one token");
        Cli.withInput(new byte[0], "-").failsWith(FAILED, "expected at least one token");
        Cli.withInput(new byte[] {'\n'}, "-").failsWith(FAILED, "expected at least one token");
    }

    @Test
    void promptInSeveralWords() {
        Cli.lens("The", "Eiffel", "Tower").failsWith(USAGE, "quotes: \"The Eiffel Tower\"");
        Cli.lens("--stdin", "The").failsWith(USAGE, "--stdin and \"The\"");
    }

    @Test
    void promptLongerThanTheContext() {
        int nCtx;
        try (LogitLens lens = LogitLens.open("demo")) {
            nCtx = lens.model().config().nCtx();
        }
        Cli.lens("--top-k", "1", " a".repeat(nCtx)).succeeds();
        Cli.lens(" a".repeat(nCtx + 1)).failsWith(FAILED, "expected at most " + nCtx + " tokens", "got " + (nCtx + 1));
        Cli.lens("--bos", " a".repeat(nCtx)).failsWith(FAILED, "got " + (nCtx + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-model", "", "../nowhere", "a\u0001b"})
    void unknownModel(String model) {
        Cli.lens("--model", model, "Hello").failsWith(FAILED, "model", "expected 'demo', a directory");
        Cli.lens("tokens", "--model", model, "Hello").failsWith(FAILED, "model", "expected 'demo', a directory");
    }

    @Test
    void modelDirectoryWithoutModel() {
        Cli.lens("--model", dir.toString(), "Hello").failsWith(FAILED, "config.json");
    }

    @Test
    void damagedModel() throws IOException {
        Files.writeString(dir.resolve("config.json"), "{\"model_type\": \"gpt2\", \"n_embd\": ");
        Cli.lens("--model", dir.toString(), "Hello").failsWith(FAILED, "config.json");
        Files.writeString(dir.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        Cli.lens("--model", dir.toString(), "Hello").failsWith(FAILED, "model.safetensors");
        Files.write(dir.resolve("model.safetensors"), new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{'});
        Cli.lens("--model", dir.toString(), "Hello").failsWith(FAILED, "model.safetensors");
        Files.writeString(dir.resolve("vocab.json"), "[]");
        Cli.lens("tokens", "--model", dir.toString(), "Hello").failsWith(FAILED, dir.toString());
    }

    @Test
    void unknownOption() {
        Cli.lens("--jsn", "Hello").failsWith(USAGE, "'--jsn'", "did you mean --json?", "(see lens run --help)");
        Cli.lens("-5 degrees").failsWith(USAGE, "'-5 degrees'", "goes behind --");
        Cli.lens("inspect", "--nope", "x").failsWith(USAGE, "'--nope'", "(see lens inspect --help)");
        Cli.lens("--top-k").failsWith(USAGE, "--top-k");
    }

    @Test
    void badOptionValues() {
        Cli.lens("--top-k", "0", "Hello").failsWith(USAGE, "--top-k: expected at least 1, got 0");
        Cli.lens("--top-k", "many", "Hello").failsWith(USAGE, "--top-k", "many");
        Cli.lens("--position", "first", "Hello").failsWith(USAGE, "--position: expected last, all, N", "\"first\"");
        Cli.lens("--points", "embed,attention", "Hello").failsWith(USAGE, "--points: expected some of embed,", "\"attention\"");
        Cli.lens("--layers", "0:8:0", "Hello").failsWith(USAGE, "--layers: expected all, N, N,M, A:B or A:B:STEP, got \"0:8:0\"");
        Cli.lens("--layers", "99", "Hello").failsWith(FAILED, "layer: expected", "got 99");
        Cli.lens("--layer-norm", "final", "Hello").failsWith(USAGE, "--layer-norm: expected recomputed, frozen or none", "\"final\"");
        Cli.lens("--stop-after", "-1", "Hello").failsWith(USAGE, "--stop-after: expected a layer, 0 or more, got -1");
        Cli.lens("--stop-after", "1", "--layer-norm", "frozen", "Hello").failsWith(USAGE, "--stop-after", "got frozen");
        Cli.lens("--threads", "0", "Hello").failsWith(USAGE, "--threads: expected 1 to 1024, got 0");
        Cli.lens("--kernels", "gpu", "Hello").failsWith(USAGE, "--kernels: expected auto, vector or scalar, got \"gpu\"");
        Cli.lens("--format", "xml", "Hello").failsWith(USAGE, "--format: expected table, grid, csv, svg, png, html, logitlenskit or json, got \"xml\"");
        Cli.lens("--format", "table", "--json", "Hello").failsWith(USAGE, "expected one format");
    }

    @Test
    void positionOutsideThePrompt() {
        Cli.lens("--position", "7", "Hello").failsWith(FAILED, "position", "got 7");
        Cli.lens("--position", "3:9", "Hello").failsWith(FAILED, "position 3:9");
    }

    @Test
    void trackedTextThatIsNoToken() {
        Cli.lens("--track", "Paris ", "Hello").failsWith(FAILED, "expected one token, got 2", "did you mean \" Paris\"");
        Cli.lens("--track", "", "Hello").failsWith(FAILED, "expected one token");
        Cli.lens("--track", "two\nlines", "Hello").failsWith(FAILED, "expected one token");
    }

    @Test
    void unreadablePromptFile() throws IOException {
        Cli.lens("@" + dir.resolve("none")).failsWith(FAILED, "none", "goes behind --");
        Cli.lens("@" + dir).failsWith(FAILED, "expected a file, got a directory");
        Cli.lens("@").failsWith(USAGE, "behind @");
        Files.write(dir.resolve("latin1"), "é".getBytes(StandardCharsets.ISO_8859_1));
        Cli.lens("@" + dir.resolve("latin1")).failsWith(FAILED, "latin1: expected UTF-8", "offset 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3", "61c328", "eda080", "f5808080", "c080", "6180"})
    void standardInputThatIsNotUtf8(String hex) {
        Cli.withInput(HexFormat.of().parseHex(hex), "-").failsWith(FAILED, "standard input: expected UTF-8", "offset");
    }

    @Test
    void failureLeavesNoFile() throws IOException {
        Path output = dir.resolve("result.json");
        Cli.lens("--output", output.toString(), "").failsWith(FAILED, "at least one token");
        Cli.lens("tokens", "--jsonl", "--output", output.toString(), "-").succeeds();
        Files.delete(output);
        Cli.withInput("\"a\"\nb\n".getBytes(StandardCharsets.UTF_8), "tokens", "--jsonl", "--output", output.toString(), "-")
                .failsWith(FAILED, "line 2");
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void outputThatCannotBeWritten() {
        Cli.lens("--output", dir.resolve("no/such/result.json").toString(), "Hello").failsWith(FAILED, "no such directory");
        Cli.lens("--json", "--output", dir.toString(), "Hello").failsWith(FAILED, "expected a file, got a directory");
        Cli.lens("--output", "result.gif", "Hello").failsWith(USAGE, ".txt, .csv, .svg, .png, .html or .json");
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }

    @Test
    void readerThatGoesAwayIsNoError() {
        for (String command : new String[] {"run", "tokens"}) {
            Cli cli = Cli.withStreams(new byte[0], failing("Broken pipe"), command, "Hello");
            assertEquals(new Cli(0, "", ""), cli);
        }
    }

    @Test
    void fullDiskIsAnError() {
        Cli.withStreams(new byte[0], failing("No space left on device"), "Hello")
                .failsWith(FAILED, "standard output: No space left on device");
        assertTrue(Cli.withStreams(new byte[0], failing("No space left on device"), "--help").err().contains("No space"));
    }
}
