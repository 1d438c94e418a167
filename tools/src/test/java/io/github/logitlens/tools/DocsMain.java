package io.github.logitlens.tools;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// Writes pages of the documentation anew, with what their snippets and commands print now.
///
/// Runs in a JVM and a directory of its own, since commands and snippets name files. What may stand in a page:
///
/// | block | what becomes of it |
/// |---|---|
/// | `java`, a `text` block behind it | compiled and run; the text is what it printed |
/// | `console` | each line behind `$` is run, and what it printed stands below |
/// | `console fails` | the same, of commands that end with an error |
/// | `console network` | what needs the network, or a model from there: parsed by the command's own options, and run with the bundled model where it names another |
/// | `console build` | what builds or measures for minutes: its files, options, profiles and properties exist |
/// | `python`, a `text` block behind it | run by `python3`, where there is one |
/// | any, behind `<!-- file: PATH -->` | lines of that file, which is built and run elsewhere |
/// | `xml` | dependencies on what is built here, in its version |
///
/// In javadoc's package pages a line `EXPRESSION;   // VALUE` is compared, whose value may be followed by two blanks and a remark.
public final class DocsMain {

    private static final String IMPORTS = Stream.of("logitlens", "logitlens.assertions", "logitlens.edit", "logitlens.error",
            "logitlens.hook", "logitlens.model", "logitlens.tokenizer", "logitlens.tools.view", "logitlens.tools.view.draw",
            "logitlens.tools.view.grid", "logitlens.weights", "logitlens.weights.hub", "logitlens.weights.lens",
            "logitlens.weights.safetensors", "logitlens.weights.torch")
            .map(name -> "import io.github." + name + ".*;\n").collect(Collectors.joining())
            + "import java.io.*;\nimport java.nio.file.*;\nimport java.util.*;\n";
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>\\s*<version>([^<]+)</version>");
    private static final Pattern COMPARED = Pattern.compile("^(\\s*)(.*\\S);?\\s+// (.*?)(?:\\s{2,}.*)?$");
    private static final Pattern JAVADOC_SNIPPET = Pattern.compile("^/// ```java\\n((?:///.*\\n)*?)/// ```\\n", Pattern.MULTILINE);

    /// What a page may call in order to build or measure, beside Maven and the project's scripts.
    private static final Set<String> BUILD_PROGRAMS = Set.of("git", "cd", "export", "time", "java", "\"$JAVA_HOME/bin/java\"", "jshell");

    private final Path root;
    private final Path classes;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private DocsMain(Path root) throws IOException {
        this.root = root;
        this.classes = Files.createTempDirectory("docs-classes");
    }

    /// @param args the checkout, a directory to write to, and the pages' and package pages' paths below the checkout
    public static void main(String[] args) throws Exception {
        DocsMain docs = new DocsMain(Path.of(args[0]));
        Path written = Path.of(args[1]);
        List<DocsPage> pages = new ArrayList<>();
        for (String name : List.of(args).subList(2, args.length)) {
            String text = Files.readString(docs.root.resolve(name));
            if (name.endsWith(".java")) {
                docs.addPackagePage(name, text);
            } else {
                DocsPage page = DocsPage.parse(name, text);
                docs.addSnippets(page);
                pages.add(page);
            }
        }
        docs.compile();
        docs.emptyDirectory();
        for (String name : docs.sources.keySet()) {
            if (name.startsWith("Package")) {
                docs.runJava(name);
            }
        }
        for (DocsPage page : pages) {
            Path to = written.resolve(page.name());
            Files.createDirectories(to.getParent());
            Files.writeString(to, docs.again(page).text());
        }
        docs.problems.forEach(System.err::println);
        System.exit(docs.problems.isEmpty() ? 0 : 1);
    }

    private void problem(DocsPage page, String what, Object... values) {
        problems.add(page.name() + ": " + what.formatted(values));
    }

    // --- Java -----------------------------------------------------------------------------------------------------------

    private static String className(String page, int number) {
        return page.replaceAll("[^A-Za-z0-9]", "_") + "_" + number;
    }

    private void addSnippets(DocsPage page) {
        for (int i = 0; i < page.parts().size(); i++) {
            if (page.parts().get(i) instanceof DocsPage.Block block && isRunJava(page, i)) {
                String name = className(page.name(), i);
                sources.put(name, block.body().contains("void main(") ? block.body() : IMPORTS + "class " + name
                        + " { public static void main(String[] args) throws Exception {\n" + block.body() + "} }\n");
            }
        }
    }

    private static boolean isRunJava(DocsPage page, int at) {
        return page.parts().get(at) instanceof DocsPage.Block block && block.language().equals("java") && file(page, at).isEmpty();
    }

    private static String file(DocsPage page, int at) {
        return page.parts().get(at - 1) instanceof DocsPage.Prose prose ? prose.file() : "";
    }

    private void addPackagePage(String name, String text) {
        Matcher snippet = JAVADOC_SNIPPET.matcher(text);
        StringBuilder body = new StringBuilder();
        int compared = 0;
        while (snippet.find()) {
            body.append("{\n");
            for (String line : snippet.group(1).replaceAll("(?m)^/// ?", "").split("\n")) {
                Matcher shown = COMPARED.matcher(line);
                if (shown.matches() && !shown.group(2).endsWith("{") && !shown.group(2).contains(" = ")) {
                    compared++;
                    body.append("io.github.logitlens.tools.DocsMain.same(").append(shown.group(2).replaceAll(";$", "")).append(", ")
                            .append('"').append(shown.group(3).replace("\\", "\\\\").replace("\"", "\\\"")).append("\");\n");
                } else {
                    body.append(line).append('\n');
                }
            }
            body.append("}\n");
        }
        if (compared == 0) {
            problems.add(name + ": expected a call with its result, got none");
        }
        String className = "Package_" + className(name, 0);
        sources.put(className, IMPORTS + "class " + className + " { public static void main(String[] args) throws Exception {\n" + body + "} }\n");
    }

    /// Compares a value with what a package page says that it is: its text, or a number with as many decimals as shown.
    public static void same(Object value, String shown) {
        String text = value instanceof Float || value instanceof Double
                ? String.format(java.util.Locale.ROOT, "%." + shown.replaceFirst("^[^.]*\\.?", "").length() + "f", value)
                : String.valueOf(value);
        if (!text.equals(shown)) {
            throw new AssertionError("expected " + shown + ", got " + text);
        }
    }

    private void compile() {
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, code) -> files.add(new SimpleJavaFileObject(URI.create("string:///" + name + ".java"),
                JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        }));
        StringWriter errors = new StringWriter();
        boolean compiled = ToolProvider.getSystemJavaCompiler().getTask(errors, null, null,
                List.of("-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path")), null, files).call();
        if (!compiled) {
            problems.add("snippets:\n" + errors);
        }
    }

    private String runJava(String name) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            Class<?> program = loader.loadClass(name);
            Method main = Stream.of(program.getDeclaredMethods()).filter(method -> method.getName().equals("main")).findFirst().orElseThrow();
            main.setAccessible(true);
            if (main.getParameterCount() == 1) {
                main.invoke(null, (Object) new String[0]);
            } else {
                var constructor = program.getDeclaredConstructor();
                constructor.setAccessible(true);
                main.invoke(constructor.newInstance());
            }
        } catch (InvocationTargetException e) {
            problems.add(name + ": " + e.getCause());
        } catch (ReflectiveOperationException e) {
            problems.add(name + ": " + e);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    // --- pages ----------------------------------------------------------------------------------------------------------

    private DocsPage again(DocsPage page) throws IOException {
        emptyDirectory();
        List<DocsPage.Part> parts = new ArrayList<>(page.parts());
        try (DocsShell shell = new DocsShell()) {
            for (int i = 0; i < parts.size(); i++) {
                if (!(parts.get(i) instanceof DocsPage.Block block)) {
                    continue;
                }
                String file = file(page, i);
                if (!file.isEmpty()) {
                    parts.set(i, block.with(linesOf(page, file, block)));
                } else if (block.language().equals("java")) {
                    output(page, parts, i, runJava(className(page.name(), i)));
                } else if (block.language().equals("python")) {
                    runPython(page, parts, i, shell);
                } else if (block.language().equals("console")) {
                    parts.set(i, block.with(console(page, block, shell)));
                } else if (block.language().equals("xml")) {
                    dependencies(page, block);
                } else if (!block.language().equals("text") || i < 2 || !isOutput(parts, i)) {
                    problem(page, "a block that nothing checks: %s", block);
                }
            }
        }
        spans(page);
        return new DocsPage(page.name(), parts);
    }

    /// Whether a block is what the program before it printed.
    private static boolean isOutput(List<DocsPage.Part> parts, int at) {
        return parts.get(at - 2) instanceof DocsPage.Block before && (before.language().equals("java") || before.language().equals("python"))
                && parts.get(at - 1).equals(new DocsPage.Prose("\n"));
    }

    /// A page has its own line ends, not those of CSV.
    private static String asOnPage(String printed) {
        return printed.replace("\r\n", "\n");
    }

    private void output(DocsPage page, List<DocsPage.Part> parts, int program, String printed) {
        int at = program + 2;
        if (at < parts.size() && parts.get(at) instanceof DocsPage.Block block && block.language().equals("text") && isOutput(parts, at)) {
            parts.set(at, block.with(asOnPage(printed)));
        } else {
            problem(page, "a program without what it printed in a block of text behind it:\n%s", parts.get(program));
        }
    }

    private void runPython(DocsPage page, List<DocsPage.Part> parts, int at, DocsShell shell) throws IOException {
        Files.writeString(Path.of("program.py"), shell.reaching(((DocsPage.Block) parts.get(at)).body()));
        if (there("python3")) {
            DocsShell.Ended ended = shell.run("python3 program.py");
            if (ended.code() != 0) {
                problem(page, "python3: %s", ended.out());
            }
            output(page, parts, at, ended.out());
        }
    }

    private static boolean there(String program) {
        try (DocsShell shell = new DocsShell()) {
            boolean there = shell.run("command -v " + program + " > /dev/null").code() == 0;
            if (!there) {
                System.err.println("*** no " + program + " here: what the documentation shows of it is not run ***");
            }
            return there;
        }
    }

    private String linesOf(DocsPage page, String file, DocsPage.Block block) throws IOException {
        String whole = Files.readString(root.resolve(file));
        String shown = block.body();
        // A whole file may change as it likes; of a part its lines have to be there, however far they are indented.
        String unindented = whole.lines().map(String::strip).collect(Collectors.joining("\n"));
        if (!unindented.contains(shown.lines().map(String::strip).collect(Collectors.joining("\n")))) {
            problem(page, "expected lines of %s, got\n%s", file, shown);
        }
        return shown;
    }

    private void dependencies(DocsPage page, DocsPage.Block block) throws IOException {
        String own = Files.readString(root.resolve("pom.xml")).replaceFirst("(?s).*?<version>([^<]+)</version>.*", "$1");
        Matcher dependency = DEPENDENCY.matcher(block.body());
        boolean any = false;
        while (dependency.find()) {
            any = true;
            if (!dependency.group(1).equals("io.github.logitlens") || !dependency.group(2).matches("lens-(core|tools|weights|tokenizer|spark)")
                    || !dependency.group(3).equals(own)) {
                problem(page, "expected a dependency on what is built here, %s, got %s", own, dependency.group());
            }
        }
        if (!any) {
            problem(page, "expected dependencies, got\n%s", block.body());
        }
    }

    // --- consoles -------------------------------------------------------------------------------------------------------

    private String console(DocsPage page, DocsPage.Block block, DocsShell shell) {
        StringBuilder again = new StringBuilder();
        String[] lines = block.body().split("\n");
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].startsWith("$ ")) {
                if (i == 0) {
                    problem(page, "expected a command behind $, got %s", lines[i]);
                }
                if (!block.kind().isEmpty() && !block.kind().equals("fails")) {
                    again.append(lines[i]).append('\n');
                }
                continue;
            }
            StringBuilder command = new StringBuilder(lines[i].substring(2));
            again.append(lines[i]).append('\n');
            while (command.toString().endsWith("\\")) {
                command.setLength(command.length() - 1);
                again.append(lines[++i]).append('\n');
                command.append(lines[i].strip());
            }
            switch (block.kind()) {
                case "network" -> parse(page, command.toString());
                case "build" -> exists(page, command.toString());
                case "", "fails" -> again.append(printed(page, shell, command.toString(), block.kind().equals("fails"),
                        String.join("\n", List.of(lines).subList(i + 1, lines.length))));
                default -> problem(page, "expected network, build or fails behind console, got %s", block.kind());
            }
        }
        return again.toString();
    }

    private String printed(DocsPage page, DocsShell shell, String command, boolean fails, String below) {
        if (command.startsWith("curl ") && !there("curl")) {
            return below.isEmpty() ? "" : below.split("(?m)^\\$ ", 2)[0] + "\n";
        }
        parseOnly(page, command);
        DocsShell.Ended ended = shell.run(command);
        if (fails == (ended.code() == 0)) {
            problem(page, "expected %s of %s, got exit code %d\n%s", fails ? "an error" : "success", command, ended.code(), ended.out());
        }
        String out = asOnPage(ended.out());
        return out.isEmpty() || out.endsWith("\n") ? out : out + "\n";
    }

    /// What needs the network: with the bundled model in the place of another it needs none.
    private void parse(DocsPage page, String command) {
        parseOnly(page, command);
        for (List<String> words : DocsShell.lensCommands(command)) {
            if (words.contains("--model") && !words.getFirst().equals("explore")) {
                List<String> ours = new ArrayList<>(words);
                bundled(ours, "--model", "demo");
                bundled(ours, "--model-b", "demo");
                // The one that is bundled beside the logit lens.
                bundled(ours, "--lens", "tuned");
                Cli cli = Cli.lens(ours.toArray(String[]::new));
                if (cli.code() != 0) {
                    problem(page, "%s, with the bundled model: %s", command, cli.err());
                }
            }
        }
        if (DocsShell.lensCommands(command).isEmpty() && !command.matches("(git clone|export) .*")) {
            problem(page, "expected a lens command, got %s", command);
        }
    }

    private static void bundled(List<String> words, String option, String value) {
        int at = words.indexOf(option);
        if (at >= 0) {
            words.set(at + 1, value);
        }
    }

    private void parseOnly(DocsPage page, String command) {
        for (List<String> words : DocsShell.lensCommands(command)) {
            parse(page, words);
        }
    }

    private void parse(DocsPage page, List<String> words) {
        CommandLine all = Main.ofAll(new Stdio(System.in, System.out, System.err));
        if (words.isEmpty() || words.getFirst().equals("help") || words.getFirst().equals("version") || words.getFirst().equals("--version")) {
            return;
        }
        List<String> whole = new ArrayList<>(words);
        if (!all.getSubcommands().containsKey(words.getFirst())) {
            whole.addFirst("run");
        }
        try {
            all.setExpandAtFiles(false).setCaseInsensitiveEnumValuesAllowed(true).setPosixClusteredShortOptionsAllowed(false)
                    .parseArgs(whole.toArray(String[]::new));
        } catch (ParameterException e) {
            problem(page, "lens %s: %s", String.join(" ", words), e.getMessage());
        }
    }

    /// What builds or measures: every file, option, property, profile and module that it names is there.
    private void exists(DocsPage page, String command) {
        String line = command.replaceFirst("\\s+#.*", "");
        for (String part : line.split("\\s*(&&|\\|)\\s*")) {
            List<String> words = List.of(part.strip().split("\\s+"));
            String program = words.stream().filter(word -> !word.contains("=")).findFirst().orElse("");
            if (program.equals("mvn")) {
                words.forEach(word -> maven(page, part, word));
            } else if (program.contains("/") && Files.isExecutable(root.resolve(program))) {
                script(page, part, program, words);
            } else if (!BUILD_PROGRAMS.contains(program)) {
                problem(page, "expected mvn, or a script that is here, got %s", part);
            }
        }
    }

    private void maven(DocsPage page, String command, String word) {
        String poms;
        try (Stream<Path> modules = Files.list(root)) {
            StringBuilder all = new StringBuilder(Files.readString(root.resolve("pom.xml")));
            for (Path pom : modules.map(module -> module.resolve("pom.xml")).filter(Files::exists).toList()) {
                all.append(Files.readString(pom));
            }
            poms = all.toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        String known = "skipTests|test|maven.repo.local|surefire.failIfNoSpecifiedTests";
        boolean right = word.startsWith("-D")
                ? word.matches("-D(" + known + ")(=.*)?") || poms.contains(word.substring(2).replaceFirst("=.*", ""))
                : !word.startsWith("-P") || poms.contains("<id>" + word.substring(2) + "</id>");
        if (!right) {
            problem(page, "%s: expected a property or a profile of the build, got %s", command, word);
        }
    }

    private void script(DocsPage page, String command, String program, List<String> words) {
        try {
            StringBuilder known = new StringBuilder(Files.readString(root.resolve(program)));
            if (program.startsWith("lens-bench/")) {
                known.append(Files.readString(root.resolve("lens-bench/src/main/java/io/github/logitlens/bench/report/ReportMain.java")));
            }
            for (String word : words) {
                if (word.startsWith("--") && !known.toString().contains(word)) {
                    problem(page, "%s: expected an option of %s, got %s", command, program, word);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    // --- what stands between backticks ------------------------------------------------------------------------------------

    private void spans(DocsPage page) {
        for (String span : page.spans()) {
            if (span.startsWith("lens ") && span.matches("lens [a-z-].*|lens \".*")) {
                parseSpan(page, span);
            } else if (span.startsWith("--") && !span.startsWith("--add-modules")) {
                option(page, span.split("[ =]")[0]);
            }
        }
    }

    /// A command in a sentence: its options exist, and what it needs may be left out.
    private void parseSpan(DocsPage page, String span) {
        for (List<String> words : DocsShell.lensCommands(span)) {
            CommandLine all = Main.ofAll(new Stdio(System.in, System.out, System.err));
            CommandLine command = all.getSubcommands().getOrDefault(words.isEmpty() ? "" : words.getFirst(), all.getSubcommands().get("run"));
            for (String word : words) {
                if (word.startsWith("--") && !word.equals("--") && !command.getCommandSpec().optionsMap().containsKey(word.split("=")[0])
                        && !word.equals("--version")) {
                    problem(page, "`%s`: expected an option of %s, got %s", span, command.getCommandName(), word);
                }
            }
        }
    }

    private void option(DocsPage page, String option) {
        CommandLine all = Main.ofAll(new Stdio(System.in, System.out, System.err));
        if (all.getSubcommands().values().stream().noneMatch(command -> command.getCommandSpec().optionsMap().containsKey(option))) {
            problem(page, "expected an option of some command, got %s", option);
        }
    }

    private void emptyDirectory() throws IOException {
        try (Stream<Path> old = Files.walk(Path.of(""))) {
            for (Path path : old.sorted(java.util.Comparator.reverseOrder()).filter(path -> !path.toString().isEmpty()).toList()) {
                Files.delete(path);
            }
        }
        // A checkpoint of somebody's own, small, with random weights and no tokenizer; and lenses of another such model.
        Path goldens = root.resolve("lens-core/src/test/resources/goldens");
        Path model = Files.createDirectories(Path.of("my-gpt2"));
        Files.copy(goldens.resolve("tiny-a/config.json"), model.resolve("config.json"));
        Files.copy(goldens.resolve("tiny-a/model.safetensors"), model.resolve("model.safetensors"));
        Files.copy(goldens.resolve("lenses/tuned/params.pt"), Path.of("params.pt"));
        Files.copy(goldens.resolve("lenses/jacobian.pt"), Path.of("jacobian_lens.pt"));
    }
}
