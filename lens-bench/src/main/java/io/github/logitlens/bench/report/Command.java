package io.github.logitlens.bench.report;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Other programs.
final class Command {

    private Command() {
    }

    /// What a program printed, without the blanks around it, and its exit code.
    record Answer(String text, int exit) {
    }

    /// Runs a program to its end.
    ///
    /// @param errors where its standard error goes
    static Answer ask(Path folder, Redirect errors, String... words) throws IOException {
        Process process = new ProcessBuilder(words).directory(folder.toFile()).redirectError(errors).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Answer(text, exitCode(process, words[0]));
    }

    /// Runs a program to its end.
    ///
    /// @param output where its standard output goes
    /// @param errors where its standard error goes
    /// @return its exit code
    static int run(List<String> words, Redirect output, Redirect errors) throws IOException {
        return exitCode(new ProcessBuilder(words).redirectOutput(output).redirectError(errors).start(), words.getFirst());
    }

    private static int exitCode(Process process, String program) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + program, e);
        }
    }
}
