package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The script `bin/lens`, in a project, with a Maven and on a JDK that are scripts themselves and say what they were asked.
@Tag("forks")
@Timeout(60)
class LauncherTest {

    @TempDir
    private Path dir;

    private Path root;
    private Path builds;

    @BeforeEach
    void makeProject() throws IOException {
        root = dir.resolve("a project");
        builds = dir.resolve("builds");
        Path script = root.resolve("tools/bin/lens");
        Files.createDirectories(script.getParent());
        Files.copy(Path.of("bin/lens"), script);
        assertTrue(script.toFile().setExecutable(true));
        Files.createDirectories(root.resolve("tools/src/main"));
        Files.writeString(root.resolve("tools/src/main/A.java"), "");
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(root.resolve("tools/pom.xml"), "");
        for (Path source : List.of(root.resolve("pom.xml"), root.resolve("tools/pom.xml"),
                root.resolve("tools/src/main/A.java"), root.resolve("tools/src/main"))) {
            Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(100)));
        }
        jdk("jdk", "25.0.1");
        script("path/mvn", """
                echo "built on $JAVA_HOME" >> '%s'
                sleep 0.3
                mkdir -p '%s/tools/target/lib'
                echo jar > '%2$s/tools/target/lens-tools-1.jar'
                echo jar > '%2$s/tools/target/lib/lens-core-1.jar'
                """.formatted(builds, root));
    }

    private void jdk(String name, String version) throws IOException {
        script(name + "/bin/java", "echo run $0\nfor word; do echo \"[$word]\"; done\n");
        script(name + "/bin/javac", "");
        Files.writeString(dir.resolve(name + "/release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private void script(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        assertTrue(file.toFile().setExecutable(true));
    }

    private Process start(Path script, Path cwd, String jdk, String... args) throws IOException {
        return start(Map.of(), script, cwd, jdk, args);
    }

    private Process start(Map<String, String> environment, Path script, Path cwd, String jdk, String... args)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(cwd.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", dir.resolve("path") + ":/usr/bin:/bin");
        builder.environment().put("LENS_JAVA", jdk);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Cli finish(Process process) throws IOException, InterruptedException {
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        return new Cli(process.waitFor(), out, err);
    }

    private Cli lens(String... args) throws IOException, InterruptedException {
        return finish(start(root.resolve("tools/bin/lens"), dir, dir.resolve("jdk").toString(), args));
    }

    private int builds() throws IOException {
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    @Test
    void buildsOnceAndHandsTheWordsOn() throws Exception {
        Cli first = lens("The  Eiffel \"Tower\" $HOME *", "", "--top-k", "3");
        assertEquals(0, first.code(), first.err());
        assertTrue(first.err().contains("lens: building"), first.err());
        List<String> words = first.lines();
        assertEquals("run " + dir.resolve("jdk/bin/java"), words.get(0));
        assertTrue(words.contains("[" + root.toRealPath() + "/tools/target/lens/*]"), first.out());
        assertEquals(List.of("[io.github.logitlens.tools.Main]", "[The  Eiffel \"Tower\" $HOME *]", "[]", "[--top-k]", "[3]"),
                words.subList(words.size() - 5, words.size()));
        assertEquals("", lens().err());
        assertEquals(List.of("built on " + dir.resolve("jdk")), Files.readAllLines(builds));
        assertTrue(Files.exists(root.resolve("tools/target/lens/lens-tools-1.jar")));
        assertTrue(Files.exists(root.resolve("tools/target/lens/lens-core-1.jar")));
    }

    /// What the launcher leaves out for a short prompt may only ever cost time, never a command that needs it.
    @Test
    void onlyShortPromptsStartWithoutTheVectorModule() throws Exception {
        String isLong = "word ".repeat(30);
        lens();
        for (String[] args : List.<String[]>of(new String[] {"a"}, new String[] {"run", "a", "--top-k", "3"},
                new String[] {"--model", "demo", "a"}, new String[] {"--json", "a"}, new String[] {"--ids", "1,2"},
                new String[] {"--ids=1,2"}, new String[] {"--", "-a"}, new String[] {"--top-k=3", "a, -b"})) {
            assertEquals(List.of("[-Dlens.kernels=scalar]", "[-XX:TieredStopAtLevel=1]"), kernelOptions(lens(args)));
        }
        assertEquals(List.of("[-Dlens.kernels=scalar]"), kernelOptions(lens("--model", "gpt2", "a")));
        assertEquals(List.of("[-Dlens.kernels=scalar]"), kernelOptions(lens("--model", "/" + isLong, "a")));
        assertEquals(List.of("[-Dlens.kernels=scalar]"), kernelOptions(lens("--model=/" + isLong, "a")));
        assertEquals(List.of("[-Dlens.kernels=scalar]", "[-XX:TieredStopAtLevel=1]"), kernelOptions(finish(start(
                Map.of("LENS_MODEL", "gpt2"), root.resolve("tools/bin/lens"), dir, dir.resolve("jdk").toString(), "--model=demo", "a"))));
        assertEquals(List.of("[-Dlens.kernels=scalar]"), kernelOptions(finish(start(Map.of("LENS_MODEL", "gpt2"),
                root.resolve("tools/bin/lens"), dir, dir.resolve("jdk").toString(), "a"))));
        List<String> full = List.of("[--add-modules]", "[jdk.incubator.vector]");
        for (String[] args : List.<String[]>of(new String[] {isLong}, new String[] {"-"}, new String[] {"@poem.txt"},
                new String[] {"--stdin"}, new String[] {"explore"}, new String[] {"verify"}, new String[] {"--kernels", "vector", "a"},
                new String[] {"--kernels=vector", "a"}, new String[] {}, new String[] {"--json"}, new String[] {"--top-k", "3"},
                new String[] {"--version"}, new String[] {"version"})) {
            assertEquals(full, kernelOptions(lens(args)), () -> String.join(" ", args));
        }
        assertEquals(full, kernelOptions(finish(start(Map.of("LENS_JAVA_OPTS", "-Xmx1g"), root.resolve("tools/bin/lens"), dir,
                dir.resolve("jdk").toString(), "a"))));
    }

    /// The JVM warns of the vector module, which no line of theirs would use.
    @Test
    void whatComputesNothingStartsWithoutTheVectorModule() throws Exception {
        for (String[] args : List.<String[]>of(new String[] {"tokens", "a"}, new String[] {"models"}, new String[] {"inspect", "f"},
                new String[] {"download", "gpt2"}, new String[] {"help"}, new String[] {"help", "explore"}, new String[] {"--help"},
                new String[] {"explore", "--help"}, new String[] {"attribute", "-h"}, new String[] {"word ".repeat(30), "--help"})) {
            for (String own : List.of("", "-Xmx1g")) {
                Cli cli = finish(start(Map.of("LENS_JAVA_OPTS", own), root.resolve("tools/bin/lens"), dir,
                        dir.resolve("jdk").toString(), args));
                assertEquals(List.of("[-Dlens.kernels=scalar]"), kernelOptions(cli), () -> String.join(" ", args));
            }
        }
    }

    @Test
    void theVersionIsAskedWithTheVectorModuleAndWithoutItsWarning() throws Exception {
        lens();
        script("jdk/bin/java", """
                echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
                echo "version $*" | sed 's/.*--add/--add/; s/ jdk.*Main//'
                echo 'something else' >&2
                exit 3
                """);
        for (String word : List.of("--version", "-V", "version")) {
            assertEquals(new Cli(3, "--add-modules " + word + "\n", "something else\n"), lens(word));
        }
        assertTrue(lens("explore").err().startsWith("WARNING: Using incubator modules"), "of all others the JVM's words are let through");
    }

    private static List<String> kernelOptions(Cli cli) {
        assertEquals(0, cli.code(), cli.err());
        return cli.lines().stream().takeWhile(word -> !word.equals("[-cp]"))
                .filter(word -> word.matches(".*(--add-modules|jdk\\.incubator|lens\\.kernels|TieredStop).*")).toList();
    }

    /// Two collectors would be an error of the JVM's, wherever they are chosen.
    @Test
    void theChosenCollectorIsTheOnlyOne() throws Exception {
        lens();
        assertTrue(lens().lines().contains("[-XX:+UseSerialGC]"));
        assertTrue(withOptions("JAVA_TOOL_OPTIONS", "-Xmx1g -Da=b").contains("[-XX:+UseSerialGC]"));
        List<String> own = withOptions("LENS_JAVA_OPTS", "-Xmx1g -XX:+UseZGC");
        assertTrue(own.containsAll(List.of("[-Xmx1g]", "[-XX:+UseZGC]")), own::toString);
        for (String variable : List.of("LENS_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
            for (String options : List.of("-XX:+UseG1GC", "-Da=b\t-XX:+UseParallelGC -Xmx1g", "@options.txt", "-XX:Flags=flags")) {
                List<String> words = withOptions(variable, options);
                assertFalse(words.contains("[-XX:+UseSerialGC]"), () -> variable + "=" + options + " " + words);
            }
        }
    }

    /// The explorer runs for hours; what it drops is not to fill a quarter of the machine.
    @Test
    void theExplorersHeapHasAnEnd() throws Exception {
        assertTrue(lens("explore").lines().contains("[-Xmx512m]"));
        assertFalse(lens("explain").lines().contains("[-Xmx512m]"));
        assertTrue(lens("corpus", "a.txt").lines().containsAll(List.of("[-Xmn16m]", "[-XX:MaxHeapFreeRatio=20]")));
        assertFalse(lens("a.txt").lines().contains("[-Xmn16m]"));
        for (String own : List.of("-Xmx2g", "-XX:MaxHeapSize=2g", "-XX:MaxRAMPercentage=50", "@options.txt")) {
            Cli cli = finish(start(Map.of("JDK_JAVA_OPTIONS", own), root.resolve("tools/bin/lens"), dir,
                    dir.resolve("jdk").toString(), "explore"));
            assertFalse(cli.lines().contains("[-Xmx512m]"), own);
        }
    }

    private List<String> withOptions(String variable, String options) throws Exception {
        return finish(start(Map.of(variable, options), root.resolve("tools/bin/lens"), dir, dir.resolve("jdk").toString())).lines();
    }

    @Test
    void aRunAfterTheBuildTeachesTheOnesAfterIt() throws Exception {
        Cli without = lens("a");
        assertFalse(without.out().contains("AOTCache"), without.out());
        assertFalse(Files.exists(root.resolve("tools/target/lens/short.aot")));
        script("jdk/bin/java", """
                for word; do
                    case $word in
                        -XX:AOTCacheOutput=*) : > "${word#*=}"; echo noise; echo noise >&2 ;;
                        *) echo "[$word]" ;;
                    esac
                done
                """);
        Files.setLastModifiedTime(root.resolve("tools/src/main/A.java"), FileTime.from(Instant.now().plusSeconds(2)));
        Path distribution = root.toRealPath().resolve("tools/target/lens");
        Cli with = lens("a");
        assertTrue(with.lines().contains("[-XX:AOTCache=" + distribution.resolve("short.aot") + "]"), with.out());
        assertFalse((with.out() + with.err()).contains("noise"), with.out() + with.err());
        for (String options : List.of("-Xshare:off", "-XX:SharedArchiveFile=a.jsa", "-XX:AOTMode=off", "@options.txt")) {
            assertFalse(withOptions("JAVA_TOOL_OPTIONS", options).toString().contains("AOTCache"), options);
        }
        Cli explore = lens("explore");
        assertTrue(explore.lines().contains("[-XX:AOTCache=" + distribution.resolve("lens.aot") + "]"), explore.out());
    }

    @Test
    void anArchiveThatCannotBeMadeIsNoFailure() throws Exception {
        script("jdk/bin/java", """
                for word; do
                    case $word in -XX:AOTCacheOutput=*) : > "${word#*=}"; echo noise >&2; exit 1 ;; esac
                    echo "[$word]"
                done
                """);
        Cli cli = lens("a");
        assertEquals(0, cli.code());
        assertFalse(cli.err().contains("noise"), cli.err());
        assertEquals("[a]", cli.lines().getLast());
        try (var files = Files.list(root.resolve("tools/target/lens"))) {
            assertTrue(files.noneMatch(file -> file.toString().contains(".aot")), "what is half done is taken away");
        }
    }

    @Test
    void buildsAgainWhenASourceIsNewerOrGone() throws Exception {
        lens();
        Files.setLastModifiedTime(root.resolve("tools/src/main/A.java"), FileTime.from(Instant.now().plusSeconds(2)));
        lens();
        assertEquals(2, builds());
        Files.delete(root.resolve("tools/src/main/A.java"));
        Files.setLastModifiedTime(root.resolve("tools/src/main"), FileTime.from(Instant.now().plusSeconds(2)));
        lens();
        assertEquals(3, builds());
    }

    @Test
    void firstCallsAtOnceBuildOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start(root.resolve("tools/bin/lens"), dir, dir.resolve("jdk").toString(), "word " + i));
        }
        for (int i = 0; i < 4; i++) {
            Cli cli = finish(processes.get(i));
            assertEquals(0, cli.code(), cli.err());
            assertEquals("[word " + i + "]", cli.lines().getLast());
        }
        assertEquals(1, builds());
        assertFalse(Files.exists(root.resolve("tools/target/lens.lock"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void lockOfADeadProcessIsNoObstacle() throws Exception {
        Files.createDirectories(root.resolve("tools/target"));
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        Files.createSymbolicLink(root.resolve("tools/target/lens.lock"), Path.of(Long.toString(dead.pid())));
        assertEquals(0, lens().code());
        assertEquals(1, builds());
    }

    @Test
    void failedBuildSaysSoAndLeavesNothing() throws Exception {
        script("path/mvn", "echo '[ERROR] no compiler'; exit 1\n");
        Cli cli = lens();
        assertEquals(1, cli.code());
        assertEquals("", cli.out());
        assertTrue(cli.err().contains("[ERROR] no compiler\nlens: the build failed"), cli.err());
        assertFalse(Files.exists(root.resolve("tools/target/lens")));
        makeMavenWork();
        assertEquals(0, lens().code());
    }

    private Cli lensWithoutMaven(String... args) throws Exception {
        for (String program : List.of("find", "readlink", "mkdir", "ln", "rm", "uname", "stty")) {
            script("bare path/" + program, "PATH=/usr/bin:/bin exec " + program + " \"$@\"\n");
        }
        return finish(start(Map.of("PATH", dir.resolve("bare path").toString()), root.resolve("tools/bin/lens"), dir, dir.resolve("jdk").toString(), args));
    }

    /// Another user's checkout, or a read-only file system: what was built once is there to be run. To root no place is closed.
    @Test
    void whatIsBuiltRunsWhereItCannotBeBuiltAgain() throws Exception {
        lens();
        Files.setLastModifiedTime(root.resolve("tools/src/main/A.java"), FileTime.from(Instant.now().plusSeconds(2)));
        Cli withoutMaven = lensWithoutMaven("a");
        assertEquals("lens: runs as it was built, though its sources are newer: there is no Maven\n", withoutMaven.err());
        assertEquals("[a]", withoutMaven.lines().getLast());
        Path closed = root.toRealPath().resolve("lens-core/target");
        Files.createDirectories(closed);
        Files.writeString(closed.resolveSibling("pom.xml"), "");
        assertTrue(closed.toFile().setWritable(false));
        assumeFalse(Files.isWritable(closed), "run by root");
        Cli readOnly = lens("a");
        assertEquals("lens: runs as it was built, though its sources are newer: cannot write to " + closed + "\n", readOnly.err());
        assertEquals("[a]", readOnly.lines().getLast());
        assertEquals(1, builds());
    }

    @Test
    void whereNothingIsBuiltAndNothingCanBeItSaysWhatToDo() throws Exception {
        assertEquals(new Cli(1, "", "lens: not built yet, and there is no Maven; run " + root.toRealPath()
                + "/tools/bin/lens --version once where mvn 3.8 or later is installed\n"), lensWithoutMaven("a"));
        assertTrue(root.resolve("tools").toFile().setWritable(false));
        assumeFalse(Files.isWritable(root.resolve("tools")), "run by root");
        assertEquals(new Cli(1, "", "lens: not built yet, and cannot write to " + root.toRealPath() + "/tools; run " + root.toRealPath()
                + "/tools/bin/lens --version once as a user who may write there\n"), lens("a"));
    }

    private void makeMavenWork() throws IOException {
        script("path/mvn", "cd '" + root + "/tools/target' && mkdir -p lib && echo > lens-tools-1.jar && echo > lib/a.jar\n");
    }

    @Test
    void worksThroughLinksFromAnywhere() throws Exception {
        Path elsewhere = Files.createDirectories(dir.resolve("else where"));
        Path absolute = Files.createSymbolicLink(elsewhere.resolve("lens"), root.resolve("tools/bin/lens"));
        Path relative = Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("lens"));
        for (Path link : List.of(absolute, relative)) {
            Cli cli = finish(start(link, elsewhere, dir.resolve("jdk/bin/java").toString(), "x"));
            assertEquals(0, cli.code(), cli.err());
            assertEquals("[x]", cli.lines().getLast());
        }
        assertEquals(1, builds());
    }

    /// Without LENS_JAVA: JAVA_HOME comes first, then the JDK of the build, then the one of the path.
    @Test
    void theJdkOfTheBuildIsTakenWithoutASearch() throws Exception {
        lens();
        jdk("home", "26");
        jdk("path-jdk", "25.0.2");
        Files.createSymbolicLink(dir.resolve("path/java"), dir.resolve("path-jdk/bin/java"));
        assertEquals(dir.resolve("home"), jdkOfARun(Map.of("JAVA_HOME", dir.resolve("home").toString())));
        assertEquals(dir.resolve("jdk"), jdkOfARun(Map.of()));
        jdk("jdk", "24");
        assertEquals(dir.resolve("path-jdk"), jdkOfARun(Map.of()));
    }

    private Path jdkOfARun(Map<String, String> environment) throws Exception {
        Cli cli = finish(start(environment, root.resolve("tools/bin/lens"), dir, "", "a"));
        assertEquals(0, cli.code(), cli.err());
        return Path.of(cli.lines().getFirst().replaceFirst("^run (.*)/bin/java$", "$1"));
    }

    @Test
    void otherJdksAreRefusedByTheirReleaseFile() throws Exception {
        for (String version : List.of("17.0.2", "24", "2.5", "", "x25")) {
            jdk("other", version);
            Cli cli = finish(start(root.resolve("tools/bin/lens"), dir, dir.resolve("other").toString()));
            assertEquals(new Cli(1, "", "lens: LENS_JAVA: expected a JDK 25 or later, got " + dir.resolve("other") + "\n"), cli);
        }
        for (String version : List.of("25", "25.0.2", "26", "26-ea", "27.0.1+9")) {
            jdk("other", version);
            assertEquals(0, finish(start(root.resolve("tools/bin/lens"), dir, dir.resolve("other").toString())).code(), version);
        }
    }
}
