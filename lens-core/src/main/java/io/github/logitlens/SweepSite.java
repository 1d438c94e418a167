package io.github.logitlens;

import io.github.logitlens.hook.HookSite;
import java.util.Arrays;
import java.util.stream.Collectors;

/// What a sweep changes, and how its grid is laid out.
///
/// ```java
/// SweepSite.named("head")     // HEAD: a row for each layer, a column for each of its heads
/// ```
public enum SweepSite {
    /// The residual stream as a block receives it, at one position: layer × position.
    RESID_PRE("resid_pre", HookSite.RESID_PRE, "Residual before the block"),
    /// What attention writes, at one position: layer × position. An ablation takes all positions: one column.
    ATTN_OUT("attn_out", HookSite.ATTN_OUT, "Attention's write"),
    /// What the MLP writes, at one position: layer × position. An ablation takes all positions: one column.
    MLP_OUT("mlp_out", HookSite.MLP_OUT, "MLP's write"),
    /// What one head reads, `z`, at all positions: layer × head.
    HEAD("head", HookSite.ATTN_Z, "Head, all positions"),
    /// What one head reads, `z`, at one position: head × position, the heads of all layers below each other.
    HEAD_POSITION("head_position", HookSite.ATTN_Z, "Head, one position");

    private final String key;
    private final HookSite hook;
    private final String label;

    SweepSite(String key, HookSite hook, String label) {
        this.key = key;
        this.hook = hook;
        this.label = label;
    }

    /// The name in JSON and on the command line.
    ///
    /// @return such as `resid_pre`
    public String key() {
        return key;
    }

    /// The name for people.
    ///
    /// @return such as `Attention's write`
    public String label() {
        return label;
    }

    /// Where the change is made.
    ///
    /// @return the kind of place
    public HookSite hook() {
        return hook;
    }

    /// Whether a cell changes one head.
    ///
    /// @return true for [#HEAD] and [#HEAD_POSITION]
    public boolean isHead() {
        return hook == HookSite.ATTN_Z;
    }

    /// Finds a site by its name.
    ///
    /// @param name such as `resid_pre`
    /// @return the site
    /// @throws IllegalArgumentException if there is no such site
    public static SweepSite named(String name) {
        return Arrays.stream(values()).filter(site -> site.key.equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("sites: expected "
                        + Arrays.stream(values()).map(SweepSite::key).collect(Collectors.joining(", ")) + ", got \"" + name + "\""));
    }
}
