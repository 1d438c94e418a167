package io.github.logitlens.tools;

import io.github.logitlens.Compute;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How it is computed. No result depends on it.
final class ComputeOptions {

    private static final List<String> KERNELS = List.of("auto", "vector", "scalar");

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute with, 1 to 1024. Default: all processors.")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--kernels",
            paramLabel = "KIND",
            description = "auto, vector or scalar: the same results at different speeds. Default: auto.")
    private Optional<String> kernels = Optional.empty();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// Hands the choices to the library, which reads them once, when it first computes.
    ///
    /// @throws ParameterException if there is no such choice
    void apply() {
        if (threads.isPresent() && (threads.get() < 1 || threads.get() > 1024)) {
            throw new ParameterException(spec.commandLine(), "--threads: expected 1 to 1024, got " + threads.get());
        }
        if (kernels.isPresent() && !KERNELS.contains(kernels.get())) {
            throw new ParameterException(
                    spec.commandLine(), "--kernels: expected auto, vector or scalar, got \"" + kernels.get() + "\"");
        }
        threads.ifPresent(n -> System.setProperty("lens.threads", n.toString()));
        kernels.ifPresent(kind -> System.setProperty("lens.kernels", kind));
    }

    /// What computes, in a few words.
    ///
    /// @return such as `vector (512-bit) kernels, 2 threads`
    static String description() {
        return Compute.kernels() + " kernels, " + Compute.threads() + (Compute.threads() == 1 ? " thread" : " threads");
    }
}
