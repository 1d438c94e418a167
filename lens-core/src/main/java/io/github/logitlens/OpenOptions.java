package io.github.logitlens;

import io.github.logitlens.model.Compute;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/// How a model is opened. Immutable: each method returns a changed copy.
///
/// ```java
/// LogitLens.open("gpt2", OpenOptions.defaults().compute(Compute.defaults().threads(4)).progress(bar::show))
/// ```
public final class OpenOptions {

    private static final OpenOptions DEFAULTS = new OpenOptions();

    private @Nullable Compute compute;
    private @Nullable DoubleConsumer progress;
    private boolean streamed;
    private boolean idsOnly;

    private OpenOptions() {
    }

    private OpenOptions copy() {
        OpenOptions copy = new OpenOptions();
        copy.compute = compute;
        copy.progress = progress;
        copy.streamed = streamed;
        copy.idsOnly = idsOnly;
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

    /// Changes whether a model is opened though its tokenizer is damaged. Runs of token ids need none: tokens then show as `<7>`,
    /// and what needs the id of a text throws what the opening would, as for a model without a tokenizer.
    ///
    /// @param idsOnly whether ids are enough
    /// @return changed options
    public OpenOptions idsOnly(boolean idsOnly) {
        OpenOptions copy = copy();
        copy.idsOnly = idsOnly;
        return copy;
    }

    /// Whether a model is opened though its tokenizer is damaged.
    ///
    /// @return false by default
    public boolean idsOnly() {
        return idsOnly;
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
