package io.github.logitlens.model;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.internal.layer.Sequences;
import io.github.logitlens.internal.layer.Transformer;
import io.github.logitlens.weights.Gpt2Config;
import java.util.List;
import java.util.Objects;

/// One of several sequences that go through the model in one pass: tokens, or rows that enter at a layer. Immutable: each method
/// returns a changed copy.
///
/// ```java
/// List<float[]> residuals = model.run(List.of(
///         Sequence.of(464, 3139, 286, 4881, 318),
///         Sequence.of(next).after(cache).hooks(hooks)));    // [5, dModel] and [1, dModel]
/// ```
///
/// A run may begin in the middle of the model, with a residual of another run, another model, or your own:
///
/// ```java
/// KvCache unpatched = model.newCache();
/// model.run(tokens, unpatched, Hooks.none());
/// model.runToLast(List.of(Sequence.from(HookSite.RESID_PRE.at(4), rows).behind(unpatched, 5)));    // blocks 4 to the last
/// ```
public final class Sequence {

    /// What the sequence is made of, until a model says how wide a row is.
    ///
    /// @param tokens     ids; empty where rows enter
    /// @param residual   `[rows, dModel]`; empty for tokens
    /// @param activation `[rows, dModel]`; empty for tokens
    private record Content(HookPoint from, int[] tokens, float[] residual, float[] activation) {
    }

    private final Content content;
    private final Hooks hooks;
    /// Null where nothing came before and nothing is kept.
    private final KvCache cache;
    /// Positions of a cache that is not written; −1 for one that is.
    private final int behind;

    private Sequence(Content content, Hooks hooks, KvCache cache, int behind) {
        this.content = content;
        this.hooks = hooks;
        this.cache = cache;
        this.behind = behind;
    }

    /// A sequence that begins at position 0 and leaves nothing, without hooks.
    ///
    /// @param tokens ids, at least one; *copied*
    /// @return the sequence
    public static Sequence of(int... tokens) {
        return new Sequence(new Content(Transformer.EMBEDDING, tokens.clone(), new float[0], new float[0]), Hooks.none(), null, -1);
    }

    /// A sequence that begins with a residual stream, wherever that is from. Blocks before the place do not run, nor does what the
    /// block of the place has done by then.
    ///
    /// @param place    `hook_resid_pre` or `hook_resid_mid` of a block, or `hook_resid_post` of one that is not the last
    /// @param residual one row for each position, `[rows, dModel]`, at least one; *copied*
    /// @return the sequence
    /// @throws IllegalArgumentException if it is another place
    public static Sequence from(HookPoint place, float[] residual) {
        HookPoint from = place.site() == HookSite.RESID_POST ? HookSite.RESID_PRE.at(place.layer() + 1) : place;
        if (from.site() != HookSite.RESID_PRE && from.site() != HookSite.RESID_MID) {
            throw new IllegalArgumentException(
                    "sequence: expected to begin at hook_resid_pre, hook_resid_mid or hook_resid_post of a block, got " + place);
        }
        float[] rows = residual.clone();
        return new Sequence(new Content(from, new int[0], rows, rows), Hooks.none(), null, -1);
    }

    /// A sequence that begins with what stands on a branch beside the residual stream, and with the residual stream that the branch
    /// is added to.
    ///
    /// @param place      `attn.hook_z` or `hook_attn_out` of a block, whose residual is that of `hook_resid_pre`, or `hook_mlp_out`,
    ///                   whose residual is that of `hook_resid_mid`
    /// @param residual   one row for each position, `[rows, dModel]`, at least one; *copied*
    /// @param activation what stands at the place, `[rows, dModel]`, for `z` head beside head; *copied*
    /// @return the sequence
    /// @throws IllegalArgumentException if it is another place, or the two have not the same length
    public static Sequence from(HookPoint place, float[] residual, float[] activation) {
        if (place.site() != HookSite.ATTN_Z && place.site() != HookSite.ATTN_OUT && place.site() != HookSite.MLP_OUT) {
            throw new IllegalArgumentException(
                    "sequence: expected to begin at attn.hook_z, hook_attn_out or hook_mlp_out of a block, got " + place);
        }
        if (residual.length != activation.length) {
            throw new IllegalArgumentException("activation at " + place + ": expected " + residual.length
                    + " values, as the residual has, got " + activation.length);
        }
        return new Sequence(new Content(place, new int[0], residual.clone(), activation.clone()), Hooks.none(), null, -1);
    }

    /// Changes what observes and edits this sequence.
    ///
    /// @param hooks called once per point, with this sequence's rows only
    /// @return a changed sequence
    public Sequence hooks(Hooks hooks) {
        return new Sequence(content, Objects.requireNonNull(hooks, "hooks"), cache, behind);
    }

    /// Lets the sequence go on behind the positions in a cache. One that begins at a layer cannot: it would leave nothing in those
    /// before.
    ///
    /// @param cache what earlier passes left, *written* by the pass; only this sequence of it may have it
    /// @return a changed sequence
    public Sequence after(KvCache cache) {
        return new Sequence(content, hooks, Objects.requireNonNull(cache, "cache"), -1);
    }

    /// Lets the sequence see the first positions in a cache, and leave nothing there: its own position 0 is the one behind them.
    ///
    /// @param cache     what earlier passes left, *not modified*; any number of sequences may share it
    /// @param positions how many of its positions come before this sequence, 0 to [KvCache#length]
    /// @return a changed sequence
    /// @throws IllegalArgumentException if the cache has not so many
    public Sequence behind(KvCache cache, int positions) {
        if (positions < 0 || positions > cache.length()) {
            throw new IllegalArgumentException("positions: expected 0 to " + cache.length() + " of the cache, got " + positions);
        }
        return new Sequence(content, hooks, cache, positions);
    }

    /// The place where it begins.
    HookPoint from() {
        return content.from;
    }

    /// How many rows it has in a model of a certain width.
    int rows(int dModel) {
        return content.tokens.length + content.residual.length / dModel;
    }

    boolean isHooked() {
        return hooks != Hooks.none();
    }

    /// The cache that the pass writes; null where there is none.
    KvCache written() {
        return behind < 0 ? cache : null;
    }

    /// The cache that the pass only reads; null where there is none.
    KvCache shared() {
        return behind < 0 ? null : cache;
    }

    /// What the layers take, checked against a model.
    ///
    /// @param lastLayer the last block that runs
    Sequences.Input input(Gpt2Model model, int lastLayer) {
        if (cache != null) {
            cache.checkModel(model);
        }
        int past = past();
        Sequences.Source source = content.from.equals(Transformer.EMBEDDING)
                ? new Sequences.Tokens(model.checked(content.tokens, past))
                : entering(model, past, lastLayer);
        HookAccess.of(hooks).check(model.config(), model.id(), content.from, lastLayer);
        HookCalls calls = HookAccess.of(HookAccess.forPrompt(hooks, past + source.rows()));
        return new Sequences.Input(source, past, past == 0 && behind >= 0 || cache == null ? List.of() : cache.layers,
                written() != null, calls);
    }

    private Sequences.Source entering(Gpt2Model model, int past, int lastLayer) {
        Gpt2Config config = model.config();
        if (content.from.layer() > lastLayer) {
            throw new IllegalArgumentException("sequence: expected to begin at a layer from 0 to " + lastLayer + " (model '"
                    + model.id() + "', " + config.nLayers() + " layers), got " + content.from);
        }
        if (written() != null) {
            throw new IllegalArgumentException("sequence from " + content.from
                    + ": expected a cache that it is behind, got one to be written, whose earlier layers would have nothing");
        }
        int length = content.residual.length;
        if (length == 0 || length % config.dModel() != 0) {
            throw new IllegalArgumentException("residual at " + content.from + ": expected a multiple of " + config.dModel()
                    + " values (dModel), got " + length);
        }
        int rows = length / config.dModel();
        model.checkFits(rows, past);
        return new Sequences.Entering(rows, content.residual, content.activation);
    }

    private int past() {
        return behind >= 0 ? behind : cache == null ? 0 : cache.length();
    }

    /// How many tokens or rows, and behind how many positions.
    @Override
    public String toString() {
        String what = content.from.equals(Transformer.EMBEDDING)
                ? content.tokens.length + " tokens"
                : content.residual.length + " values from " + content.from;
        return "Sequence[" + what + (cache == null ? "" : (behind < 0 ? " after " : " behind ") + past()) + "]";
    }
}
