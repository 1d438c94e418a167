package io.github.logitlens.weights.hub;

import io.github.logitlens.error.LensException;
import java.util.Objects;

/// A model that could not be fetched, or not be kept. The message is one line that names the model or file, what was
/// expected and what was found; it never holds the access token, nor the query of a signed address.
///
/// ```java
/// try {
///     ModelHub.standard().resolve("openai-community/gpt2-xl");
/// } catch (HubException e) {
///     e.reason();        // DISK_FULL
///     e.getMessage();    // model 'openai-community/gpt2-xl': expected 6431829964 bytes of free disk space, got …
/// }
/// ```
public final class HubException extends LensException {

    private static final long serialVersionUID = 1L;

    /// The cause, one constant for each.
    public enum Reason {
        /// The name is neither a directory nor one that a model on the hub can have.
        BAD_NAME,
        /// A variable such as `HF_ENDPOINT` has a value that cannot be used.
        BAD_SETTING,
        /// The model is not on this machine, and `HF_HUB_OFFLINE` forbids to download it.
        OFFLINE,
        /// The hub could not be reached.
        UNREACHABLE,
        /// The hub, or the host that has the file, stopped sending.
        STALLED,
        /// The hub wants a token, or does not accept the one it got.
        UNAUTHORIZED,
        /// The model's conditions have to be accepted on its page first.
        GATED,
        /// The token does not give access.
        FORBIDDEN,
        /// There is no such model, or it is private.
        REPOSITORY_NOT_FOUND,
        /// The model has no such revision.
        REVISION_NOT_FOUND,
        /// The model has no such file.
        FILE_NOT_FOUND,
        /// The model has no weights in a form that is read.
        NO_WEIGHTS,
        /// The hub answers too many requests from here.
        RATE_LIMITED,
        /// The hub failed, and went on failing.
        SERVER_ERROR,
        /// A redirect in a loop, to something other than HTTP, or from HTTPS to HTTP.
        BAD_REDIRECT,
        /// The hub's answer breaks the protocol.
        BAD_RESPONSE,
        /// The connection went on breaking.
        BROKEN_TRANSFER,
        /// The file is larger or smaller than it should be.
        WRONG_SIZE,
        /// The file's hash is not what it should be.
        WRONG_CONTENT,
        /// The index of the weights' files is none, or names a file outside the model.
        BAD_INDEX,
        /// The disk has too little room.
        DISK_FULL,
        /// The cache cannot be written to.
        CACHE_NOT_WRITABLE,
        /// A file in the cache cannot be read.
        CACHE_NOT_READABLE,
        /// The thread was interrupted.
        INTERRUPTED
    }

    /// What [#reason()] returns.
    private final Reason reason;

    HubException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason);
    }

    HubException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason);
    }

    /// The cause as a constant.
    ///
    /// @return what went wrong
    @Override
    public Reason reason() {
        return reason;
    }
}
