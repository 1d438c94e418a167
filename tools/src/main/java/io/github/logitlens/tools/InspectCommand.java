package io.github.logitlens.tools;

import io.github.logitlens.tools.view.FileJson;
import io.github.logitlens.weights.SafeTensors;
import io.github.logitlens.weights.SafeTensorsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `lens inspect`: what is in safetensors files.
@Command(
        name = "inspect",
        customSynopsis = "lens inspect FILE...",
        separator = " ",
        description = {
            "",
            "Lists the tensors of safetensors files, one JSON line a file. A file that is refused gets a line with the reason, "
                    + "and the exit code is then 1.",
            ""
        })
final class InspectCommand implements Callable<Integer> {

    private final Stdio stdio;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Safetensors files.")
    private List<String> paths = List.of();

    @Mixin
    private HelpOption help;

    InspectCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public Integer call() {
        int refused = 0;
        for (String path : paths) {
            try (SafeTensors file = SafeTensors.open(Path.of(path))) {
                stdio.print(out -> FileJson.write(path, file, out));
            } catch (SafeTensorsException e) {
                stdio.print(out -> FileJson.writeError(path, e, out));
                refused++;
            }
        }
        if (refused > 0) {
            stdio.err().println("lens: " + refused + " of " + paths.size() + (paths.size() == 1 ? " file" : " files") + " refused");
        }
        return refused == 0 ? Main.DONE : Main.FAILED;
    }
}
