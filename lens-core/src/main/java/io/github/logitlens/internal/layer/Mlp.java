package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.weights.ActivationFunction;

/// `W_out · f(W_in · x + b_in) + b_out`.
///
/// @param in         `[dModel, dMlp]`
/// @param activation f
/// @param out        `[dMlp, dModel]`
public record Mlp(Linear in, ActivationFunction activation, Linear out) {

    private static final int PANEL = Kernels.PANEL;

    /// The neurons after the activation function, `[rows, dMlp]`.
    ///
    /// @param x normalised residual, `[rows, dModel]`, *not modified*
    RowPanels neurons(Engine engine, RowPanels x, Workspace workspace, int layer, Sequences sequences) {
        RowPanels post = workspace.neurons();
        HookPoint prePoint = HookSite.MLP_PRE.at(layer);
        HookPoint postPoint = HookSite.MLP_POST.at(layer);
        if (sequences.wants(prePoint) || sequences.wants(postPoint)) {
            int dMlp = in.columns();
            float[] hidden = new float[Math.multiplyExact(x.rows(), dMlp)];
            in.store(engine, x, hidden);
            sequences.fire(prePoint, hidden, dMlp);
            engine.kernels().rows().activate(activation, hidden, 0, hidden.length);
            sequences.fire(postPoint, hidden, dMlp);
            for (int block = 0; block < post.blocks(); block++) {
                post.pack(engine.kernels(), block, hidden, post.firstRow(block) * dMlp, dMlp, 0, dMlp);
            }
        } else {
            in.apply(engine, x, (tile, offset, block, column, columns) -> {
                int values = x.rowsOf(block) == 1 ? columns : x.rowsOf(block) * PANEL;
                engine.kernels().rows().activate(activation, tile, offset, values);
                post.pack(engine.kernels(), block, tile, offset, PANEL, column, columns);
            });
        }
        return post;
    }
}
