package io.github.logitlens.weights.lens;

import java.util.Arrays;
import java.util.Optional;

/// The kinds of lens that have weights.
public enum LensForm {
    /// Tuned: `h + W h + b`, for the embedding and after each block but the last.
    TUNED("tuned", "linear_tuned_lens"),
    /// Jacobian: `J h`, after each block but the last.
    JACOBIAN("jacobian", "jacobian_lens"),
    /// Any affine maps, `A h + b`.
    AFFINE("affine", "affine_lens");

    private final String key;
    private final String lensType;

    LensForm(String key, String lensType) {
        this.key = key;
        this.lensType = lensType;
    }

    /// The name in results.
    ///
    /// @return such as `tuned`
    public String key() {
        return key;
    }

    /// The name in files.
    ///
    /// @return such as `linear_tuned_lens`
    public String lensType() {
        return lensType;
    }

    static Optional<LensForm> ofType(String lensType) {
        return Arrays.stream(values()).filter(form -> form.lensType.equals(lensType)).findFirst();
    }
}
