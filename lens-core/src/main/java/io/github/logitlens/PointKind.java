package io.github.logitlens;

import io.github.logitlens.hook.HookSite;
import java.util.Arrays;
import java.util.stream.Collectors;

/// What the lens can read, in the order of the forward pass: the residual stream at some place, or what a component writes
/// into it.
///
/// ```java
/// LensOptions.defaults().points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST)
/// LensOptions.defaults().points(PointKind.HEAD).layerNorm(LayerNormMode.FROZEN)
/// ```
public enum PointKind {
    /// The embedding before any block, `wte + wpe`: one point, `embed`.
    EMBED("embed", HookSite.RESID_PRE, "Embedding"),
    /// The residual stream as each block receives it; block 0's is the embedding.
    RESID_PRE("resid_pre", HookSite.RESID_PRE, "Layer # pre"),
    /// What each attention head writes, `z · W_O^{l,h}`, without the bias `b_O`, which belongs to no head: nHeads points a block.
    HEAD("head", HookSite.ATTN_Z, "L#H"),
    /// What each block's attention writes: all its heads and `b_O`.
    ATTN_OUT("attn_out", HookSite.ATTN_OUT, "Layer # attn"),
    /// The residual stream between each block's attention and its MLP.
    RESID_MID("resid_mid", HookSite.RESID_MID, "Layer # mid"),
    /// What each block's MLP writes, its bias included.
    MLP_OUT("mlp_out", HookSite.MLP_OUT, "Layer # MLP"),
    /// The residual stream as each block leaves it; the last one is the final point and always read.
    RESID_POST("resid_post", HookSite.RESID_POST, "Layer #");

    private final String key;
    private final HookSite site;
    /// With `#` for the layer; a head's number follows it.
    private final String label;

    PointKind(String key, HookSite site, String label) {
        this.key = key;
        this.site = site;
        this.label = label;
    }

    /// The kind that a key names.
    ///
    /// @param key such as `resid_mid`, in any case
    /// @return the kind
    /// @throws IllegalArgumentException if there is none
    public static PointKind named(String key) {
        return Arrays.stream(values()).filter(kind -> kind.key.equalsIgnoreCase(key)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("points: expected some of "
                        + Arrays.stream(values()).map(PointKind::key).collect(Collectors.joining(", "))
                        + ", got \"" + key + "\""));
    }

    /// The name on the command line and in JSON.
    ///
    /// @return such as `resid_mid`
    public String key() {
        return key;
    }

    /// Whether it is the residual stream, which later layers read, and not one component's part of it. Only residuals have
    /// a decision layer.
    ///
    /// @return false for what components write
    public boolean isResidual() {
        return switch (this) {
            case EMBED, RESID_PRE, RESID_MID, RESID_POST -> true;
            case HEAD, ATTN_OUT, MLP_OUT -> false;
        };
    }

    LensPoint at(int layer) {
        return new LensPoint(this, site.at(layer));
    }

    static LensPoint head(int layer, int head) {
        return new LensPoint(HEAD, HEAD.site.at(layer), head);
    }

    /// `embed`, or the TransformerLens name; that of all heads' writes is an axis longer than our point, so the head follows it.
    String name(int layer, int head) {
        return switch (this) {
            case EMBED -> key;
            case HEAD -> HookSite.ATTN_RESULT.at(layer) + "." + head;
            default -> site.at(layer).toString();
        };
    }

    String label(int layer, int head) {
        return label.replace("#", Integer.toString(layer)) + (this == HEAD ? head : "");
    }
}
