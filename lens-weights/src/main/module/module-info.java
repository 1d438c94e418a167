/// Checkpoints: safetensors files, Hugging Face GPT-2 directories, the bundled demo model.
module io.github.logitlens.weights {
    requires transitive io.github.logitlens.tokenizer;
    requires java.net.http;

    exports io.github.logitlens.weights;
}
