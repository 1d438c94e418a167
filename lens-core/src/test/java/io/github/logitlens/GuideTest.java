package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.JavaProcess;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
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

/// The guide's snippets compile, run, and print what stands under them.
///
/// With `-Dlens.test.writeGuide=true` the page gets what they print now.
@Tag("forks")
class GuideTest {

    private static final Path GUIDE = Path.of("GUIDE.md");
    private static final Pattern SNIPPET =
            Pattern.compile("```java\\n(.*?)```\\n(?:\\n```text\\n(.*?)```\\n)?", Pattern.DOTALL);

    @TempDir
    private Path classes;

    /// A source in memory.
    private static final class Source extends SimpleJavaFileObject {

        private final String code;

        Source(String name, String code) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }

    private String run(int number, String snippet) {
        String name = "Snippet" + number;
        String code = "import io.github.logitlens.*;\nimport io.github.logitlens.edit.*;\nimport io.github.logitlens.hook.*;\nimport java.util.*;\n"
                + "public class " + name + " {\n    public static void main(String[] args) {\n" + snippet + "    }\n}\n";
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        boolean compiled = compiler.getTask(errors, null, null,
                List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")), null,
                List.<JavaFileObject>of(new Source(name, code))).call();
        assertTrue(compiled, () -> "snippet " + number + " of the guide:\n" + errors);
        JavaProcess.Result result = JavaProcess.run(List.of(JavaProcess.VECTOR), classes, name);
        assertEquals(0, result.exit(), () -> "snippet " + number + " of the guide:\n" + result.err());
        return result.out() + "\n";
    }

    @Test
    void everySnippetPrintsWhatThePageSays() throws IOException {
        String page = Files.readString(GUIDE);
        Matcher snippets = SNIPPET.matcher(page);
        StringBuilder written = new StringBuilder();
        List<String> outputs = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        while (snippets.find()) {
            assertTrue(snippets.group(2) != null, "a snippet of the guide without its output:\n" + snippets.group(1));
            outputs.add(run(outputs.size(), snippets.group(1)));
            expected.add(snippets.group(2));
            snippets.appendReplacement(written, Matcher.quoteReplacement(
                    "```java\n" + snippets.group(1) + "```\n\n```text\n" + outputs.getLast() + "```\n"));
        }
        snippets.appendTail(written);
        assertTrue(outputs.size() >= 5, "snippets found: " + outputs.size());
        if (Boolean.getBoolean("lens.test.writeGuide")) {
            Files.writeString(GUIDE, written);
            return;
        }
        assertEquals(String.join("\n", expected), String.join("\n", outputs),
                "the guide's output; mvn -pl lens-core -am test -Dtest=GuideTest -Dlens.test.writeGuide=true"
                        + " writes what the snippets print");
    }
}
