package io.github.logitlens.weights.lens;

import io.github.logitlens.error.LensException;
import java.util.Objects;

/// A file of which no lens can be made. The message is one line that names the file, and the tensor or field, what was expected
/// and what was found.
///
/// ```java
/// try (LensWeights lens = LensWeights.open(path)) {
///     …
/// } catch (LensFileException e) {
///     e.reason();        // NOT_FITTED
///     e.getMessage();    // n_done: expected at least 1, got 0 (in checkpoint.pt)
/// }
/// ```
public final class LensFileException extends LensException {

    private static final long serialVersionUID = 1L;

    /// The cause, one constant for each.
    public enum Reason {
        /// There is nothing at that path, or a directory without a lens.
        NOT_FOUND,
        /// The file's tensors are those of no lens.
        NOT_A_LENS,
        /// The lens's configuration cannot be read, or is not one JSON object.
        CONFIG_UNREADABLE,
        /// A field has the wrong type, an impossible value, or contradicts the tensors.
        CONFIG_INVALID,
        /// A matrix or bias is missing.
        TENSOR_MISSING,
        /// A matrix is not square, or not of the width of the others; a bias has another length.
        WRONG_SHAPE,
        /// A Jacobian lens was fitted on no prompts.
        NOT_FITTED,
        /// Parts of a Jacobian lens do not belong together.
        PARTS_DIFFER,
        /// The lens was made for weights that were changed before, such as TransformerLens folds them.
        PROCESSED_WEIGHTS
    }

    /// What [#reason()] returns.
    private final Reason reason;

    LensFileException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason);
    }

    LensFileException(Reason reason, String message, Throwable cause) {
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
