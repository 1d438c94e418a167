package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command line in a JVM of its own: what depends on how that JVM was started.
@Tag("forks")
class PlainJavaTest {

    private static final String VECTOR = "--add-modules=jdk.incubator.vector";
    private static final String EIFFEL = "The Eiffel Tower is in";

    @TempDir
    private Path dir;

    private Cli java(List<String> options, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(out.toFile()).redirectError(err.toFile()).redirectInput(ProcessBuilder.Redirect.from(
                        Files.write(dir.resolve("in"), new byte[0]).toFile()));
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "LENS_DEBUG", "LENS_MODEL"));
        int code = builder.start().waitFor();
        return new Cli(code, Files.readString(out), Files.readString(err, StandardCharsets.UTF_8));
    }

    @Test
    void withoutTheVectorModuleItWorksAndSaysSoOnce() throws Exception {
        Cli cli = java(List.of(), "--json", EIFFEL);
        assertEquals(0, cli.code(), cli.err());
        assertEquals(1, cli.err().lines().count(), cli.err());
        assertTrue(cli.err().startsWith("lens: ") && cli.err().contains("--add-modules jdk.incubator.vector"), cli.err());
        assertEquals(numbers(Cli.lens("--json", EIFFEL)), numbers(cli), "scalar and vector kernels give the same bytes");
    }

    @Test
    void localeEncodingAndTimeZoneChangeNothing() throws Exception {
        String prompt = "IıİiI is 1,5";
        Cli cli = java(List.of(VECTOR, "-Duser.language=ar", "-Duser.country=EG", "-Duser.timezone=Asia/Riyadh",
                "-Dfile.encoding=ISO-8859-1", "-Dstdout.encoding=US-ASCII"), "--track", " Paris", "@" + write(prompt));
        assertEquals(numbers(Cli.lens("--track", " Paris", prompt)), numbers(cli));
        cli = java(List.of(VECTOR, "-Duser.language=tr", "-Duser.country=TR"), "--format", "JSON", "@" + write(prompt));
        assertEquals(numbers(Cli.lens("--json", prompt)), numbers(cli));
    }

    /// All lines of a result but the one that says what computed it.
    private static List<String> numbers(Cli cli) {
        return cli.out().lines().filter(line -> !line.startsWith(" \"provenance\"") && !line.startsWith("compute ")).toList();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(dir.resolve("prompt.txt"), text);
    }

    @Test
    void threadsAndKernelsAreTheUsersChoice() throws Exception {
        Cli cli = java(List.of(VECTOR), "--threads", "3", "--kernels", "scalar", EIFFEL);
        assertTrue(cli.out().contains("compute   scalar kernels, 3 threads\n"), cli.toString());
        java(List.of(), "--kernels", "vector", EIFFEL).failsWith(1, "jdk.incubator.vector");
        java(List.of("-Dlens.threads=many", "-Dlens.kernels=scalar"), EIFFEL).failsWith(1, "lens.threads", "many");
    }

    @Test
    void versionNamesLensJdkAndKernels() throws Exception {
        Cli cli = java(List.of(VECTOR), "--version");
        assertTrue(cli.out().matches("lens \\d+\\.\\d+\\.\\d+\\S*, commit (unknown|[0-9a-f]{12,40}(-dirty)?)\nJDK 25\\S*, .*\n"
                + ".* kernels, .*\n"), cli.out());
        assertTrue(cli.out().lines().toList().getLast().matches("vector \\(\\d+-bit\\) kernels, \\d+ threads? \\(.* is there\\)"),
                "not those that a run begins with: " + cli.out());
        if (Files.exists(Path.of("../.git"))) {
            Process git = new ProcessBuilder("git", "--git-dir=../.git", "rev-parse", "--short=12", "HEAD").start();
            String head = new String(git.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            assertEquals(0, git.waitFor());
            assertTrue(cli.out().contains(", commit " + head), "of " + head + ": " + cli.out());
        }
        assertTrue(java(List.of(), "--version").out().contains("\nscalar kernels, "));
        assertTrue(java(List.of(VECTOR, "-Dlens.kernels=scalar"), "--version").out().contains("\nscalar kernels, "));
    }
}
