package io.github.logitlens.bench.report;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Other JVMs on this one's JDK, with the vector kernels' module and this module's folders.
final class Jvms {

    /// What libraries of ours and of others need not to be warned about.
    static final List<String> LIBRARIES = List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private Jvms() {
    }

    /// Runs a class of ours to its end; what it prints goes into a file, its other words to standard error.
    ///
    /// @throws IllegalStateException if it does not end well
    static void run(List<String> options, Class<?> main, Path output, String... arguments) throws IOException {
        int exit = Command.run(command(options, System.getProperty("java.class.path"),
                Stream.concat(Stream.of(main.getName()), Stream.of(arguments)).toList()), Redirect.to(output.toFile()), Redirect.INHERIT);
        if (exit != 0) {
            throw new IllegalStateException("its JVM ended with exit code " + exit + ", see the log");
        }
    }

    /// A command that runs a class.
    ///
    /// @param words the class's name, and its arguments
    static List<String> command(List<String> options, String classPath, List<String> words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-modules=jdk.incubator.vector");
        command.addAll(options);
        for (String property : List.of("lens.bench.module", "lens.bench.target", "lens.bench.python")) {
            if (System.getProperty(property) != null) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(List.of("-cp", classPath));
        command.addAll(words);
        return command;
    }
}
