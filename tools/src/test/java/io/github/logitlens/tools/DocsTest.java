package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the documentation shows is what happens: its Java and its commands run, and print what stands there; its links lead somewhere.
///
/// `-Dlens.test.writeDocs=true` writes what they print now into the pages. [DocsMain] says what may stand in one.
class DocsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:)([^)\\s]*)\\)|<img[^>]* src=\"(?!https?:)([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.*?) *$", Pattern.MULTILINE);

    @TempDir
    private Path dir;

    @Test
    @Tag("forks")
    void everySnippetAndCommandPrintsWhatThePageSays() throws Exception {
        Path written = Files.createDirectories(dir.resolve("written"));
        Path here = Files.createDirectories(dir.resolve("here"));
        List<String> pages = pages();
        Path log = dir.resolve("log.txt");
        // As on a machine with two processors, on the kernels that the command takes for short prompts.
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                "-XX:ActiveProcessorCount=2", "-XX:+UseSerialGC", "-Dlens.kernels=scalar", "-Djava.awt.headless=true", "-cp",
                absoluteClassPath(), DocsMain.class.getName(), ROOT.toString(), written.toString()));
        command.addAll(pages);
        ProcessBuilder builder = new ProcessBuilder(command).directory(here.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "LENS_MODEL", "COLUMNS").forEach(builder.environment()::remove);
        builder.environment().put("HF_HUB_OFFLINE", "1");
        Process process = builder.start();
        assertTrue(process.waitFor(300, TimeUnit.SECONDS), () -> "no end in sight\n" + read(log));
        assertEquals(0, process.exitValue(), () -> read(log));
        System.out.print(read(log));
        for (String page : pages) {
            if (page.endsWith(".md")) {
                if (Boolean.getBoolean("lens.test.writeDocs")) {
                    Files.copy(written.resolve(page), ROOT.resolve(page), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                } else {
                    assertEquals(Files.readString(ROOT.resolve(page)), Files.readString(written.resolve(page)), () -> page
                            + "; mvn -pl tools -am test -Dtest=DocsTest -Dsurefire.failIfNoSpecifiedTests=false -Dlens.test.writeDocs=true"
                            + " writes what is printed now");
                }
            }
        }
    }

    private static String absoluteClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(":")).map(path -> Path.of(path).toAbsolutePath().toString())
                .reduce((a, b) -> a + ":" + b).orElseThrow();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// The pages for users, and the package pages of what a library exports.
    private static List<String> pages() throws IOException {
        List<String> pages = new ArrayList<>(List.of("README.md", "tools/examples/README.md"));
        try (Stream<Path> docs = Files.list(ROOT.resolve("tools/docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).map(page -> ROOT.relativize(page).toString()).sorted().forEach(pages::add);
        }
        for (String module : List.of("lens-tokenizer", "lens-weights", "lens-core")) {
            Path descriptor = ROOT.resolve(module + "/src/main/module/module-info.java");
            Matcher exported = Pattern.compile("exports ([\\w.]+);").matcher(Files.readString(descriptor));
            while (exported.find()) {
                pages.add(module + "/src/main/java/" + exported.group(1).replace('.', '/') + "/package-info.java");
            }
        }
        return pages;
    }

    @Test
    void everyLinkLeadsToAFileAndAHeadingThatAreThere() throws IOException {
        List<Path> pages;
        try (Stream<Path> all = Files.walk(ROOT)) {
            pages = all.filter(path -> path.toString().endsWith(".md") && Stream.of(ROOT.relativize(path).toString().split("/"))
                    .noneMatch(NOT_OURS::contains)).toList();
        }
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages) {
            Matcher link = LINK.matcher(withoutCode(Files.readString(page)));
            while (link.find()) {
                links++;
                String[] parts = (link.group(1) != null ? link.group(1) : link.group(2)).split("#", 2);
                Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
                if (!Files.exists(target) || parts.length == 2 && !anchors(target).contains(parts[1])) {
                    broken.add(ROOT.relativize(page) + ": " + link.group());
                }
            }
        }
        assertEquals(List.of(), broken);
        assertTrue(links > 40, "links found: " + links);
    }

    private static String withoutCode(String text) {
        return text.replaceAll("(?ms)^```.*?^```$", "").replaceAll("`[^`\\n]*`", "");
    }

    /// A page's headings as GitHub names them in addresses.
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        Matcher heading = HEADING.matcher(Files.readString(page).replaceAll("(?ms)^```.*?^```$", ""));
        while (heading.find()) {
            String anchor = heading.group(1).replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1").toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
            int times = seen.merge(anchor, 1, Integer::sum);
            anchors.add(times == 1 ? anchor : anchor + "-" + (times - 1));
        }
        return anchors;
    }
}
