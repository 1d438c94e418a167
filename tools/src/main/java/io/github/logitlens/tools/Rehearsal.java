package io.github.logitlens.tools;

import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// What the JVM watches when the launcher makes an archive for fast starts: a prompt read by the bundled model, and one read by
/// a GPT-2 on disk. The latter is written for it, small and random, since what a run does depends on where its weights are, and
/// how soon a method is worth compiling on how often it ran.
public final class Rehearsal {

    private static final String PROMPT = "The Eiffel Tower is in";
    private static final int LAYERS = 4;
    private static final int WIDTH = 384;
    private static final int MLP_WIDTH = 4 * WIDTH;
    private static final int CONTEXT = 64;
    /// Has the prompt's tokens.
    private static final int VOCABULARY = 12_000;

    private final SplittableRandom random = new SplittableRandom(1);
    private final SafeTensorsWriter writer = new SafeTensorsWriter();

    private Rehearsal() {
    }

    /// Rehearses and ends the JVM with the worse of the runs' exit codes.
    ///
    /// @param args the directory of the model, written and deleted again
    /// @throws IOException if it cannot be written or deleted
    public static void main(String[] args) throws IOException {
        System.exit(rehearse(Path.of(args[0])));
    }

    /// Runs the commands.
    ///
    /// @param directory of the model, written and deleted again
    /// @return the worse of their exit codes
    static int rehearse(Path directory) throws IOException {
        Files.createDirectory(directory);
        Path config = directory.resolve("config.json");
        Path weights = directory.resolve("model.safetensors");
        try {
            new Rehearsal().write(config, weights);
            return Math.max(run("--model", "demo", PROMPT), run("--model", directory.toString(), "--ids", ids()));
        } finally {
            Files.deleteIfExists(config);
            Files.deleteIfExists(weights);
            Files.delete(directory);
        }
    }

    /// The prompt as ids: the small model has too small a vocabulary to read texts with GPT-2's tokenizer.
    private static String ids() {
        return Arrays.stream(Gpt2Tokenizer.gpt2().encode(PROMPT)).mapToObj(Integer::toString).collect(Collectors.joining(","));
    }

    private static int run(String... arguments) {
        Stdio stdio = new Stdio(
                InputStream.nullInputStream(), OutputStream.nullOutputStream(), System.err, Terminal.ofProcess(), () -> false);
        return Main.run(stdio, arguments);
    }

    private void write(Path config, Path weights) throws IOException {
        Files.writeString(config, """
                {"model_type": "gpt2", "n_layer": %d, "n_head": 6, "n_embd": %d, "n_positions": %d, "vocab_size": %d}
                """.formatted(LAYERS, WIDTH, CONTEXT, VOCABULARY));
        add("wte.weight", VOCABULARY, WIDTH);
        add("wpe.weight", CONTEXT, WIDTH);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "h." + layer + ".";
            addWithBias(block + "ln_1", WIDTH);
            addWithBias(block + "attn.c_attn", WIDTH, 3 * WIDTH);
            addWithBias(block + "attn.c_proj", WIDTH, WIDTH);
            addWithBias(block + "ln_2", WIDTH);
            addWithBias(block + "mlp.c_fc", WIDTH, MLP_WIDTH);
            addWithBias(block + "mlp.c_proj", MLP_WIDTH, WIDTH);
        }
        addWithBias("ln_f", WIDTH);
        writer.write(weights);
    }

    private void addWithBias(String name, long... shape) {
        add(name + ".weight", shape);
        add(name + ".bias", shape[shape.length - 1]);
    }

    private void add(String name, long... shape) {
        writer.floats(name, DType.F32, Arrays.stream(shape).boxed().toList(), (first, values, count) -> {
            for (int i = 0; i < count; i++) {
                values[i] = 0.1f * (float) (random.nextDouble() - 0.5);
            }
        });
    }
}
