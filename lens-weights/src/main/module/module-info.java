/// Checkpoints: Hugging Face GPT-2 directories and the bundled demo model, safetensors files, the hub they come from.
module io.github.logitlens.weights {
    requires transitive io.github.logitlens.tokenizer;
    requires java.net.http;
    requires static org.jspecify;

    exports io.github.logitlens.weights;
    exports io.github.logitlens.weights.hub;
    exports io.github.logitlens.weights.lens;
    exports io.github.logitlens.weights.safetensors;
    exports io.github.logitlens.weights.torch;
}
