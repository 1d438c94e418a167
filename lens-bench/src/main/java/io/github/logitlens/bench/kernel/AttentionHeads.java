package io.github.logitlens.bench.kernel;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.internal.layer.CausalSelfAttention;
import io.github.logitlens.internal.layer.Sequences;
import io.github.logitlens.internal.layer.Workspace;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.weights.Gpt2Config;
import java.util.List;
import java.util.function.Supplier;

/// Attention over a prompt, ready to run again and again in the same scratch memory.
final class AttentionHeads {

    private AttentionHeads() {
    }

    /// What the heads read.
    ///
    /// @param x normalised residual, `[rows, dModel]`, *not modified*
    /// @return `[rows, dModel]`, *written* anew by each call
    static Supplier<RowPanels> of(CausalSelfAttention attention, Engine engine, RowPanels x, Gpt2Config config) {
        Workspace workspace = Workspace.of(config, x.rows());
        Sequences prompt = new Sequences(config, List.of(new Sequences.Input(new int[x.rows()], 0, List.of(), HookCalls.NONE)));
        return () -> {
            attention.heads(engine, x, workspace.projected(), workspace.heads(), prompt, config.nCtx(), 0);
            return workspace.heads();
        };
    }
}
