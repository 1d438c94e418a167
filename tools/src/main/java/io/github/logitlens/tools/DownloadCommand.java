package io.github.logitlens.tools;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `lens download`: fetches models from the hub.
@Command(
        name = "download",
        customSynopsis = "lens download MODEL...",
        separator = " ",
        description = {
            "",
            "Downloads Hugging Face models into the cache that Python tools use too, and prints where they are. What is there "
                    + "already is not fetched again.",
            ""
        },
        footer = {
            "",
            "HF_HOME or HF_HUB_CACHE say where the cache is, HF_TOKEN gives access to private models, HF_ENDPOINT names a mirror, "
                    + "HF_HUB_OFFLINE=1 forbids the network."
        })
final class DownloadCommand implements Callable<Integer> {

    private final Stdio stdio;

    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "Such as gpt2, distilgpt2 or openai-community/gpt2-xl.")
    private List<String> models = List.of();

    @Mixin
    private HelpOption help;

    DownloadCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public Integer call() {
        for (String model : models) {
            Path directory;
            try (DownloadBar bar = DownloadBar.on(stdio)) {
                directory = bar.hub().download(model);
            }
            stdio.print(out -> out.write(directory + "\n"));
        }
        return Main.DONE;
    }
}
