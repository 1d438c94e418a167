package io.github.logitlens;

import io.github.logitlens.hook.HookSite;

/// Where the lens can read, in the order of the forward pass.
///
/// ```java
/// LensOptions.defaults().points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST)
/// ```
public enum PointKind {
    /// The embedding before any block, `wte + wpe`: one point, `embed`.
    EMBED("embed", HookSite.RESID_PRE, "Embedding"),
    /// The residual stream as each block receives it; block 0's is the embedding.
    RESID_PRE("resid_pre", HookSite.RESID_PRE, "Layer %d pre"),
    /// The residual stream between each block's attention and its MLP.
    RESID_MID("resid_mid", HookSite.RESID_MID, "Layer %d mid"),
    /// The residual stream as each block leaves it; the last one is the final point and always read.
    RESID_POST("resid_post", HookSite.RESID_POST, "Layer %d");

    private final String key;
    private final HookSite site;
    private final String label;

    PointKind(String key, HookSite site, String label) {
        this.key = key;
        this.site = site;
        this.label = label;
    }

    /// The kind that a key names.
    ///
    /// @param key such as `resid_mid`
    /// @return the kind
    /// @throws IllegalArgumentException if there is none
    public static PointKind named(String key) {
        StringBuilder keys = new StringBuilder();
        for (PointKind kind : values()) {
            if (kind.key.equalsIgnoreCase(key)) {
                return kind;
            }
            keys.append(keys.isEmpty() ? "" : ", ").append(kind.key);
        }
        throw new IllegalArgumentException("points: expected some of " + keys + ", got \"" + key + "\"");
    }

    /// The name on the command line and in JSON.
    ///
    /// @return such as `resid_mid`
    public String key() {
        return key;
    }

    LensPoint at(int index, int layer) {
        return new LensPoint(index, this == EMBED ? key : site.at(layer).toString(), label.formatted(layer), site.at(layer));
    }
}
