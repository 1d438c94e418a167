package io.github.logitlens.internal.matrix;

import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// Refuses a model that does not fit into memory before any of it is allocated.
public final class WeightMemory {

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
    public static void check(String id, Gpt2Config config) {
        Optional<AvailableMemory> available = AvailableMemory.now(Path.of("/"));
        if (available.isPresent()) {
            check(id, bytes(config), available.get());
        }
    }

    /// @throws IllegalStateException if more is needed than is available
    static void check(String id, long needed, AvailableMemory available) {
        if (needed > available.bytes()) {
            String limited = available.limit().isEmpty() ? ""
                    : String.format(Locale.ROOT, " (the limit of its control group is %,d)", available.limit().getAsLong());
            throw new IllegalStateException(String.format(Locale.ROOT,
                    "model '%s': its weights need %,d bytes of memory as float32, only %,d are available%s",
                    id, needed, available.bytes(), limited));
        }
    }
}
