package io.github.logitlens;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;

/// How a corpus is read: its protocol, without which no figure of loss or perplexity means anything. Immutable: each method with an
/// argument returns a changed copy.
///
/// ```java
/// CorpusOptions.defaults().window(1024).stride(512).lens(LensOptions.defaults().topK(1).metrics(LensMetric.SURPRISAL))
/// ```
///
/// A document's tokens are `t₀ … tₙ₋₁`. Window `k` shows the model the `window` tokens from `k · stride` on, fewer at the document's
/// end, with a BOS before them where one is asked for. Read is at each of its positions what follows there, if no earlier window did:
/// in the first window the tokens up to `t_window`, the one behind it included, and in every other one the `stride` tokens after those.
/// So every token is read once, with at least `window − stride + 1` tokens before it once there are as many, and at most `window`; the
/// first token of a document only behind a BOS. No window reaches from one document into another.
public final class CorpusOptions {

    private static final CorpusOptions DEFAULTS = new CorpusOptions(OptionalInt.empty(), OptionalInt.empty(),
            LensOptions.defaults().topK(1).metrics(LensMetric.SURPRISAL, LensMetric.NEXT_RANK), BatchOptions.defaults(),
            CorpusPlace.START);

    private final OptionalInt window;
    private final OptionalInt stride;
    private final LensOptions lens;
    private final BatchOptions batch;
    private final CorpusPlace from;

    private CorpusOptions(OptionalInt window, OptionalInt stride, LensOptions lens, BatchOptions batch, CorpusPlace from) {
        this.window = window;
        this.stride = stride;
        this.lens = lens;
        this.batch = batch;
        this.from = from;
    }

    /// Windows as long as the model's context, behind each other, without BOS; surprisal and rank of each token at the embedding and
    /// every `resid_post`.
    ///
    /// @return the default options
    public static CorpusOptions defaults() {
        return DEFAULTS;
    }

    /// Changes how many tokens of a document the model sees at once.
    ///
    /// @param window at least 1; BOS is not counted
    /// @return changed options
    /// @throws IllegalArgumentException if it is below 1, or below the stride
    public CorpusOptions window(int window) {
        if (window < 1) {
            throw new IllegalArgumentException("window: expected at least 1, got " + window);
        }
        return new CorpusOptions(OptionalInt.of(window), stride, lens, batch, from).checkStride();
    }

    /// Changes how many tokens a window begins behind the one before. A small stride gives every token much context, and takes
    /// `window / stride` times the work.
    ///
    /// @param stride from 1 to the window
    /// @return changed options
    /// @throws IllegalArgumentException if it is not
    public CorpusOptions stride(int stride) {
        if (stride < 1) {
            throw new IllegalArgumentException("stride: expected at least 1, got " + stride);
        }
        return new CorpusOptions(window, OptionalInt.of(stride), lens, batch, from).checkStride();
    }

    private CorpusOptions checkStride() {
        if (window.isPresent()) {
            checkStride(window.getAsInt());
        }
        return this;
    }

    private void checkStride(int window) {
        if (stride.orElse(1) > window) {
            throw new IllegalArgumentException("stride: expected at most the window, " + window + ", got " + stride.getAsInt()
                    + ": tokens between windows would not be read");
        }
    }

    /// Changes what is read of each token.
    ///
    /// @param lens at all positions; its BOS stands before every window. [LensMetric#SURPRISAL] is read whether asked for or not
    /// @return changed options
    /// @throws IllegalArgumentException if not all positions are to be read
    public CorpusOptions lens(LensOptions lens) {
        if (!lens.positions().equals(Positions.all())) {
            throw new IllegalArgumentException("positions: expected all, as every token of a corpus is read, got " + lens.positions());
        }
        LensMetric[] metrics = lens.metrics().toArray(LensMetric[]::new);
        LensMetric[] more = Arrays.copyOf(metrics, metrics.length + 1);
        more[metrics.length] = LensMetric.SURPRISAL;
        return new CorpusOptions(window, stride, lens.metrics(more), batch, from);
    }

    /// Changes how much goes through the model together; no row depends on it.
    ///
    /// @param batch budgets of rows and memory
    /// @return changed options
    public CorpusOptions batch(BatchOptions batch) {
        return new CorpusOptions(window, stride, lens, Objects.requireNonNull(batch, "batch"), from);
    }

    /// Goes on where another reader had come to. The first document given is then [CorpusPlace#document], and its text, where it is
    /// one from a `Reader`, begins [CorpusPlace#bytes] bytes behind its beginning.
    ///
    /// @param place from [CorpusReader#place], of a reader with the same options and model
    /// @return changed options
    public CorpusOptions from(CorpusPlace place) {
        return new CorpusOptions(window, stride, lens, batch, Objects.requireNonNull(place, "place"));
    }

    /// How many tokens of a document the model sees at once.
    ///
    /// @return empty for as many as the model's context has room for
    public OptionalInt window() {
        return window;
    }

    /// How many tokens a window begins behind the one before.
    ///
    /// @return empty for as many as the window has
    public OptionalInt stride() {
        return stride;
    }

    /// What is read of each token.
    ///
    /// @return with [LensMetric#SURPRISAL]
    public LensOptions lens() {
        return lens;
    }

    /// How much goes through the model together.
    ///
    /// @return the budgets
    public BatchOptions batch() {
        return batch;
    }

    /// Where it begins.
    ///
    /// @return [CorpusPlace#START] by default
    public CorpusPlace from() {
        return from;
    }

    /// These options for a model: with a window and a stride.
    ///
    /// @throws IllegalArgumentException if the window does not fit into its context
    CorpusOptions of(String model, int nCtx) {
        int room = nCtx - (lens.bos() == Bos.PREPEND ? 1 : 0);
        int size = window.orElse(room);
        if (size > room || size < 1) {
            throw new IllegalArgumentException("window: expected at most " + room + " tokens (nCtx " + nCtx + " of model '" + model + "'"
                    + (room < nCtx ? ", less the BOS" : "") + "), got " + size);
        }
        checkStride(size);
        return new CorpusOptions(OptionalInt.of(size), OptionalInt.of(stride.orElse(size)), lens, batch, from);
    }

    /// Every option, in one line.
    @Override
    public String toString() {
        return "CorpusOptions[window=" + (window.isPresent() ? window.getAsInt() : "nCtx") + ", stride="
                + (stride.isPresent() ? stride.getAsInt() : "window") + ", from=" + from + ", lens=" + lens + "]";
    }
}
