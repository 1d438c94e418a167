package io.github.logitlens;

import io.github.logitlens.weights.Gpt2Config;
import java.util.Optional;

/// The kind of lens: what becomes of a residual before the final LayerNorm and `W_U`, which every lens shares.
///
/// ```java
/// LensOptions.defaults().readout(Readout.logit())    // the default
/// ```
public sealed interface Readout permits LogitReadout {

    /// The logit lens: a residual as it is (nostalgebraist, "interpreting GPT: the logit lens", 2020).
    ///
    /// @return the lens without weights of its own
    static Readout logit() {
        return LogitReadout.INSTANCE;
    }

    /// What results call it.
    ///
    /// @return `logit`
    String kind();

    /// The sha256 of the lens's own weights.
    ///
    /// @return 64 lower-case hexadecimal digits; empty for a lens that has none
    Optional<String> sha256();

    /// Refuses a model that the lens was not made for.
    ///
    /// @param config the model's sizes
    /// @throws IllegalArgumentException if it is another one's
    void check(Gpt2Config config);

    /// Whether rows of a point are changed by this lens. Those that are not are read as the logit lens reads them.
    ///
    /// @param point the point
    /// @return false where the lens leaves a row as it is
    boolean maps(LensPoint point);

    /// Changes rows of one point, which [#maps] says is changed.
    ///
    /// @param point  the point
    /// @param rows   rows of `dModel` values, the first at `offset`; *written*
    /// @param offset where the first row begins
    /// @param stride from one row to the next
    /// @param count  how many rows
    void map(LensPoint point, float[] rows, int offset, int stride, int count);
}
