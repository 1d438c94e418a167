package io.github.logitlens.internal.edit;

import io.github.logitlens.Prompt;
import io.github.logitlens.TokenRef;
import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.weights.Gpt2Config;

/// What edits take from a model before a run.
public interface EditModel {

    Gpt2Config config();

    /// What stood at a point in the unchanged run of one of the edit's sources.
    ///
    /// @param source one of [io.github.logitlens.hook.Edit#sources]
    /// @param point  one that [Unresolved#reads]
    /// @return all of it
    Activation source(Prompt source, HookPoint point);

    /// A token's column of `W_U`, `[dModel]`.
    ///
    /// @throws IllegalArgumentException if there is no such token
    float[] unembedding(TokenRef token);

    /// A token's row of `W_E`, `[dModel]`.
    ///
    /// @throws IllegalArgumentException if there is no such token
    float[] embedding(TokenRef token);

    /// The direction of the run's own lens for a token at a point, `[dModel]`; see
    /// [io.github.logitlens.Readout#direction].
    ///
    /// @throws IllegalArgumentException if there is no such token, or the lens does not read that point
    float[] lens(HookPoint point, TokenRef token);
}
