package io.github.logitlens.bench.model;

import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Writes a GPT-2 of random weights: real shapes without a download.
///
/// The statistics are those of a trained model where speed could depend on them: spread of the weights, LayerNorm gains
/// that are not one, biases that are not zero, and a few outlier channels in the residual stream. Its predictions mean
/// nothing.
public final class RandomModel {

    private final Gpt2Config config;
    private final SafeTensorsWriter writer = new SafeTensorsWriter().metadata("format", "pt");
    /// Every how many channels there is an outlier: four at GPT-2 small's width.
    private final int outlierStride;

    private RandomModel(Gpt2Config config) {
        this.config = config;
        outlierStride = Math.min(192, config.dModel());
    }

    /// The model of a size, written to the build directory when it is first asked for.
    ///
    /// @return a directory with `config.json` and `model.safetensors`
    public static Path directory(ModelSize size) {
        Path directory = place(size);
        if (!Files.exists(directory.resolve("config.json"))) {
            write(size.config(), directory);
        }
        return directory;
    }

    /// Where the model of a size is, or will be.
    static Path place(ModelSize size) {
        return Path.of(System.getProperty("lens.bench.target", "target"), "weights", "gpt2-" + size);
    }

    /// Writes a model; its `config.json` comes last and says that the rest is complete.
    static void write(Gpt2Config config, Path directory) {
        RandomModel model = new RandomModel(config);
        model.addTensors();
        try {
            Files.createDirectories(directory);
            model.writer.write(directory.resolve("model.safetensors"));
            Files.writeString(directory.resolve("config.json"), model.configJson());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String configJson() {
        return """
                {
                  "architectures": ["GPT2LMHeadModel"],
                  "model_type": "gpt2",
                  "activation_function": "gelu_new",
                  "n_layer": %d,
                  "n_head": %d,
                  "n_embd": %d,
                  "n_ctx": %d,
                  "n_positions": %d,
                  "vocab_size": %d,
                  "layer_norm_epsilon": 1e-5
                }
                """.formatted(config.nLayers(), config.nHeads(), config.dModel(), config.nCtx(), config.nCtx(),
                config.vocabSize());
    }

    private void addTensors() {
        long d = config.dModel();
        long dMlp = config.dMlp();
        int nLayers = config.nLayers();
        float residual = (float) (0.02 / Math.sqrt(2.0 * nLayers));
        float width = (float) Math.sqrt(768.0 / d);
        add("wte.weight", 0.14f, 0, config.vocabSize(), d);
        add("wpe.weight", 0.01f, 0, config.nCtx(), d);
        for (int layer = 0; layer < nLayers; layer++) {
            String block = "h." + layer + ".";
            float depth = (layer + 1f) / nLayers;
            addNorm(block + "ln_1", 0.25f + 0.5f * depth, 0.03f);
            add(block + "attn.c_attn.weight", 0.14f * width, 0, d, 3 * d);
            add(block + "attn.c_attn.bias", 0.1f, 0, 3 * d);
            add(block + "attn.c_proj.weight", 6 * residual, 0, d, d);
            add(block + "attn.c_proj.bias", 0.05f, 0, d);
            addNorm(block + "ln_2", 0.3f + 0.7f * depth, 0.03f);
            add(block + "mlp.c_fc.weight", 0.13f * width, 0, d, dMlp);
            add(block + "mlp.c_fc.bias", 0.1f, -0.2f, dMlp);
            add(block + "mlp.c_proj.weight", 10 * residual, 0, dMlp, d);
            addSink(block + "mlp.c_proj.bias", layer < 3 ? 4 : 0.5f);
        }
        addNorm("ln_f", 1.3f, 0.05f);
    }

    /// Normal numbers.
    private void add(String name, float deviation, float mean, long... shape) {
        Noise noise = Noise.named(name);
        writer.floats(name, DType.F32, Arrays.stream(shape).boxed().toList(), (first, dst, count) -> {
            for (int i = 0; i < count; i++) {
                dst[i] = mean + deviation * noise.at(first + i);
            }
        });
    }

    /// A LayerNorm that damps the outlier channels, as trained ones do.
    private void addNorm(String name, float mean, float biasDeviation) {
        float[] gain = Noise.named(name + ".weight").array(config.dModel(), 0.15f);
        for (int i = 0; i < gain.length; i++) {
            gain[i] = mean * (1 + gain[i]) * (i % outlierStride == 0 ? 0.35f : 1);
        }
        writer.floats(name + ".weight", DType.F32, List.of((long) gain.length), gain);
        add(name + ".bias", biasDeviation, 0, gain.length);
    }

    /// A bias that pushes the outlier channels far out.
    private void addSink(String name, float size) {
        float[] bias = Noise.named(name).array(config.dModel(), 0.05f);
        for (int i = 0; i < bias.length; i += outlierStride) {
            bias[i] += Math.copySign(size, bias[i]);
        }
        writer.floats(name, DType.F32, List.of((long) bias.length), bias);
    }
}
