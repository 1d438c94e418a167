package io.github.logitlens.tools;

import io.github.logitlens.Lens;
import io.github.logitlens.LogitLens;
import picocli.CommandLine.Option;

/// Which model.
final class ModelOptions {

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "'demo', which is bundled, or a directory with config.json and model.safetensors. "
                    + "Default: $LENS_MODEL, else demo.")
    private String model = Lens.defaultModel();

    /// The model's name.
    ///
    /// @return a name for [LogitLens#open(String)]
    String name() {
        return model;
    }
}
