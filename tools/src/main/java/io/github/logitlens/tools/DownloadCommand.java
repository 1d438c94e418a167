package io.github.logitlens.tools;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `lens download`: fetches models from the hub.
final class DownloadCommand implements SubCommand {

    private final Stdio stdio;

    private final Argument<List<String>> models = Argument.texts(PositionalParamSpec.builder().paramLabel("MODEL").arity("1..*")
            .required(true)
            .description("Such as gpt2, distilgpt2 or openai-community/gpt2-xl."));

    DownloadCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = spec("download", "lens download MODEL...",
                "Downloads Hugging Face models into the cache that Python tools use too, and prints where they are. What is there "
                        + "already is not fetched again.",
                models);
        spec.usageMessage().footer(
                "",
                "HF_HOME or HF_HUB_CACHE say where the cache is, HF_TOKEN gives access to private models, HF_ENDPOINT names a mirror, "
                        + "HF_HUB_OFFLINE=1 forbids the network. HTTPS_PROXY, HTTP_PROXY and NO_PROXY name a proxy, SSL_CERT_FILE or "
                        + "REQUESTS_CA_BUNDLE a file of certificates to trust.");
        return spec;
    }

    @Override
    public Integer call() {
        for (String model : models.get()) {
            Path directory;
            try (DownloadBar bar = DownloadBar.on(stdio)) {
                directory = bar.hub().download(model);
            }
            stdio.print(out -> out.write(directory + "\n"));
        }
        return Main.DONE;
    }
}
