package io.github.logitlens.tools.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The guide's snippets compile, run, and print what stands under them; with `-Dlens.test.writeGuide=true` the page gets what they
/// print now.
@Tag("thorough")
class ToolsGuideTest {

    private static final Path GUIDE = Path.of("GUIDE.md");
    private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```\\n\\n```text\\n(.*?)```\\n", Pattern.DOTALL);
    private static final String IMPORTS = """
            import io.github.logitlens.*;
            import io.github.logitlens.tools.view.*;
            import io.github.logitlens.tools.view.draw.*;
            import io.github.logitlens.tools.view.grid.*;
            import java.io.*;
            import java.nio.file.*;
            import java.util.*;
            """;

    @TempDir
    private Path classes;

    private String run(int number, String snippet) throws Exception {
        String name = "Snippet" + number;
        String code = IMPORTS + "public class " + name + " { public static void main(String[] args) throws Exception {\n" + snippet + "} }";
        JavaFileObject source = new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        boolean compiled = compiler.getTask(errors, null, null,
                List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")), null, List.of(source)).call();
        assertTrue(compiled, () -> "snippet " + number + " of the guide:\n" + errors);
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everySnippetPrintsWhatThePageSays() throws Exception {
        String page = Files.readString(GUIDE);
        Matcher snippets = SNIPPET.matcher(page);
        StringBuilder written = new StringBuilder();
        List<String> outputs = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        while (snippets.find()) {
            outputs.add(run(outputs.size(), snippets.group(1)));
            expected.add(snippets.group(2));
            snippets.appendReplacement(written, Matcher.quoteReplacement(
                    "```java\n" + snippets.group(1) + "```\n\n```text\n" + outputs.getLast() + "```\n"));
        }
        snippets.appendTail(written);
        assertEquals(page.split("```java").length - 1, outputs.size(), "snippets without an output");
        if (Boolean.getBoolean("lens.test.writeGuide")) {
            Files.writeString(GUIDE, written.toString());
        } else {
            assertEquals(expected, outputs);
        }
    }
}
