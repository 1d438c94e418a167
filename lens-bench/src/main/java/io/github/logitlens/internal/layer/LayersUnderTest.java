package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.Weight;
import java.lang.foreign.Arena;
import java.util.function.Supplier;

/// Opens the layers to the benchmarks, so that what is timed is the code that runs and not a copy of it.
///
/// It stands in this package because the members it calls are package-private; benchmarks run from the class path.
public final class LayersUnderTest {

    private LayersUnderTest() {
    }

    /// A matrix stored as `[depth, columns]`, in panels.
    ///
    /// @param arena owns the panels
    public static PanelMatrix matrix(Arena arena, Weight weight) {
        PanelMatrix matrix = PanelMatrix.of(weight);
        matrix.load(arena, new WeightReader(), weight);
        return matrix;
    }

    /// The transpose of a matrix stored as `[columns, depth]`, in panels.
    ///
    /// @param arena owns the panels
    public static PanelMatrix transpose(Arena arena, Weight weight) {
        PanelMatrix matrix = PanelMatrix.transposeOf(weight);
        WeightReader reader = new WeightReader();
        for (int chunk = 0; chunk < matrix.chunkCount(); chunk++) {
            matrix.loadTransposed(arena, reader, weight, chunk);
        }
        return matrix;
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
        KeyValues cache = new KeyValues(config.nHeads(), config.dHead());
        return () -> {
            attention.heads(engine, x, workspace.projected(), workspace.heads(), cache, 0, config.nCtx(), 0, Hooks.none());
            return workspace.heads();
        };
    }
}
