package io.github.logitlens.bench.task;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.bench.model.Reading;
import io.github.logitlens.bench.model.Reference;
import io.github.logitlens.hook.Hooks;
import java.util.HashMap;
import java.util.Map;

/// A lens on a random model, and one reading of it that is timed.
///
/// @param size    the model's
/// @param share   of a lens on it
/// @param tokens  the prompt
/// @param options what is read
public record OpenLens(ModelSize size, Kept.Share<LogitLens> share, int[] tokens, LensOptions options) implements AutoCloseable {

    private static final Map<Expected, Reading[]> EXPECTED = new HashMap<>();

    /// Which reading of a prompt of so many tokens.
    private record Expected(ModelSize size, int tokens, int position, int topK) {
    }

    /// Opens a lens on the vector kernels and `threads` threads.
    public static OpenLens open(ModelSize size, int threads, int tokens, LensOptions options) {
        int[] prompt = Prompts.tokens(tokens, size.config().vocabSize());
        return new OpenLens(size, Models.open(size, "vector", threads), prompt, options);
    }

    public LensResult run() {
        return share.value().run(tokens, options, Hooks.none());
    }

    /// Compares the readings of the first positions, as far as they are among those read, with the scalar kernels.
    ///
    /// @throws IllegalStateException if they differ
    void check() {
        LensResult result = run();
        int[] checked = Prompts.checked(tokens);
        for (int position : new int[] {0, checked.length - 1}) {
            if (result.positions().contains(position)) {
                Reading[] expected = EXPECTED.computeIfAbsent(new Expected(size, checked.length, position, options.topK()),
                        OpenLens::readings);
                for (LensPoint point : result.points()) {
                    Reading.of(result.reading(point, position))
                            .require(point + " at position " + position, expected[result.points().indexOf(point)]);
                }
            }
        }
    }

    /// What the scalar kernels read.
    private static Reading[] readings(Expected of) {
        int vocabulary = of.size().config().vocabSize();
        try (Reference reference = new Reference(RandomModel.directory(of.size()))) {
            return reference.readings(reference.lensStack(Prompts.tokens(of.tokens(), vocabulary)), of.position(),
                    Math.min(of.topK(), vocabulary));
        }
    }

    @Override
    public void close() {
        share.close();
    }
}
