package io.github.logitlens.error;

import org.jspecify.annotations.Nullable;

/// A run, or the loading of a model, that was stopped before its end: the thread that called it was interrupted. The thread's
/// interrupt flag is still set, nothing was half written, and the model can go on to be used.
///
/// ```java
/// Future<LensResult> run = executor.submit(() -> lens.run(prompt));
/// run.cancel(true);        // the run ends within a few milliseconds, wherever it is
/// ```
public final class RunCancelledException extends LensException {

    private static final long serialVersionUID = 1L;

    /// Who stopped it.
    public enum Reason {
        /// The calling thread was interrupted, as [java.util.concurrent.Future#cancel] does.
        INTERRUPTED
    }

    /// Stopped by an interrupt.
    public RunCancelledException() {
        this(null);
    }

    /// Stopped by an interrupt that something below noticed first.
    ///
    /// @param cause what that threw, or null
    public RunCancelledException(@Nullable Throwable cause) {
        super("run cancelled: its thread was interrupted", cause);
    }

    @Override
    public Reason reason() {
        return Reason.INTERRUPTED;
    }
}
