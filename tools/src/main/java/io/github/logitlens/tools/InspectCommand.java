package io.github.logitlens.tools;

import io.github.logitlens.tools.view.FileJson;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `lens inspect`: what is in safetensors files.
final class InspectCommand implements SubCommand {

    private final Stdio stdio;

    private final Argument<List<String>> paths = Argument.texts(PositionalParamSpec.builder().paramLabel("FILE").arity("1..*")
            .required(true)
            .description("Safetensors files."));

    InspectCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        return spec("inspect", "lens inspect FILE...",
                "Lists the tensors of safetensors files, one JSON line a file. A file that is refused gets a line with the reason, "
                        + "and the exit code is then 1.",
                paths);
    }

    @Override
    public Integer call() {
        int refused = 0;
        for (String path : paths.get()) {
            try (SafeTensors file = SafeTensors.open(Path.of(path))) {
                stdio.print(out -> FileJson.write(path, file, out));
            } catch (SafeTensorsException e) {
                stdio.print(out -> FileJson.writeError(path, e, out));
                refused++;
            }
        }
        if (refused > 0) {
            stdio.err().println("lens: " + refused + " of " + paths.get().size() + (paths.get().size() == 1 ? " file" : " files") + " refused");
        }
        return refused == 0 ? Main.DONE : Main.FAILED;
    }
}
