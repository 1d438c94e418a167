package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputOptionsTest {

    @TempDir
    private Path dir;

    private String write(String name, String... options) throws IOException {
        Path file = dir.resolve(name);
        String[] args = Stream.concat(
                Stream.of(options), Stream.of("--output", file.toString(), "Hello")).toArray(String[]::new);
        assertEquals("", Cli.lens(args).succeeds().out());
        try (Stream<Path> files = Files.list(dir)) {
            assertTrue(files.noneMatch(path -> path.toString().endsWith(".tmp")), "a temporary file is left");
        }
        return Files.readString(file);
    }

    @Test
    void endingChoosesTheFormat() throws IOException {
        Cli.lens("--output", dir.resolve("kept.txt").toString(), "Hello").succeeds();
        String table = Files.readString(dir.resolve("kept.txt"));
        assertTrue(table.endsWith(Cli.lens("Hello").out().split("compute ")[1]), table);
        String json = Cli.lens("--json", "Hello").out();
        assertEquals(table, write("a.txt"));
        assertEquals(json, write("b.json"));
        assertEquals(json, write("B.JSON"));
        assertEquals(json, write("c.txt", "--json"));
        assertEquals(table, write("d.json", "--format", "table"));
        assertEquals(table, write("without", "--format", "TABLE"));
    }

    @Test
    void aFormatThatACommandDoesNotWriteIsRefused() {
        Cli.lens("tokens", "--format", "csv", "Hello").failsWith(Main.USAGE, "--format: expected table, json or jsonl, got \"csv\"");
        Cli.lens("tokens", "--output", dir.resolve("tokens.svg").toString(), "Hello")
                .failsWith(Main.USAGE, "expected a name that ends with .txt, .json or .jsonl, or --format");
        Cli.lens("neuron", "--format", "csv", "0", "0").failsWith(Main.USAGE, "--format: expected table or json, got \"csv\"");
    }

    @Test
    void replacesAFileAndFollowsALink() throws IOException {
        Path real = Files.writeString(dir.resolve("real.json"), "old");
        Path link = Files.createSymbolicLink(dir.resolve("link.json"), real);
        String json = write("link.json");
        assertEquals(json, Files.readString(real));
        assertTrue(Files.isSymbolicLink(link));
    }

    @Test
    void aFileThatIsReplacedKeepsItsMode() throws IOException {
        Path file = Files.writeString(dir.resolve("shared.json"), "old");
        assumeTrue(Files.getFileStore(file).supportsFileAttributeView("posix"), "no modes here");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r-x"));
        write("shared.json");
        assertEquals("rw-rw-r-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    /// A shell's `>` would refuse it; to root nothing is closed.
    @Test
    void aFileThatMayNotBeWrittenIsLeftAsItIs() throws IOException {
        Path file = Files.writeString(dir.resolve("closed.json"), "old");
        assertTrue(file.toFile().setWritable(false));
        assumeFalse(Files.isWritable(file), "run by root");
        Cli.lens("--output", file.toString(), "Hello").failsWith(Main.FAILED, "closed.json: cannot be written, permission denied");
        assertEquals("old", Files.readString(file));
    }

    @Test
    void tokensAndLinesOfIds() throws IOException {
        Path file = dir.resolve("ids.jsonl");
        Path input = Files.writeString(dir.resolve("in"), "\"The Eiffel Tower is in\"\n\"\"\n");
        Cli.lens("tokens", "--output", file.toString(), "@" + input).succeeds();
        assertEquals(List.of("[464,412,733,417,8765,318,287]", "[]"), Files.readAllLines(file));
    }
}
