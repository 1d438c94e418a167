package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Prompts and generation up to nCtx and past it.
class ContextLimitTest {

    private static final int N_CTX = 16;
    private static final TinyModel SHAPE = new TinyModel(2, 2, 12, 20, 150, N_CTX, 43);

    @TempDir
    private Path directory;

    private Gpt2Model load() {
        try (Checkpoint checkpoint = Checkpoint.open(SHAPE.write(directory.resolve("tiny")))) {
            return Gpt2Model.load(checkpoint);
        }
    }

    private static String refused(Runnable run) {
        return assertThrows(IllegalArgumentException.class, run::run).getMessage();
    }

    @Test
    void generationGoesUpToTheContextAndNotBeyond() {
        try (Gpt2Model model = load()) {
            int[] ids = SHAPE.ids(N_CTX);
            KvCache cache = model.newCache();
            float[] logits = model.logits(Arrays.copyOf(ids, 3), cache);
            for (int pos = 3; pos < N_CTX; pos++) {
                logits = model.logits(new int[] {ids[pos]}, cache);
            }
            Bits.assertSame(model.logits(ids), logits, () -> "the last position that fits");
            assertEquals("tokens: expected at most 16 (nCtx of model 'tiny'), got 16 cached and 1",
                    refused(() -> model.logits(new int[] {0}, cache)));
            assertEquals(N_CTX, cache.length());
            for (int length : new int[] {-1, N_CTX + 1}) {
                assertEquals("cache length: expected 0 to 16, got " + length, refused(() -> cache.truncate(length)));
            }
            cache.truncate(N_CTX - 1);
            assertEquals("tokens: expected at most 16 (nCtx of model 'tiny'), got 15 cached and 2",
                    refused(() -> model.logits(new int[] {0, 0}, cache)));
            Bits.assertSame(logits, model.logits(new int[] {ids[N_CTX - 1]}, cache), () -> "after refusals");
        }
    }

    @Test
    void aPromptFillsTheContextAndNoMore() {
        try (Gpt2Model model = load()) {
            assertEquals(N_CTX * SHAPE.dModel(), model.run(SHAPE.ids(N_CTX), Hooks.none()).length);
            for (int length : new int[] {N_CTX + 1, 10 * N_CTX}) {
                assertEquals("tokens: expected at most 16 (nCtx of model 'tiny'), got " + length,
                        refused(() -> model.run(new int[length], Hooks.none())));
            }
        }
    }
}
