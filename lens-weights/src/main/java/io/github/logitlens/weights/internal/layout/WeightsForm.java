package io.github.logitlens.weights.internal.layout;

/// The forms in which a model's weights are read, and what their files are called, in the order in which they are looked for.
public enum WeightsForm {
    SAFETENSORS(ModelFiles.WEIGHTS, ModelFiles.WEIGHTS_INDEX, ".safetensors"),
    PYTORCH("pytorch_model.bin", "pytorch_model.bin.index.json", ".bin");

    /// What a model without weights has none of, for messages.
    public static final String EXPECTED = SAFETENSORS.single + ", " + PYTORCH.single + " or the index of either's shards";

    /// How a pickle begins.
    private static final byte PICKLE = (byte) 0x80;

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

    /// Whether a file of this form may be one that is read: PyTorch's from before version 1.6, a pickle without an archive
    /// around it, is not.
    ///
    /// @param first its first byte
    public boolean reads(byte first) {
        return this != PYTORCH || first != PICKLE;
    }
}
