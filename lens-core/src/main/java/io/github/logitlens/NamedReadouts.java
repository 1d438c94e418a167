package io.github.logitlens;

import io.github.logitlens.ReadoutException.Reason;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.hub.ModelHub;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// The lenses that there are for a model.
final class NamedReadouts {

    private final Checkpoint checkpoint;
    private final ModelHub hub;

    /// @param hub asked for the lenses of models other than the bundled one
    NamedReadouts(Checkpoint checkpoint, ModelHub hub) {
        this.checkpoint = checkpoint;
        this.hub = hub;
    }

    /// @param name a kind, or a path
    /// @throws ReadoutException if there is no such lens
    Readout find(String name) {
        return switch (name) {
            case "logit" -> Readout.logit();
            case "tuned" -> isBundled() ? Readout.tuned() : Readout.open(hub.tunedLens(checkpoint.id()));
            case "jacobian" -> {
                if (isBundled()) {
                    throw new ReadoutException(Reason.NO_SUCH_LENS, "lens 'jacobian': expected one for the model '" + checkpoint.id()
                            + "', got none: the bundled model comes with a tuned lens only");
                }
                yield Readout.open(hub.jacobianLens(checkpoint.id()));
            }
            default -> ExtendedReadout.named(name).orElseGet(() -> Readout.open(path(name).orElseThrow(() -> new ReadoutException(
                    Reason.NO_SUCH_LENS, "lens '" + name
                            + "': expected logit, tuned, jacobian, extended:N, or a lens's file or directory, got none of these"))));
        };
    }

    private boolean isBundled() {
        return checkpoint.directory().isEmpty();
    }

    private static Optional<Path> path(String name) {
        try {
            return name.isEmpty() ? Optional.empty() : Optional.of(Path.of(name)).filter(Files::exists);
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }
}
