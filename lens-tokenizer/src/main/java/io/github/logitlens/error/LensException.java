package io.github.logitlens.error;

import org.jspecify.annotations.Nullable;

/// The root of what this library throws when a file, a model, the network or a stopped run is at fault, so that a caller can
/// catch all of it in one place. A mistake of the caller's own is an [IllegalArgumentException], a call after `close()` an
/// [IllegalStateException].
///
/// ```java
/// try (LogitLens lens = LogitLens.open(name)) {
///     …
/// } catch (LensException e) {
///     e.reason();        // MISSING_FILE, WRONG_SHAPE, …: a constant of the subclass
///     e.getMessage();    // one line: which file or tensor, what was expected, what was found
/// }
/// ```
public abstract class LensException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// An exception without a cause.
    ///
    /// @param message one line
    protected LensException(String message) {
        super(message);
    }

    /// An exception with a cause.
    ///
    /// @param message one line
    /// @param cause   what was thrown below, or null
    protected LensException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// What went wrong, as a constant. Each subclass has its own set of reasons and returns that type.
    ///
    /// @return one of the subclass's `Reason` constants
    public abstract Enum<?> reason();
}
