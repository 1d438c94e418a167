package io.github.logitlens;

import io.github.logitlens.model.Compute;
import java.util.Objects;
import java.util.function.DoubleConsumer;

/// How a model is opened. Immutable: each method returns a changed copy.
///
/// ```java
/// LogitLens.open("gpt2", OpenOptions.defaults().compute(Compute.defaults().threads(4)).progress(bar::show))
/// ```
public final class OpenOptions {

    private static final OpenOptions DEFAULTS = new OpenOptions();

    private Compute compute;
    private DoubleConsumer progress;
    private boolean streamed;

    private OpenOptions() {
    }

    private OpenOptions copy() {
        OpenOptions copy = new OpenOptions();
        copy.compute = compute;
        copy.progress = progress;
        copy.streamed = streamed;
        return copy;
    }

    /// The JVM's threads and kernels, weights in memory, nobody told.
    ///
    /// @return the default options
    public static OpenOptions defaults() {
        return DEFAULTS;
    }

    /// Changes what computes.
    ///
    /// @param compute threads and kernels
    /// @return changed options
    public OpenOptions compute(Compute compute) {
        OpenOptions copy = copy();
        copy.compute = Objects.requireNonNull(compute, "compute");
        return copy;
    }

    /// Changes who is told how the loading of the weights gets on.
    ///
    /// @param progress told how much is done, from 0 to 1, by any of the threads that load; what it throws ends the loading
    /// @return changed options
    public OpenOptions progress(DoubleConsumer progress) {
        OpenOptions copy = copy();
        copy.progress = Objects.requireNonNull(progress, "progress");
        return copy;
    }

    /// Changes whether the weights stay in their files, where every run reads them: for a single run, or a model that is larger
    /// than memory. See [io.github.logitlens.model.Gpt2Model#stream].
    ///
    /// @param streamed whether they stay there
    /// @return changed options
    public OpenOptions streamed(boolean streamed) {
        OpenOptions copy = copy();
        copy.streamed = streamed;
        return copy;
    }

    /// What computes.
    ///
    /// @return [Compute#defaults()] unless it was changed
    public Compute compute() {
        return compute == null ? Compute.defaults() : compute;
    }

    /// Tells how much is done, if anybody wants to know.
    void report(double done) {
        if (progress != null) {
            progress.accept(done);
        }
    }

    /// Whether the weights stay in their files.
    ///
    /// @return false by default
    public boolean streamed() {
        return streamed;
    }
}
