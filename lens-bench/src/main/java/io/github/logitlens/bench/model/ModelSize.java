package io.github.logitlens.bench.model;

import io.github.logitlens.weights.ActivationFunction;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Locale;

/// The shapes of GPT-2 that were published, and one for tests.
public enum ModelSize {
    TINY(2, 2, 16, 97, 32),
    SMALL(12, 12, 768, 50257, 1024),
    MEDIUM(24, 16, 1024, 50257, 1024),
    LARGE(36, 20, 1280, 50257, 1024),
    XL(48, 25, 1600, 50257, 1024);

    private final Gpt2Config config;

    ModelSize(int nLayers, int nHeads, int dModel, int vocabSize, int nCtx) {
        config = new Gpt2Config(nLayers, nHeads, dModel, 4 * dModel, vocabSize, nCtx, 1e-5,
                ActivationFunction.GELU_NEW, true, false, true);
    }

    /// The size of a benchmark's parameter `model`, such as `small`.
    public static ModelSize of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    public Gpt2Config config() {
        return config;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
