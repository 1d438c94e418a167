package io.github.logitlens.bench.peer;

/// Someone else's program, or what it needs, is not on this machine.
public final class PeerMissingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// @param message what is missing, and how to get it
    public PeerMissingException(String message) {
        super(message);
    }
}
