package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The script `bin/lens` as `lens-VERSION.tar.gz` has it, beside jars and without a source tree, on a Java that is a script and has
/// no compiler.
@Tag("forks")
@Timeout(60)
class UnpackedTest {

    @TempDir
    private Path dir;

    private Path lens;
    private Path cache;

    @BeforeEach
    void unpack() throws IOException {
        lens = Files.createDirectories(dir.resolve("un packed/bin")).resolve("lens");
        Files.copy(Path.of("bin/lens"), lens);
        assertTrue(lens.toFile().setExecutable(true));
        Files.createDirectories(dir.resolve("un packed/lib"));
        cache = dir.resolve("my cache");
        java("jre");
        java("other");
    }

    private void java(String name) throws IOException {
        Path java = Files.createDirectories(dir.resolve(name + "/bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                for word; do
                    case $word in
                        -XX:AOTCacheOutput=*) : > "${word#*=}"; echo noise; echo made >> '%s/made' ;;
                        *) echo "[$word]" ;;
                    esac
                done
                """.formatted(dir));
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(dir.resolve(name + "/release"), "JAVA_VERSION=\"25.0.1\"\n");
    }

    private Cli lens(String jdk, Path cacheHome, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(lens.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("LENS_JAVA", dir.resolve(jdk).toString());
        builder.environment().put("XDG_CACHE_HOME", cacheHome.toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        return new Cli(process.waitFor(), out, err);
    }

    private int made() throws IOException {
        return Files.exists(dir.resolve("made")) ? Files.readAllLines(dir.resolve("made")).size() : 0;
    }

    @Test
    void theFirstRunLeavesArchivesInTheUsersCache() throws Exception {
        Path archive = cache.resolve("logit-lens/short.aot");
        Cli first = lens("jre", cache, "a");
        assertEquals(0, first.code(), first.err());
        assertEquals("lens: prepares faster starts, once (some seconds; kept in " + archive.getParent() + ")\n", first.err());
        assertTrue(first.lines().contains("[" + lens.getParent().getParent().toRealPath() + "/lib/*]"), first.out());
        assertTrue(first.lines().contains("[-XX:AOTCache=" + archive + "]"), first.out());
        assertFalse(first.out().contains("noise"), first.out());
        Cli second = lens("jre", cache, "a");
        assertEquals("", second.err());
        assertEquals(first.out(), second.out());
        assertEquals(2, made(), "one with and one without the vector module");
    }

    @Test
    void anotherJavaMakesItsOwn() throws Exception {
        lens("jre", cache, "a");
        assertTrue(lens("other", cache, "a").err().startsWith("lens: prepares"));
        assertEquals(4, made());
    }

    @Test
    void whereNothingCanBeKeptItRunsWithoutAWord() throws Exception {
        Files.writeString(cache, "a file");
        Cli cli = lens("jre", cache, "a");
        assertEquals(new Cli(0, cli.out(), ""), cli);
        assertEquals("[a]", cli.lines().getLast());
        assertFalse(cli.out().contains("AOTCache"), cli.out());
        assertEquals(0, made());
    }

    @Test
    void theJavaThatWasPackedWithItComesBeforeThatOfTheEnvironment() throws Exception {
        java("un packed/runtime");
        Path own = lens.getParent().getParent().toRealPath().resolve("runtime");
        ProcessBuilder builder = new ProcessBuilder(lens.toString(), "a");
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("JAVA_HOME", dir.resolve("jre").toString());
        builder.environment().put("XDG_CACHE_HOME", cache.toString());
        Process process = builder.start();
        process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor());
        assertTrue(Files.readString(cache.resolve("logit-lens/made-for")).strip().endsWith(" " + own));
        assertTrue(lens("jre", cache, "a").err().startsWith("lens: prepares"), "LENS_JAVA is the user's own word");
        assertTrue(Files.readString(cache.resolve("logit-lens/made-for")).strip().endsWith(" " + dir.resolve("jre")));
    }

    @Test
    void aJarThatStandsAloneSaysWhatItNeeds() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", "target/classes", JarMain.class.getName(), "a").start();
        String err = new String(process.getErrorStream().readAllBytes());
        assertEquals(1, process.waitFor());
        assertTrue(err.startsWith("lens: this jar needs others beside it"), err);
        assertEquals(1, err.lines().count(), err);
    }
}
