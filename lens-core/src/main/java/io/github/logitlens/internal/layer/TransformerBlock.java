package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.matrix.RowPanels;
import java.util.List;

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
    void apply(Engine engine, float[] x, Workspace workspace, Sequences sequences, int nCtx, int layer) {
        sequences.fire(HookSite.RESID_PRE.at(layer), x, attn.out().columns());
        attend(engine, x, workspace, workspace.heads(), sequences, nCtx, layer);
        add(engine, x, workspace, sequences, layer);
    }

    /// The rest of what the block does, for rows that enter it in its middle.
    ///
    /// @param place where: attention's `z`, its write, the residual stream behind it, or the MLP's write
    /// @param x     the residual stream there, `[rows, dModel]`, *written*
    void applyFrom(HookSite place, Engine engine, float[] x, Workspace workspace, Sequences sequences, int layer) {
        int dModel = attn.out().columns();
        switch (place) {
            case ATTN_Z -> {
                attn.enter(engine, sequences.activations(dModel), workspace.heads(), sequences, layer);
                add(engine, x, workspace, sequences, layer);
            }
            case ATTN_OUT -> {
                write(engine, sequences.activations(dModel), x, HookSite.ATTN_OUT.at(layer), sequences, dModel);
                addMlp(engine, x, workspace, sequences, layer);
            }
            case RESID_MID -> addMlp(engine, x, workspace, sequences, layer);
            case MLP_OUT -> {
                write(engine, sequences.activations(dModel), x, HookSite.MLP_OUT.at(layer), sequences, dModel);
                sequences.fire(HookSite.RESID_POST.at(layer), x, dModel);
            }
            default -> throw new AssertionError(place);
        }
    }

    /// Whether rows can enter a block at such a place, behind its beginning.
    public static boolean isEntered(HookSite place) {
        return switch (place) {
            case ATTN_Z, ATTN_OUT, RESID_MID, MLP_OUT -> true;
            default -> false;
        };
    }

    /// What each sequence's last row becomes, with the bits that [#apply] gives it. All rows leave their keys and values in the
    /// caches, and nothing more of the others is computed.
    ///
    /// @param x         `[rows, dModel]`, *not modified*
    /// @param last      scratch for one row a sequence
    /// @param sequences without hooks
    /// @return `[sequences, dModel]`, owned by the caller
    float[] applyToLast(Engine engine, float[] x, Workspace workspace, Workspace last, Sequences sequences, int nCtx, int layer) {
        attend(engine, x, workspace, last.heads(), sequences, nCtx, layer);
        float[] rows = sequences.lastRows(x, attn.out().columns());
        add(engine, rows, last, sequences, layer);
        return rows;
    }

    private void attend(Engine engine, float[] x, Workspace workspace, RowPanels heads, Sequences sequences, int nCtx, int layer) {
        RowPanels normalized = workspace.normalized();
        ln1.apply(engine, x, normalized, sequences, HookSite.LN1_SCALE.at(layer), HookSite.LN1_NORMALIZED.at(layer));
        attn.heads(engine, normalized, workspace.projected(), heads, sequences, nCtx, layer);
    }

    /// Adds what the heads and then the MLP write.
    private void add(Engine engine, float[] x, Workspace workspace, Sequences sequences, int layer) {
        double[] change = attn.fireResult(engine, workspace.heads(), layer, sequences);
        add(engine, attn.out(), workspace.heads(), change, x, HookSite.ATTN_OUT.at(layer), sequences);
        addMlp(engine, x, workspace, sequences, layer);
    }

    private void addMlp(Engine engine, float[] x, Workspace workspace, Sequences sequences, int layer) {
        int dModel = attn.out().columns();
        RowPanels normalized = workspace.normalized();
        sequences.fire(HookSite.RESID_MID.at(layer), x, dModel);
        ln2.apply(engine, x, normalized, sequences, HookSite.LN2_SCALE.at(layer), HookSite.LN2_NORMALIZED.at(layer));
        RowPanels neurons = mlp.neurons(engine, normalized, workspace, layer, sequences);
        add(engine, mlp.out(), neurons, null, x, HookSite.MLP_OUT.at(layer), sequences);
        sequences.fire(HookSite.RESID_POST.at(layer), x, dModel);
    }

    /// Adds what a sublayer writes, `out(from)`, to the residual stream.
    ///
    /// @param change what an editor added to it, `[rows, dModel]`, or null
    private static void add(Engine engine, Linear out, RowPanels from, double[] change, float[] x, HookPoint point,
            Sequences sequences) {
        if (!sequences.wants(point) && change == null) {
            out.add(engine, from, x);
            return;
        }
        float[] write = new float[x.length];
        out.store(engine, from, write);
        for (int i = 0; change != null && i < write.length; i++) {
            write[i] = (float) (write[i] + change[i]);
        }
        write(engine, write, x, point, sequences, out.columns());
    }

    private static void write(Engine engine, float[] write, float[] x, HookPoint point, Sequences sequences, int dModel) {
        sequences.fire(point, write, dModel);
        engine.kernels().rows().add(x, 0, write, 0, x.length);
    }

    /// Lets each product of a run of these blocks know the one that follows it.
    static void inOrder(List<TransformerBlock> blocks) {
        Linear before = null;
        for (TransformerBlock block : blocks) {
            for (Linear product : List.of(block.attn.qkv(), block.attn.out(), block.mlp.in(), block.mlp.out())) {
                if (before != null) {
                    before.leadsTo(product.weight());
                }
                before = product;
            }
        }
    }
}
