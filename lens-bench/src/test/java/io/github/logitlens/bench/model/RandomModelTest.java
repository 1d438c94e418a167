package io.github.logitlens.bench.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomModelTest {

    @Test
    void theSameBytesEveryTime(@TempDir Path folder) throws IOException {
        RandomModel.write(ModelSize.TINY.config(), folder.resolve("a"));
        RandomModel.write(ModelSize.TINY.config(), folder.resolve("b"));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Path once = folder.resolve("a").resolve(file);
            assertEquals(-1, Files.mismatch(once, folder.resolve("b").resolve(file)), file);
        }
    }

    /// Other weights would make figures taken with the old ones incomparable.
    @Test
    void theSameNumbersOnEveryMachine() {
        assertEquals(-445278327, Arrays.hashCode(Noise.named("wte.weight").array(1000, 0.14f)));
    }

    @Test
    void theModelLoadsAndRuns(@TempDir Path folder) {
        RandomModel.write(ModelSize.TINY.config(), folder);
        try (Checkpoint checkpoint = Checkpoint.open(folder); Gpt2Model model = Gpt2Model.load(checkpoint)) {
            assertEquals(ModelSize.TINY.config(), checkpoint.config());
            for (float logit : model.logits(new int[] {1, 2, 3})) {
                assertTrue(Float.isFinite(logit));
            }
        }
    }

    @Test
    void noiseIsStandardNormal() {
        int n = 1 << 20;
        float[] values = Noise.named("any").array(n, 1);
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += value * value;
        }
        assertEquals(0, sum / n, 0.005);
        assertEquals(1, squares / n, 0.005);
    }
}
