package io.github.logitlens.tools.view;

import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// A small GPT-2 with GPT-2's vocabulary whose weights are random and always the same: its words are from anywhere in the
/// vocabulary, and pictures of it change only with the code that draws them, not with the bundled model.
public final class RandomModel {

    private static final int LAYERS = 4;
    private static final long D_MODEL = 8;
    private static final long D_MLP = 16;
    private static final long VOCAB = 50257;
    private static final long CONTEXT = 128;

    private final Random random = new Random(9);
    private final SafeTensorsWriter writer = new SafeTensorsWriter();

    private RandomModel() {
    }

    /// Writes `config.json` and `model.safetensors`.
    ///
    /// @return `directory`
    public static Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), """
                {"model_type": "gpt2", "n_layer": %d, "n_head": 2, "n_embd": %d, "n_inner": %d, "vocab_size": %d, "n_positions": %d}
                """.formatted(LAYERS, D_MODEL, D_MLP, VOCAB, CONTEXT));
        RandomModel model = new RandomModel();
        model.fill();
        model.writer.write(directory.resolve("model.safetensors"));
        return directory;
    }

    private void fill() {
        normal("wte.weight", 1.3, VOCAB, D_MODEL);
        normal("wpe.weight", 0.3, CONTEXT, D_MODEL);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "h." + layer + ".";
            norm(block + "ln_1");
            linear(block + "attn.c_attn", D_MODEL, 3 * D_MODEL);
            linear(block + "attn.c_proj", D_MODEL, D_MODEL);
            norm(block + "ln_2");
            linear(block + "mlp.c_fc", D_MODEL, D_MLP);
            linear(block + "mlp.c_proj", D_MLP, D_MODEL);
        }
        norm("ln_f");
    }

    private void norm(String name) {
        float[] ones = new float[(int) D_MODEL];
        Arrays.fill(ones, 1);
        writer.floats(name + ".weight", DType.F32, List.of(D_MODEL), ones);
        normal(name + ".bias", 0.05, D_MODEL);
    }

    private void linear(String name, long in, long out) {
        normal(name + ".weight", 0.8, in, out);
        normal(name + ".bias", 0.1, out);
    }

    private void normal(String name, double scale, Long... shape) {
        float[] values = new float[(int) List.of(shape).stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * scale);
        }
        writer.floats(name, DType.F32, List.of(shape), values);
    }
}
