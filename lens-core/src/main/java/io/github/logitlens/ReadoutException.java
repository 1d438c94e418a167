package io.github.logitlens;

import io.github.logitlens.error.LensException;
import java.util.Objects;

/// A lens that does not go with a model. The message is one line that names both, what was expected and what was found.
///
/// ```java
/// try {
///     lens.run(prompt, LensOptions.defaults().readout(Readout.open(path)));
/// } catch (ReadoutException e) {
///     e.reason();        // OTHER_MODEL
///     e.getMessage();    // lens gpt2/params.pt: expected dModel 128 (model 'demo'), got 768
/// }
/// ```
public final class ReadoutException extends LensException {

    private static final long serialVersionUID = 1L;

    /// The cause, one constant for each.
    public enum Reason {
        /// There is no lens of that kind for the model.
        NO_SUCH_LENS,
        /// The lens was made for another model.
        OTHER_MODEL
    }

    /// What [#reason()] returns.
    private final Reason reason;

    ReadoutException(Reason reason, String message) {
        super(message);
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
