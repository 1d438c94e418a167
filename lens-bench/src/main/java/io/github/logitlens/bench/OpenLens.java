package io.github.logitlens.bench;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Hooks;
import java.nio.file.Path;

/// A lens on a random model, and one reading of it that is timed.
///
/// @param directory the model's
/// @param lens      opened from it
/// @param tokens    the prompt
/// @param options   what is read
record OpenLens(Path directory, LogitLens lens, int[] tokens, LensOptions options) implements AutoCloseable {

    /// Opens a lens on the vector kernels and `threads` threads.
    static OpenLens open(ModelSize size, int threads, int tokens, LensOptions options) {
        Engines.chooseShared("vector", threads);
        Path directory = RandomModel.directory(size);
        int[] prompt = Prompts.tokens(tokens, size.config().vocabSize());
        return new OpenLens(directory, LogitLens.open(directory), prompt, options);
    }

    LensResult run() {
        return lens.run(tokens, options, Hooks.none());
    }

    /// Compares the readings of the first positions, as far as they are among those read, with the scalar kernels.
    ///
    /// @throws IllegalStateException if they differ
    void check() {
        LensResult result = run();
        try (Reference reference = new Reference(directory)) {
            int[] checked = Prompts.checked(tokens);
            float[] stack = reference.lensStack(checked);
            int topK = Math.min(options.topK(), lens.model().config().vocabSize());
            for (int position : new int[] {0, checked.length - 1}) {
                if (!result.positions().contains(position)) {
                    continue;
                }
                Reading[] expected = reference.readings(stack, position, topK);
                for (LensPoint point : result.points()) {
                    Reading.of(result.reading(point, position))
                            .require(point + " at position " + position, expected[point.index()]);
                }
            }
        }
    }

    @Override
    public void close() {
        lens.close();
    }
}
