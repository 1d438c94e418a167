package io.github.logitlens;

import java.util.Locale;

/// What becomes of a row `h` before it meets `W_U`. The three give different numbers, so every result names its own.
///
/// `γ` and `β` are the final LayerNorm's gain and bias, `s(h) = √(variance of h + ε)`, and `L` is the final residual of the same
/// position.
public enum LayerNormMode {
    /// `LN_f(h) = (h − mean h)/s(h) ⊙ γ + β`, with the statistics of `h` itself: the logit lens.
    ///
    /// A probability distribution that the model could have put out, at every layer (nostalgebraist, "interpreting GPT: the logit
    /// lens", 2020). It misleads on what a component writes:
    /// each write is blown up to the size of a whole residual, so a head that does nothing looks as sure as one that decides.
    RECOMPUTED,
    /// `(h − mean h)/s(L) ⊙ γ`, plus `β` for residuals but not for what components write: every row is measured with the ruler
    /// of the final one.
    ///
    /// Linear, so the rows of components add up to the row of their sum: direct logit attribution (Elhage et al., "A Mathematical
    /// Framework for Transformer Circuits", 2021). The last row is the model's output, bit for bit: it goes
    /// through the model's own LayerNorm, which is this formula there, and not through the other rows' arithmetic. It misleads
    /// as a prediction of early layers, whose residuals are smaller than the final one: their distributions come out too flat.
    FROZEN,
    /// `h`, as it is: `h · W_U`.
    ///
    /// What a dot product with the unembedding sees, and nothing more. No row is the model's output, the last one neither, and
    /// directions that LayerNorm would remove or rescale, such as the mean, count in full. What is compared with the final
    /// point is compared with its raw row.
    NONE;

    /// The mode that a key names.
    ///
    /// @param key `recomputed`, `frozen` or `none`, in any case
    /// @return the mode
    /// @throws IllegalArgumentException if there is none
    public static LayerNormMode named(String key) {
        for (LayerNormMode mode : values()) {
            if (mode.key().equalsIgnoreCase(key)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("layer-norm: expected recomputed, frozen or none, got \"" + key + "\"");
    }

    /// The name on the command line, in JSON and in CSV.
    ///
    /// @return `recomputed`, `frozen` or `none`
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
