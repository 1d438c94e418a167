package io.github.logitlens.model;

import io.github.logitlens.internal.vocabulary.Unembedder;
import java.util.function.Function;

/// `LN_f(h) · W_U`: the model's last step, and the logit lens when `h` is an earlier residual.
///
/// ```java
/// float[] residual = model.run(tokens, Hooks.none());                              // [seqLen, dModel]
/// float[] last = Arrays.copyOfRange(residual, residual.length - dModel, residual.length);
/// model.unembedding().logits(last);                                                // [vocabSize]
/// ```
///
/// The statistics of `LN_f` are recomputed for each residual; [#withoutNorm] leaves the LayerNorm out.
public final class Unembedding {

    static {
        Unembedder.openedBy(new Opener());
    }

    private final Unembedder unembedder;

    Unembedding(Unembedder unembedder) {
        this.unembedder = unembedder;
    }

    /// No lambda: the first of those costs a new process a millisecond.
    private static final class Opener implements Function<Object, Unembedder> {
        @Override
        public Unembedder apply(Object unembedding) {
            return ((Unembedding) unembedding).unembedder;
        }
    }

    /// `h · W_U`: the same readings of rows as they are, whether raw residuals or rows normalised elsewhere.
    ///
    /// @return an unembedding without the LayerNorm before it
    public Unembedding withoutNorm() {
        return new Unembedding(unembedder.withoutNorm());
    }

    /// The gain `γ` of the final LayerNorm.
    ///
    /// @return `[dModel]`, a copy
    public float[] gain() {
        return unembedder.gain();
    }

    /// The bias `β` of the final LayerNorm.
    ///
    /// @return `[dModel]`, a copy
    public float[] bias() {
        return unembedder.bias();
    }

    /// `LN_f(h)`: what the model multiplies with `W_U` where `h` is the final residual. [#withoutNorm] makes the same logits of it.
    ///
    /// @param residual `[dModel]`, *not modified*
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if the residual has another length
    public float[] normalized(float[] residual) {
        return unembedder.normalized(residual);
    }

    /// A token's column of `W_U`: what a normalised row is multiplied with to become the token's logit.
    ///
    /// @param token id in `[0, vocabSize)`
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such token
    /// @throws IllegalStateException    after the model's `close()`
    public float[] direction(int token) {
        return unembedder.direction(token);
    }

    /// The width of a residual.
    ///
    /// @return dModel
    public int dModel() {
        return unembedder.dModel();
    }

    /// How many logits a residual has.
    ///
    /// @return vocabSize
    public int vocabSize() {
        return unembedder.vocabSize();
    }

    /// All logits of one residual, or of many in one pass over `W_U`, which costs little more for some dozen rows than for one.
    /// A row's logits have the same bits beside any others.
    ///
    /// @param residuals `[rows, dModel]`, *not modified*
    /// @return `[rows, vocabSize]`, owned by the caller
    /// @throws IllegalArgumentException if that is not a whole number of rows, or none
    /// @throws IllegalStateException    after the model's `close()`
    public float[] logits(float[] residuals) {
        return unembedder.logits(residuals);
    }
}
