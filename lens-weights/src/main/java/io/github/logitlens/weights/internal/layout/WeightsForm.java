package io.github.logitlens.weights.internal.layout;

/// The forms in which a model's weights are read, and what their files are called, in the order in which they are looked for.
public enum WeightsForm {
    SAFETENSORS(ModelFiles.WEIGHTS, ModelFiles.WEIGHTS_INDEX, ".safetensors"),
    PYTORCH("pytorch_model.bin", "pytorch_model.bin.index.json", ".bin");

    private final String single;
    private final String index;
    private final String suffix;

    WeightsForm(String single, String index, String suffix) {
        this.single = single;
        this.index = index;
        this.suffix = suffix;
    }

    /// The one file of all weights.
    public String single() {
        return single;
    }

    /// What names the files of weights that lie in several.
    public String index() {
        return index;
    }

    /// How the name of such a file ends.
    public String suffix() {
        return suffix;
    }
}
