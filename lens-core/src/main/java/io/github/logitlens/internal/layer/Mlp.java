package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.ActivationFunction;

/// `W_out · f(W_in · x + b_in) + b_out`.
///
/// @param in         `[dModel, dMlp]`
/// @param activation f
/// @param out        `[dMlp, dModel]`
public record Mlp(Linear in, ActivationFunction activation, Linear out) {

    /// What the MLP writes, `[rows, dModel]`.
    ///
    /// @param x normalised residual, `[rows, dModel]`, *not modified*
    float[] apply(Engine engine, RowPanels x, int layer, Hooks hooks) {
        int rows = x.rows();
        int dMlp = in.columns();
        float[] hidden = new float[Math.multiplyExact(rows, dMlp)];
        in.apply(engine, x, hidden);
        hooks.fire(HookSite.MLP_PRE.at(layer), hidden, rows, dMlp);
        RowPanels post = new RowPanels(rows, dMlp);
        boolean hooked = hooks.wants(HookSite.MLP_POST.at(layer));
        if (hooked) {
            engine.kernels().activate(activation, hidden, 0, rows * dMlp);
            hooks.fire(HookSite.MLP_POST.at(layer), hidden, rows, dMlp);
        }
        engine.workers().run(post.blocks(), block -> {
            int first = post.firstRow(block) * dMlp;
            if (!hooked) {
                engine.kernels().activate(activation, hidden, first, post.rowsOf(block) * dMlp);
            }
            post.pack(block, hidden, first, dMlp, 0, dMlp);
        });
        float[] result = new float[rows * out.columns()];
        out.apply(engine, post, result);
        return result;
    }
}
