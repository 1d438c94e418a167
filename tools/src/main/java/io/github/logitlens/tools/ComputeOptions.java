package io.github.logitlens.tools;

import io.github.logitlens.model.Compute;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// How it is computed. No result depends on it.
final class ComputeOptions implements OptionGroup {

    private static final List<String> KERNELS = List.of("auto", "vector", "scalar");

    private final Argument<Integer> threads = Argument.number("--threads", "N",
            "Threads to compute with, 1 to 1024. Default: all processors.");

    private final Argument<String> kernels = Argument.text("--kernels", "KIND",
            "auto, vector or scalar: the same results at different speeds. Default: auto.");

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        for (Argument<?> option : List.of(threads, kernels)) {
            option.addTo(command);
        }
    }

    /// Hands the choices to the library, which reads them once, when it first computes.
    ///
    /// @throws ParameterException if there is no such choice
    void apply() {
        if (threads.isGiven() && (threads.get() < 1 || threads.get() > 1024)) {
            throw new ParameterException(spec.commandLine(), "--threads: expected 1 to 1024, got " + threads.get());
        }
        if (kernels.isGiven() && !KERNELS.contains(kernels.get())) {
            throw new ParameterException(
                    spec.commandLine(), "--kernels: expected auto, vector or scalar, got \"" + kernels.get() + "\"");
        }
        threads.given().ifPresent(n -> System.setProperty("lens.threads", n.toString()));
        kernels.given().ifPresent(kind -> System.setProperty("lens.kernels", kind));
    }

    /// What computes, in a few words.
    ///
    /// @return such as `vector (512-bit) kernels, 2 threads`
    static String description() {
        return description(Compute.defaults());
    }

    /// What a choice computes with; see [#description()].
    static String description(Compute compute) {
        return compute.kernels() + " kernels, " + compute.threads() + (compute.threads() == 1 ? " thread" : " threads");
    }
}
