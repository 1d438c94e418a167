package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;

/// One pre-LayerNorm block: attention and MLP each read the normalised residual stream and add to it.
///
/// @param ln1  before attention
/// @param attn attention
/// @param ln2  before the MLP
/// @param mlp  MLP
public record TransformerBlock(LayerNorm ln1, CausalSelfAttention attn, LayerNorm ln2, Mlp mlp) {

    /// Adds this block's two contributions to the residual stream, in place.
    ///
    /// @param x `[rows, dModel]`, *written*
    public void apply(Engine engine, float[] x, int rows, KeyValues cache, int past, int nCtx, int layer, Hooks hooks) {
        int dModel = x.length / rows;
        hooks.fire(HookSite.RESID_PRE.at(layer), x, rows, dModel);
        RowPanels normalized = ln1.apply(engine, x, rows, hooks, HookSite.LN1_SCALE.at(layer), HookSite.LN1_NORMALIZED.at(layer));
        float[] attnOut = attn.apply(engine, normalized, cache, past, nCtx, layer, hooks);
        add(engine, x, attnOut, rows, HookSite.ATTN_OUT.at(layer), hooks);
        hooks.fire(HookSite.RESID_MID.at(layer), x, rows, dModel);
        normalized = ln2.apply(engine, x, rows, hooks, HookSite.LN2_SCALE.at(layer), HookSite.LN2_NORMALIZED.at(layer));
        float[] mlpOut = mlp.apply(engine, normalized, layer, hooks);
        add(engine, x, mlpOut, rows, HookSite.MLP_OUT.at(layer), hooks);
        hooks.fire(HookSite.RESID_POST.at(layer), x, rows, dModel);
    }

    private static void add(Engine engine, float[] x, float[] write, int rows, HookPoint point, Hooks hooks) {
        hooks.fire(point, write, rows, x.length / rows);
        engine.kernels().add(x, 0, write, 0, x.length);
    }
}
