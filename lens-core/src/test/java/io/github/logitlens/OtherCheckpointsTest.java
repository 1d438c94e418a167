package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One model in the layouts of several tools: the same bits from each, loaded or streamed, and a word about what is
/// unusual.
class OtherCheckpointsTest {

    private static final TinyModel MODEL = new TinyModel(3, 2, 24, 72, 301, 40, 5);
    private static final int[] IDS = MODEL.ids(17);

    @TempDir
    Path dir;

    /// Writes a tensor of the ordinary file as another tool would.
    @FunctionalInterface
    private interface Rewrite {
        void write(TensorInfo tensor, float[] values, SafeTensorsWriter writer);
    }

    private Path rewritten(Path ordinary, Rewrite rewrite) throws IOException {
        Path directory = Files.createDirectory(dir.resolve("other"));
        Files.copy(ordinary.resolve("config.json"), directory.resolve("config.json"));
        SafeTensorsWriter writer = new SafeTensorsWriter();
        try (SafeTensors file = SafeTensors.open(ordinary.resolve("model.safetensors"))) {
            for (TensorInfo tensor : file.tensors()) {
                float[] values = new float[(int) tensor.elementCount()];
                file.readFloats(tensor, 0, values, 0, values.length);
                rewrite.write(tensor, values, writer);
            }
        }
        writer.write(directory.resolve("model.safetensors"));
        return directory;
    }

    private static void copy(TensorInfo tensor, String name, float[] values, SafeTensorsWriter writer) {
        writer.floats(name, tensor.dtype(), tensor.shape(), values);
    }

    private static void turned(TensorInfo tensor, String name, float[] values, SafeTensorsWriter writer) {
        int rows = Math.toIntExact(tensor.shape().get(0));
        int columns = Math.toIntExact(tensor.shape().get(1));
        float[] other = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            other[i % columns * rows + i / columns] = values[i];
        }
        writer.floats(name, tensor.dtype(), List.of((long) columns, (long) rows), other);
    }

    /// Compares every logit with the ordinary file's, and returns what is said about the other one.
    private static List<String> sameBits(Path ordinary, Path other) {
        try (LogitLens lens = LogitLens.open(ordinary); LogitLens loaded = LogitLens.open(other);
                LogitLens streamed = LogitLens.stream(other)) {
            float[] expected = lens.model().logits(IDS);
            assertEquals(MODEL.vocabSize(), expected.length);
            assertArrayEquals(expected, loaded.model().logits(IDS));
            assertArrayEquals(expected, streamed.model().logits(IDS));
            return loaded.run(IDS, LensOptions.defaults()).notes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"_orig_mod.transformer.", "module.", "base_model.model.transformer."})
    void wrapped(String prefix) throws IOException {
        Path ordinary = MODEL.write(dir.resolve("ordinary"));
        assertEquals(List.of(), sameBits(ordinary, rewritten(ordinary,
                (tensor, values, writer) -> copy(tensor, prefix + tensor.name(), values, writer))));
    }

    @Test
    void withTheHeadsNameForTheOneMatrix() throws IOException {
        Path ordinary = MODEL.write(dir.resolve("ordinary"));
        assertEquals(List.of(), sameBits(ordinary, rewritten(ordinary, (tensor, values, writer) -> copy(tensor,
                tensor.name().replace("wte.weight", "lm_head.weight"), values, writer))));
    }

    @Test
    void withoutBiasesTheModelIsTheOneWithZeros() throws IOException {
        Path ordinary = MODEL.write(dir.resolve("ordinary"), weights -> weights.forEach((name, values) -> {
            if (name.endsWith(".bias")) {
                Arrays.fill(values, 0);
            }
        }));
        List<String> notes = sameBits(ordinary, rewritten(ordinary, (tensor, values, writer) -> {
            if (!tensor.name().endsWith(".bias")) {
                copy(tensor, tensor.name(), values, writer);
            }
        }));
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().contains("no biases"), notes.getFirst());
    }

    @Test
    void asNanoGptKeepsIt() throws IOException {
        Path ordinary = MODEL.write(dir.resolve("ordinary"));
        List<String> notes = sameBits(ordinary, rewritten(ordinary, (tensor, values, writer) -> {
            if (tensor.name().contains(".c_") && tensor.shape().size() == 2) {
                turned(tensor, "transformer." + tensor.name(), values, writer);
            } else {
                copy(tensor, "transformer." + tensor.name(), values, writer);
            }
        }));
        assertEquals(2, notes.size());
        assertTrue(notes.get(0).contains("[out, in]") && notes.get(1).contains("gelu"), notes.toString());
    }
}
