package io.github.logitlens.internal.layer;

import io.github.logitlens.weights.Gpt2Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// Refuses a model that does not fit into memory before any of it is allocated.
final class WeightMemory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");

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
        try (Stream<String> lines = Files.lines(MEMINFO)) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).findFirst();
        } catch (IOException | RuntimeException e) {
            return OptionalLong.empty();
        }
    }
}
