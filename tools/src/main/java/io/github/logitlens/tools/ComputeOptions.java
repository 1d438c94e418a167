package io.github.logitlens.tools;

import io.github.logitlens.Compute;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How it is computed. No result depends on it.
final class ComputeOptions {

    /// The spellings of `-Dlens.kernels`.
    enum KernelWish {
        auto, vector, scalar
    }

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compute with, 1 to 1024. Default: all processors.")
    private int threads;

    @Option(
            names = "--kernels",
            paramLabel = "KIND",
            description = "auto, vector or scalar: the same results at different speeds. Default: auto.")
    private KernelWish kernels;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// Hands the choices to the library, which reads them once, when it first computes.
    ///
    /// @throws ParameterException if the number of threads is out of range
    void apply() {
        if (spec.commandLine().getParseResult().hasMatchedOption("--threads")) {
            if (threads < 1 || threads > 1024) {
                throw new ParameterException(spec.commandLine(), "--threads: expected 1 to 1024, got " + threads);
            }
            System.setProperty("lens.threads", Integer.toString(threads));
        }
        if (kernels != null) {
            System.setProperty("lens.kernels", kernels.name());
        }
    }

    /// What computes, in a few words.
    ///
    /// @return such as `vector (512-bit) kernels, 2 threads`
    static String description() {
        return Compute.kernels() + " kernels, " + Compute.threads() + (Compute.threads() == 1 ? " thread" : " threads");
    }
}
