package io.github.logitlens.weights.internal.layout;

/// An index that is not one, or not a safe one; the message names the file.
public final class ShardIndexException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean unsafeName;

    ShardIndexException(String message, boolean unsafeName) {
        super(message);
        this.unsafeName = unsafeName;
    }

    /// Whether it names a file outside the model's directory, or one that is no safetensors file.
    public boolean isUnsafeName() {
        return unsafeName;
    }
}
