package io.github.logitlens.hook;

/// One place in one model's forward pass; its `toString` is the TransformerLens name.
///
/// ```java
/// HookSite.RESID_POST.at(3).toString()             // "blocks.3.hook_resid_post"
/// HookPoint.parse("blocks.3.attn.hook_pattern")    // ATTN_PATTERN of block 3
/// ```
///
/// @param site  the kind of place
/// @param layer the block, from 0; 0 for a site that is not in a block
public record HookPoint(HookSite site, int layer) {

    /// Checks the layer.
    ///
    /// @throws IllegalArgumentException if the layer is negative, or not 0 for a site outside the blocks
    public HookPoint {
        if (layer < 0 || (layer > 0 && !site.inBlock())) {
            throw new IllegalArgumentException("layer of " + site.hookName() + ": expected "
                    + (site.inBlock() ? "0 or more" : "0") + ", got " + layer);
        }
    }

    /// Reads a TransformerLens name.
    ///
    /// @param name such as `blocks.3.hook_resid_post` or `hook_embed`
    /// @return the hook point
    /// @throws IllegalArgumentException if no site has that name
    public static HookPoint parse(String name) {
        String rest = name;
        int layer = -1;
        if (name.startsWith("blocks.")) {
            int dot = name.indexOf('.', 7);
            try {
                layer = Integer.parseInt(dot < 0 ? "" : name.substring(7, dot));
                rest = name.substring(dot + 1);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("hook point: expected blocks.N.NAME, got \"" + name + "\"", e);
            }
        }
        for (HookSite site : HookSite.values()) {
            if (site.hookName().equals(rest) && site.inBlock() == layer >= 0) {
                return new HookPoint(site, Math.max(layer, 0));
            }
        }
        throw new IllegalArgumentException(
                "hook point: expected a TransformerLens name such as blocks.0.hook_resid_post, got \"" + name + "\"");
    }

    // Both written out: those that a record comes with take the JVM milliseconds to make up, in every process.

    @Override
    public boolean equals(Object other) {
        return other instanceof HookPoint point && site == point.site && layer == point.layer;
    }

    @Override
    public int hashCode() {
        return 31 * layer + site.ordinal();
    }

    /// The TransformerLens name, such as `blocks.3.hook_resid_post`.
    @Override
    public String toString() {
        return site.inBlock() ? "blocks." + layer + "." + site.hookName() : site.hookName();
    }
}
