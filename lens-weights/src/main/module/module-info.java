/// Checkpoints: safetensors files, Hugging Face GPT-2 directories, the bundled demo model.
module io.github.logitlens.weights {
    exports io.github.logitlens.weights;
}
