package io.github.logitlens.model;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.weights.Checkpoint;

/// Opens models to the benchmarks on kernels and threads of their choice, so that two numbers of threads can take turns in
/// one JVM.
///
/// It stands in this package because what it calls is package-private; benchmarks run from the class path.
public final class ModelsUnderTest {

    private ModelsUnderTest() {
    }

    /// What [Gpt2Model#load(Checkpoint)] does, on an engine that this JVM need not share.
    public static Gpt2Model load(Checkpoint checkpoint, Engine engine) {
        return Gpt2Model.load(checkpoint, engine);
    }
}
