package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.lens.LensWeights;
import java.nio.file.Path;
import java.util.Optional;

/// The kind of lens: what becomes of a residual before the final LayerNorm and `W_U`, which every lens shares.
///
/// ```java
/// LensOptions.defaults().readout(Readout.logit())                                // the default
/// LensOptions.defaults().readout(Readout.tuned())                                // the bundled model's tuned lens
/// LensOptions.defaults().readout(Readout.open(Path.of("gpt2_jacobian_lens.pt")))
/// ```
///
/// A lens is immutable, for any number of threads and models that it fits. [LogitLens#readout] finds one by name.
public sealed interface Readout permits LogitReadout, AffineReadout, ExtendedReadout {

    /// The logit lens: a residual as it is (nostalgebraist, "interpreting GPT: the logit lens", 2020).
    ///
    /// @return the lens without weights of its own
    static Readout logit() {
        return LogitReadout.INSTANCE;
    }

    /// The bundled model's tuned lens (Belrose et al., "Eliciting Latent Predictions from Transformers with the Tuned Lens",
    /// 2023): `h + W h + b` for the embedding and after each block but the last.
    ///
    /// @return the lens, for the model `demo` only
    static AffineReadout tuned() {
        try (LensWeights file = LensWeights.bundled()) {
            return AffineReadout.of(file);
        }
    }

    /// Reads a lens from its file: of this library ([AffineReadout#write]), of tuned-lens, of jacobian-lens; see
    /// [AffineReadout] for the forms.
    ///
    /// @param path a `.safetensors` or `.pt` file, or a directory: tuned-lens' `config.json` and `params.pt`, or the parts of a
    ///             Jacobian lens, which are merged
    /// @return the lens
    /// @throws io.github.logitlens.error.LensException if there is none, or it cannot be used
    static AffineReadout open(Path path) {
        try (LensWeights file = LensWeights.open(path)) {
            return AffineReadout.of(file);
        }
    }

    /// The logit lens behind the last blocks of the model, which run as they are, as with more `decoder_layer_names` in
    /// nostalgebraist's transformer-utils (2021): each point's residuals, those of all positions together, go through them before they
    /// are read. A point between these blocks goes through those that are left, and shows the model's own output.
    ///
    /// ```java
    /// lens.run("The Eiffel Tower is in", LensOptions.defaults().readout(Readout.extended(2)))    // layer l, then the last two
    /// ```
    ///
    /// It costs a run of these blocks for each point. Edits of a run change what is decoded and not the decoder.
    ///
    /// @param blocks how many, at least 1 and at most as many as the model has; with all of them the embedding reads as the output
    /// @return the lens
    /// @throws IllegalArgumentException if it is below 1
    static Readout extended(int blocks) {
        return new ExtendedReadout(blocks);
    }

    /// What results call it.
    ///
    /// @return `logit`, `tuned`, `jacobian`, `affine`, or `extended:` and the number of blocks
    String kind();

    /// The sha256 of the lens's own weights.
    ///
    /// @return 64 lower-case hexadecimal digits; empty for a lens that has none
    Optional<String> sha256();

    /// Refuses a model that the lens was not made for.
    ///
    /// @param model the model
    /// @throws ReadoutException with [ReadoutException.Reason#OTHER_MODEL] if it is another one
    void check(Gpt2Model model);

    /// Whether rows of a point are changed by this lens. Those that are not are read as the logit lens reads them.
    ///
    /// @param point the point
    /// @return false where the lens leaves a row as it is
    boolean maps(LensPoint point);

    /// The direction in the residual stream at a place along which a token's logit grows fastest, but for the final LayerNorm:
    /// the token's row of `W_U · A`, where `A` is the matrix that the lens multiplies with there; of `W_U` itself where it leaves
    /// rows as they are.
    ///
    /// ```java
    /// float[] paris = jacobian.direction(lens.model(), HookSite.RESID_POST.at(4), 6342);    // a row of W_U · J_4
    /// ```
    ///
    /// @param model the model
    /// @param point `resid_pre`, `resid_mid` or `resid_post` of a block
    /// @param token id in `[0, vocabSize)`
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such place or token in the model, or the lens runs blocks
    /// @throws ReadoutException         if the lens is another model's
    float[] direction(Gpt2Model model, HookPoint point, int token);
}
