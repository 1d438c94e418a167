package io.github.logitlens.weights.internal.text;

/// Text that is not JSON; the message says what was expected at which byte. Whoever knows the file adds its name.
public final class JsonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean tooDeep;

    JsonException(String message, boolean tooDeep) {
        super(message);
        this.tooDeep = tooDeep;
    }

    /// Whether it may well be JSON, but nests more than can be read.
    public boolean isTooDeep() {
        return tooDeep;
    }
}
