package io.github.logitlens;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What a run of the lens reads. Immutable: each method returns a changed copy, and every result carries its options.
///
/// ```java
/// LensOptions.defaults().topK(5).positions(Positions.last()).track(" Paris")
/// ```
///
/// @param topK       tokens read per point and position, highest logit first, at least 1
/// @param positions  the positions read
/// @param bos        whether `<|endoftext|>` is put before the prompt
/// @param midPoints  whether the residual stream is also read between each block's attention and its MLP (`resid_mid`)
/// @param tracked    texts of single tokens followed through every point, as the tokenizer spells them
public record LensOptions(int topK, Positions positions, Bos bos, boolean midPoints, List<String> tracked) {

    private static final LensOptions DEFAULTS = new LensOptions(10, Positions.all(), Bos.NONE, false, List.of());

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if `topK` is below 1
    public LensOptions {
        if (topK < 1) {
            throw new IllegalArgumentException("top-k: expected at least 1, got " + topK);
        }
        Objects.requireNonNull(positions, "positions");
        Objects.requireNonNull(bos, "bos");
        tracked = List.copyOf(tracked);
    }

    /// Top 10 at every position, no BOS, embedding and every `resid_post`, nothing tracked.
    ///
    /// @return the default options
    public static LensOptions defaults() {
        return DEFAULTS;
    }

    /// Changes how many tokens are read per point and position.
    ///
    /// @param topK at least 1; more than the vocabulary holds means the whole vocabulary
    /// @return changed options
    public LensOptions topK(int topK) {
        return new LensOptions(topK, positions, bos, midPoints, tracked);
    }

    /// Changes the positions read.
    ///
    /// @param positions the positions
    /// @return changed options
    public LensOptions positions(Positions positions) {
        return new LensOptions(topK, positions, bos, midPoints, tracked);
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether `<|endoftext|>` goes before the prompt
    /// @return changed options
    public LensOptions bos(Bos bos) {
        return new LensOptions(topK, positions, bos, midPoints, tracked);
    }

    /// Adds or removes the points between attention and MLP.
    ///
    /// @param midPoints whether `resid_mid` is read too
    /// @return changed options
    public LensOptions midPoints(boolean midPoints) {
        return new LensOptions(topK, positions, bos, midPoints, tracked);
    }

    /// Follows one more token through every point: its logit, probability and rank.
    ///
    /// @param token the text of exactly one token, such as `" Paris"` with its leading space
    /// @return changed options
    public LensOptions track(String token) {
        List<String> more = new ArrayList<>(tracked);
        more.add(Objects.requireNonNull(token, "token"));
        return new LensOptions(topK, positions, bos, midPoints, more);
    }
}
