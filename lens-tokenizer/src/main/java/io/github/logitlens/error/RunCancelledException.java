package io.github.logitlens.error;

/// A run, or the loading of a model, that was stopped before its end: the thread that called it was interrupted, or the stream of
/// results that it was for was closed. The thread's interrupt flag is still set, nothing was half written, and the model can go on
/// to be used.
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
        INTERRUPTED,
        /// Another thread closed what the run was for.
        CLOSED
    }

    /// What [#reason()] returns.
    private final Reason reason;

    /// Stopped by an interrupt.
    public RunCancelledException() {
        this(Reason.INTERRUPTED);
    }

    /// Stopped for a reason.
    ///
    /// @param reason who stopped it
    public RunCancelledException(Reason reason) {
        super("run cancelled: " + switch (reason) {
            case INTERRUPTED -> "its thread was interrupted";
            case CLOSED -> "what it was for is closed";
        });
        this.reason = reason;
    }

    /// Stopped by an interrupt that something below noticed first.
    ///
    /// @param cause what that threw
    public RunCancelledException(Throwable cause) {
        super("run cancelled: its thread was interrupted", cause);
        this.reason = Reason.INTERRUPTED;
    }

    @Override
    public Reason reason() {
        return reason;
    }
}
