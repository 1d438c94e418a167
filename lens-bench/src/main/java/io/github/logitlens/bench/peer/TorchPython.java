package io.github.logitlens.bench.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The Python with PyTorch, and this module's scripts in it.
public final class TorchPython {

    private static final List<String> CANDIDATES = List.of("python3", "/usr/bin/python3");

    private static String found;

    private TorchPython() {
    }

    /// The first `python3` that can import PyTorch; `-Dlens.bench.python=PROGRAM` names another.
    ///
    /// @throws PeerMissingException if there is none
    public static synchronized String program() {
        String named = System.getProperty("lens.bench.python");
        for (String python : found != null ? List.of(found) : named != null ? List.of(named) : CANDIDATES) {
            if (python.equals(found) || exitCode(quiet(new ProcessBuilder(python, "-c", "import torch"))) == 0) {
                found = python;
                return python;
            }
        }
        throw new PeerMissingException(
                "expected a python3 with PyTorch 1.13 or later (Debian: apt-get install python3-torch), found none");
    }

    /// The words that run a script of this module.
    public static List<String> command(String script, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(program());
        command.add(Path.of(System.getProperty("lens.bench.module", "."), "python", script).toString());
        command.addAll(arguments);
        return command;
    }

    /// Runs a script of this module; what it prints goes where this JVM prints.
    ///
    /// @return whether it ended well
    static boolean run(String script, List<String> arguments) {
        return exitCode(new ProcessBuilder(command(script, arguments)).inheritIO()) == 0;
    }

    private static ProcessBuilder quiet(ProcessBuilder builder) {
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    private static int exitCode(ProcessBuilder builder) {
        try {
            return builder.start().waitFor();
        } catch (IOException e) {
            return -1; // no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + builder.command(), e);
        }
    }
}
