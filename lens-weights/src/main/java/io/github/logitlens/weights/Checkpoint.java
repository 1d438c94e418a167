package io.github.logitlens.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A GPT-2 on disk: its configuration and its weights, checked when opened, read on request.
public final class Checkpoint implements AutoCloseable {

    private Checkpoint() {
    }

    /// Opens a model by name.
    ///
    /// @param model `demo` or a directory
    /// @return the open checkpoint
    public static Checkpoint open(String model) {
        throw new UnsupportedOperationException(model);
    }

    /// Opens a directory in Hugging Face's layout.
    ///
    /// @param directory with `config.json` and `model.safetensors` or its shards
    /// @return the open checkpoint
    public static Checkpoint open(Path directory) {
        throw new UnsupportedOperationException(directory.toString());
    }

    /// Opens the model that ships with the library.
    ///
    /// @return the open checkpoint
    public static Checkpoint demo() {
        throw new UnsupportedOperationException();
    }

    /// What the model is called in results.
    ///
    /// @return `demo`, or the directory's name
    public String id() {
        throw new UnsupportedOperationException();
    }

    /// Where it was opened.
    ///
    /// @return the directory, empty for the bundled model
    public Optional<Path> directory() {
        throw new UnsupportedOperationException();
    }

    /// The configuration.
    ///
    /// @return the checked configuration
    public Gpt2Config config() {
        throw new UnsupportedOperationException();
    }

    /// A weight outside the blocks.
    ///
    /// @param role such as [WeightRole#TOKEN_EMBEDDING]
    /// @return the weight
    public Weight weight(WeightRole role) {
        throw new UnsupportedOperationException(role.name());
    }

    /// A weight of a block.
    ///
    /// @param role such as [WeightRole#QKV_WEIGHT]
    /// @param layer the block, from 0
    /// @return the weight
    public Weight weight(WeightRole role, int layer) {
        throw new UnsupportedOperationException(role.name() + layer);
    }

    /// Names of tensors that the model does not use, such as `h.0.attn.bias`.
    ///
    /// @return an immutable list in the order of the file
    public List<String> ignoredTensors() {
        throw new UnsupportedOperationException();
    }

    /// The SHA-256 of the weights' file, computed on first request.
    ///
    /// @return 64 lower-case hexadecimal digits
    public String sha256() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
    }
}
