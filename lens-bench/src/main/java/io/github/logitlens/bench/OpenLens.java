package io.github.logitlens.bench;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Hooks;

/// A lens on a random model, and one reading of it that is timed.
///
/// @param size    the model's
/// @param share   of a lens on it
/// @param tokens  the prompt
/// @param options what is read
record OpenLens(ModelSize size, Kept.Share<LogitLens> share, int[] tokens, LensOptions options) implements AutoCloseable {

    /// Opens a lens on the vector kernels and `threads` threads.
    static OpenLens open(ModelSize size, int threads, int tokens, LensOptions options) {
        int[] prompt = Prompts.tokens(tokens, size.config().vocabSize());
        return new OpenLens(size, Models.open(size, "vector", threads), prompt, options);
    }

    LensResult run() {
        return share.value().run(tokens, options, Hooks.none());
    }

    /// Compares the readings of the first positions, as far as they are among those read, with the scalar kernels.
    ///
    /// @throws IllegalStateException if they differ
    void check() {
        LensResult result = run();
        try (Reference reference = new Reference(RandomModel.directory(size))) {
            int[] checked = Prompts.checked(tokens);
            float[] stack = reference.lensStack(checked);
            int topK = Math.min(options.topK(), size.config().vocabSize());
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
        share.close();
    }
}
