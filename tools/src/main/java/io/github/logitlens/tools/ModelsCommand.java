package io.github.logitlens.tools;

import io.github.logitlens.tools.view.ModelList;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.hub.CachedModel;
import io.github.logitlens.weights.hub.ModelHub;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `lens models`: what is on this machine.
final class ModelsCommand implements SubCommand {

    private final Stdio stdio;

    private final OutputOptions output = new OutputOptions();

    ModelsCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = spec("models", "lens models [OPTIONS]",
                "Lists the GPT-2 models in this machine's Hugging Face cache, where they are and how large.",
                output);
        spec.usageMessage().sortOptions(true);
        return spec;
    }

    @Override
    public Integer call() {
        Format format = output.tableOrJson();
        ModelHub hub = ModelHub.standard();
        List<CachedModel> models = hub.models();
        output.write(stdio, format, out -> ModelList.write(demoBytes(), models, output.tableWidth(stdio), out),
                out -> ModelList.writeJson(models, out));
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
