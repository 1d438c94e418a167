package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.Weight;
import io.github.logitlens.weights.WeightRole;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bundled model, whose repeated row is kept once, is the model that a plain file of the same numbers gives.
class PackedModelTest {

    /// Some of them with rows of their own, some with the repeated one, the first and the last of the vocabulary.
    private static final int[] IDS = {0, 464, 412, 733, 417, 8765, 50255, 318, 287, 31373, 50256};

    @TempDir
    private Path temporary;

    @Test
    void everyLogitIsThatOfThePlainFile() {
        try (Checkpoint demo = Checkpoint.demo()) {
            assertTrue(demo.weight(WeightRole.TOKEN_EMBEDDING).repeatedRow().isPresent());
            try (Checkpoint plain = Checkpoint.open(plain(demo)); Gpt2Model packedModel = Gpt2Model.load(demo);
                    Gpt2Model plainModel = Gpt2Model.load(plain)) {
                assertTrue(plain.weight(WeightRole.TOKEN_EMBEDDING).repeatedRow().isEmpty());
                Bits.assertSame(plainModel.run(IDS, Hooks.none()), packedModel.run(IDS, Hooks.none()), () -> "residuals");
                Bits.assertSame(plainModel.logits(IDS), packedModel.logits(IDS), () -> "logits");
                assertEquals(Map.of(), packedModel.nonFiniteWeights());
            }
        }
    }

    /// What repeats the row is made when it is first used, here by several runs at once.
    @Test
    void firstRunsAtTheSameTimeSeeTheSameModel() throws Exception {
        try (Checkpoint demo = Checkpoint.demo(); ExecutorService callers = Executors.newFixedThreadPool(4)) {
            float[] expected;
            try (Gpt2Model model = Gpt2Model.load(demo)) {
                expected = model.logits(IDS);
            }
            for (int round = 0; round < 8; round++) {
                try (Gpt2Model model = Gpt2Model.load(demo)) {
                    Callable<float[]> run = () -> model.logits(IDS);
                    for (Future<float[]> logits : callers.invokeAll(Collections.nCopies(4, run))) {
                        Bits.assertSame(expected, logits.get(), () -> "logits");
                    }
                }
            }
        }
    }

    private Path plain(Checkpoint demo) {
        Gpt2Config c = demo.config();
        TinyModel shape = new TinyModel(c.nLayers(), c.nHeads(), c.dModel(), c.dMlp(), c.vocabSize(), c.nCtx(), 1);
        return shape.write(temporary.resolve("plain"), weights -> {
            for (WeightRole role : WeightRole.values()) {
                for (int layer = 0; layer < (role.perLayer() ? c.nLayers() : 1) && role != WeightRole.UNEMBEDDING; layer++) {
                    Weight weight = role.perLayer() ? demo.weight(role, layer) : demo.weight(role);
                    float[] values = weight.readAll();
                    System.arraycopy(values, 0, weights.get(weight.name()), 0, values.length);
                }
            }
        });
    }
}
