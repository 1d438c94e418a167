package io.github.logitlens.tools;

import io.github.logitlens.tools.view.ModelList;
import io.github.logitlens.weights.CachedModel;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.ModelHub;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `lens models`: what is on this machine.
@Command(
        name = "models",
        customSynopsis = "lens models [OPTIONS]",
        separator = " ",
        description = {"", "Lists the GPT-2 models in this machine's Hugging Face cache, where they are and how large.", ""})
final class ModelsCommand implements Callable<Integer> {

    private final Stdio stdio;

    @Mixin
    private OutputOptions output;

    @Mixin
    private HelpOption help;

    ModelsCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public Integer call() {
        Format format = output.tableOrJson();
        ModelHub hub = ModelHub.standard();
        List<CachedModel> models = hub.models();
        output.write(stdio, format, out -> ModelList.write(demoBytes(), models, out), out -> ModelList.writeJson(models, out));
        if (models.isEmpty() && format == Format.TABLE) {
            stdio.err().println("lens: no other models in " + hub.cacheDirectory() + "; lens download gpt2 fetches one");
        }
        return Main.DONE;
    }

    private static long demoBytes() {
        try (Checkpoint demo = Checkpoint.demo()) {
            return demo.weightBytes();
        }
    }
}
