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
import java.util.Iterator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    /// What each of the snippets prints: one program each, all in one JVM, one after the other.
    private List<String> run(List<String> snippets) {
        List<JavaFileObject> sources = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String snippet : snippets) {
            names.add("Snippet" + sources.size());
            sources.add(new Source(names.getLast(), "import io.github.logitlens.*;\nimport io.github.logitlens.edit.*;\n"
                    + "import io.github.logitlens.hook.*;\nimport java.util.*;\npublic class " + names.getLast()
                    + " {\n    public static void main(String[] args) {\n" + snippet + "    }\n}\n"));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        boolean compiled = compiler.getTask(errors, null, null,
                List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")), null, sources).call();
        assertTrue(compiled, () -> "the guide's snippets, numbered from 0:\n" + errors);
        JavaProcess.Result result = JavaProcess.run(List.of(JavaProcess.VECTOR), classes, InTurn.class.getName(),
                names.toArray(String[]::new));
        assertEquals(0, result.exit(), () -> "the guide's snippets, numbered from 0:\n" + result.err());
        List<String> printed = List.of(result.out().split(InTurn.END, -1));
        assertEquals(snippets.size() + 1, printed.size(), result.out());
        return printed.subList(0, snippets.size()).stream().map(text -> text.strip() + "\n").toList();
    }

    /// In the other JVM: runs programs, and says where the output of each ends.
    static final class InTurn {

        private static final String END = "----- end of a snippet -----";

        public static void main(String[] programs) throws ReflectiveOperationException {
            for (String program : programs) {
                Class.forName(program).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
                System.out.println(END);
            }
        }
    }

    @Test
    void everySnippetPrintsWhatThePageSays() throws IOException {
        String page = Files.readString(GUIDE);
        List<MatchResult> snippets = SNIPPET.matcher(page).results().toList();
        snippets.forEach(snippet -> assertTrue(snippet.group(2) != null, () -> "a snippet of the guide without its output:\n" + snippet.group(1)));
        List<String> outputs = run(snippets.stream().map(snippet -> snippet.group(1)).toList());
        assertTrue(outputs.size() >= 5, "snippets found: " + outputs.size());
        if (Boolean.getBoolean("lens.test.writeGuide")) {
            Iterator<String> output = outputs.iterator();
            Files.writeString(GUIDE, SNIPPET.matcher(page).replaceAll(snippet -> Matcher.quoteReplacement(
                    "```java\n" + snippet.group(1) + "```\n\n```text\n" + output.next() + "```\n")));
            return;
        }
        assertEquals(snippets.stream().map(snippet -> snippet.group(2)).collect(Collectors.joining("\n")), String.join("\n", outputs),
                "the guide's output; mvn -pl lens-core -am test -Dtest=GuideTest -Dlens.test.writeGuide=true"
                        + " writes what the snippets print");
    }
}
