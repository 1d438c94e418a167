package io.github.logitlens.internal.layer;

import io.github.logitlens.weights.Gpt2Config;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/// Refuses a model that does not fit into memory before any of it is allocated.
final class WeightMemory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";
    private static final String KIBIBYTES = " kB";

    private WeightMemory() {
    }

    /// Bytes a model's matrices take off heap.
    static long bytes(Gpt2Config config) {
        long d = config.dModel();
        long block = PanelMatrix.bytes(d, 3 * d) + PanelMatrix.bytes(d, d)
                + PanelMatrix.bytes(d, config.dMlp()) + PanelMatrix.bytes(config.dMlp(), d);
        long embeddings = PanelMatrix.bytes(d, config.vocabSize())
                + (config.tiedUnembedding() ? 0 : 4L * config.vocabSize() * d);
        return embeddings + config.nLayers() * block;
    }

    /// Compares what is needed with what the system says is available; where it does not say, lets the load try.
    ///
    /// @throws IllegalStateException if the model needs more
    static void check(String id, Gpt2Config config) {
        long needed = bytes(config);
        OptionalLong available = available();
        if (available.isPresent() && needed > available.getAsLong()) {
            throw new IllegalStateException(String.format(Locale.ROOT,
                    "model '%s': its weights need %,d bytes of memory as float32, only %,d are available",
                    id, needed, available.getAsLong()));
        }
    }

    private static OptionalLong available() {
        // No stream and no regular expression: their first use costs a new process ten milliseconds.
        try (BufferedReader lines = Files.newBufferedReader(MEMINFO)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(AVAILABLE) && line.endsWith(KIBIBYTES)) {
                    String number = line.substring(AVAILABLE.length(), line.length() - KIBIBYTES.length()).strip();
                    return OptionalLong.of(1024 * Long.parseLong(number));
                }
            }
        } catch (IOException | NumberFormatException e) {
            // another system, which does not say
        }
        return OptionalLong.empty();
    }
}
