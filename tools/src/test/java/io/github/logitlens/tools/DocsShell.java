package io.github.logitlens.tools;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// A console of the documentation: `lens` runs inside this JVM, everything else in `sh`, both in the current directory.
///
/// Of a shell's grammar it knows pipes, `>`, `>>` and `<`, quotes, and a comment at the end. `lens explore &` serves at any free port,
/// which later lines reach by the address that the page shows.
final class DocsShell implements AutoCloseable {

    /// What a command wrote, to both of its streams, and how it ended.
    record Ended(int code, String out) {
    }

    private static final Set<String> LENS = Set.of("lens", "tools/bin/lens");
    private static final String SHOWN_ADDRESS = "http://127.0.0.1:7420";
    /// What `tools/bin/lens` leaves beside it; here the same classes stand on the class path.
    private static final String SHOWN_CLASS_PATH = "tools/target/lens/*";

    private final List<Thread> servers = new ArrayList<>();
    private String address = "";

    /// A line's parts between its pipes.
    private record Stage(String text, List<String> words, String input, String output, boolean append) {

        boolean isLens() {
            return !words.isEmpty() && LENS.contains(words.getFirst());
        }

        String[] arguments() {
            return words.subList(1, words.size()).toArray(String[]::new);
        }
    }

    /// Runs one line.
    Ended run(String line) {
        try {
            if (line.matches("(\\S*/)?lens explore\\b.*&")) {
                serve(stages(line.substring(0, line.length() - 1)).getFirst());
                return new Ended(0, "");
            }
            byte[] flow = new byte[0];
            int code = 0;
            ByteArrayOutputStream shown = new ByteArrayOutputStream();
            List<Stage> stages = stages(line);
            for (Stage stage : stages) {
                byte[] input = stage.input().isEmpty() ? flow : Files.readAllBytes(Path.of(stage.input()));
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                code = stage.isLens() ? lens(input, out, shown, stage.arguments()) : sh(input, out, shown, stage.text());
                if (!stage.output().isEmpty()) {
                    Files.write(Path.of(stage.output()), out.toByteArray(), StandardOpenOption.CREATE, stage.append()
                            ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
                    out.reset();
                }
                flow = out.toByteArray();
            }
            shown.writeBytes(flow);
            String text = shown.toString(StandardCharsets.UTF_8);
            return new Ended(code, address.isEmpty() ? text : text.replace(address, SHOWN_ADDRESS));
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    /// The words behind `lens` of each of a line's stages that are one.
    static List<List<String>> lensCommands(String line) {
        return stages(line.endsWith("&") ? line.substring(0, line.length() - 1) : line).stream().filter(Stage::isLens)
                .map(stage -> stage.words().subList(1, stage.words().size())).toList();
    }

    /// A program that asks the served address, as if it had been asked at the one that the page shows.
    String reaching(String program) {
        return address.isEmpty() ? program : program.replace(SHOWN_ADDRESS, address);
    }

    private static int lens(byte[] input, OutputStream out, OutputStream err, String... arguments) {
        return Main.run(new Stdio(new ByteArrayInputStream(input), out, new PrintStream(err, true, StandardCharsets.UTF_8)), arguments);
    }

    private int sh(byte[] input, OutputStream out, OutputStream err, String text) throws IOException {
        String command = reaching(text).replace(SHOWN_CLASS_PATH, System.getProperty("java.class.path"));
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command);
        Path java = Path.of(System.getProperty("java.home"), "bin");
        builder.environment().merge("PATH", java.toString(), (path, own) -> own + ":" + path);
        Path errors = Files.createTempFile("docs", ".err");
        try {
            Process process = builder.redirectError(errors.toFile()).start();
            try (OutputStream to = process.getOutputStream()) {
                to.write(input);
            } catch (IOException e) {
                // It ended without reading all of it, as head does.
            }
            process.getInputStream().transferTo(out);
            int code = process.waitFor();
            err.write(Files.readAllBytes(errors));
            return code;
        } catch (InterruptedException e) {
            throw new IllegalStateException(text, e);
        } finally {
            Files.delete(errors);
        }
    }

    private void serve(Stage stage) throws IOException {
        List<String> words = new ArrayList<>(Arrays.asList(stage.arguments()));
        words.removeIf("--no-browser"::equals);
        words.addAll(List.of("--no-browser", "--port", "0"));
        PipedInputStream shown = new PipedInputStream();
        PipedOutputStream out = new PipedOutputStream(shown);
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Thread server = new Thread(() -> {
            try (out) {
                lens(new byte[0], out, err, words.toArray(String[]::new));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, "docs-explorer");
        server.start();
        servers.add(server);
        String line = new BufferedReader(new InputStreamReader(shown, StandardCharsets.UTF_8)).readLine();
        if (line == null) {
            throw new IOException(err.toString(StandardCharsets.UTF_8));
        }
        address = line.replaceAll("/+$", "");
    }

    @Override
    public void close() {
        for (Thread server : servers) {
            server.interrupt();
            try {
                server.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("the explorer's end", e);
            }
        }
    }

    private static List<Stage> stages(String line) {
        List<Stage> stages = new ArrayList<>();
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        String input = "";
        String output = "";
        boolean append = false;
        char quote = 0;
        boolean inWord = false;
        String redirection = "";
        int from = 0;
        for (int i = 0; i <= line.length(); i++) {
            char c = i < line.length() ? line.charAt(i) : '\n';
            if (quote != 0 && i < line.length()) {
                if (c == quote) {
                    quote = 0;
                } else if (c == '\\' && quote == '"' && "\"\\$`".indexOf(line.charAt(i + 1)) >= 0) {
                    word.append(line.charAt(++i));
                } else {
                    word.append(c);
                }
                continue;
            }
            boolean comment = c == '#' && !inWord;
            if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (c == '\\' && i + 1 < line.length()) {
                word.append(line.charAt(++i));
                inWord = true;
            } else if (c == ' ' || c == '|' || c == '>' || c == '<' || c == '\n' || comment) {
                if (inWord) {
                    switch (redirection) {
                        case "<" -> input = word.toString();
                        case ">" -> output = word.toString();
                        default -> words.add(word.toString());
                    }
                    redirection = "";
                    word.setLength(0);
                    inWord = false;
                }
                if (c == '>' || c == '<') {
                    append = c == '>' && redirection.equals(">");
                    redirection = String.valueOf(c);
                }
                if (c == '|' || c == '\n' || comment) {
                    boolean own = !words.isEmpty() && LENS.contains(words.getFirst());
                    // What sh runs keeps its redirections.
                    stages.add(new Stage(line.substring(from, i), List.copyOf(words), own ? input : "", own ? output : "", append));
                    words.clear();
                    input = "";
                    output = "";
                    append = false;
                    from = i + 1;
                    if (comment) {
                        break;
                    }
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("a quote without its end: " + line);
        }
        return stages;
    }
}
