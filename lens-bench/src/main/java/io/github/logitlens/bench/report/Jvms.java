package io.github.logitlens.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Other JVMs with this one's classes.
final class Jvms {

    private Jvms() {
    }

    /// Runs a class on this JDK to its end; what it prints goes into a file, its other words to standard error.
    ///
    /// @throws IllegalStateException if it does not end well
    static void run(List<String> options, Class<?> main, Path output, String... arguments) throws IOException {
        Process process = new ProcessBuilder(command(options, main, arguments)).redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IllegalStateException("its JVM ended with exit code " + exit + ", see the log");
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + main.getSimpleName(), e);
        }
    }

    /// A command that runs a class on this JDK, with the vector kernels' module and this module's folders.
    private static List<String> command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-modules=jdk.incubator.vector");
        command.addAll(options);
        for (String property : List.of("lens.bench.module", "lens.bench.target", "lens.bench.python")) {
            if (System.getProperty(property) != null) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
