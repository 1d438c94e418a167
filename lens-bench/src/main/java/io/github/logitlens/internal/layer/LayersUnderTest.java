package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.matrix.PanelMatrix;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.weights.Gpt2Config;
import java.util.List;
import java.util.function.Supplier;

/// Opens the layers to the benchmarks, so that what is timed is the code that runs and not a copy of it.
///
/// It stands in this package because the members it calls are package-private; benchmarks run from the class path.
public final class LayersUnderTest {

    private LayersUnderTest() {
    }

    /// `y = x · W + b`.
    ///
    /// @param bias `[columns]`, copied
    public static Linear linear(PanelMatrix weight, float[] bias) {
        return new Linear(weight, bias);
    }

    /// Computes every row.
    ///
    /// @param x   `[rows, depth]`, *not modified*
    /// @param out `[rows, columns]`, *written*
    public static void store(Linear linear, Engine engine, RowPanels x, float[] out) {
        linear.store(engine, x, out);
    }

    /// Attention over a prompt, ready to run again and again in the same scratch memory.
    ///
    /// @param x normalised residual, `[rows, dModel]`, *not modified*
    /// @return what the heads read, `[rows, dModel]`, *written* anew by each call
    public static Supplier<RowPanels> heads(
            CausalSelfAttention attention, Engine engine, RowPanels x, Gpt2Config config) {
        Workspace workspace = Workspace.of(config, x.rows());
        Sequences prompt = new Sequences(config, List.of(new Sequences.Input(new int[x.rows()], 0, List.of(), HookCalls.NONE)));
        return () -> {
            attention.heads(engine, x, workspace.projected(), workspace.heads(), prompt, config.nCtx(), 0);
            return workspace.heads();
        };
    }
}
