package io.github.logitlens;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.model.ModelsUnderTest;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;

/// Opens a lens to the benchmarks on kernels and threads of their choice.
///
/// It stands in this package because the constructor that it calls is package-private; benchmarks run from the class path.
public final class LensUnderTest {

    private LensUnderTest() {
    }

    /// What [LogitLens#open(Path)] does, on an engine that this JVM need not share.
    public static LogitLens open(Path directory, Engine engine) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return new LogitLens(checkpoint, ModelsUnderTest.load(checkpoint, engine), Gpt2Tokenizer.gpt2());
        }
    }
}
