package io.github.logitlens.tools;

import io.github.logitlens.error.LensException;
import io.github.logitlens.tools.view.FileJson;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.torch.TorchFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `lens inspect`: what is in files of weights.
final class InspectCommand implements SubCommand {

    private final Stdio stdio;

    private final Argument<List<String>> paths = Argument.texts(PositionalParamSpec.builder().paramLabel("FILE").arity("1..*")
            .required(true)
            .description("Files of safetensors, or of PyTorch's torch.save, such as model.safetensors, pytorch_model.bin, params.pt."));

    InspectCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        return spec("inspect", "lens inspect FILE...",
                "Lists the tensors of safetensors and PyTorch files, one JSON line a file; nothing in a file is ever run. A file that "
                        + "is refused gets a line with the reason, and the exit code is then 1.",
                paths);
    }

    @Override
    public Integer call() {
        int refused = 0;
        for (String path : paths.get()) {
            try (TensorFile file = open(Path.of(path))) {
                stdio.print(out -> FileJson.write(path, file, out));
            } catch (LensException e) {
                stdio.print(out -> FileJson.writeError(path, e, out));
                refused++;
            }
        }
        if (refused > 0) {
            stdio.err().println("lens: " + refused + " of " + paths.get().size() + (paths.get().size() == 1 ? " file" : " files") + " refused");
        }
        return refused == 0 ? Main.DONE : Main.FAILED;
    }

    private static TensorFile open(Path path) {
        return isArchive(path) ? TorchFile.open(path) : SafeTensors.open(path);
    }

    /// Whether a file begins as a zip archive does.
    private static boolean isArchive(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            return new String(in.readNBytes(2), StandardCharsets.ISO_8859_1).equals("PK");
        } catch (IOException _) {
            return false;
        }
    }
}
