package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.weights.Gpt2Config;

/// The scratch of one run, used by layer after layer: touching fresh memory costs more than computing in it.
///
/// @param normalized a LayerNorm's output, `[rows, dModel]`
/// @param projected  queries, keys and values of all heads, `[rows, 3 dModel]`, row-major
/// @param heads      what the heads read, `[rows, dModel]`
/// @param neurons    the MLP's neurons after their activation function, `[rows, dMlp]`
public record Workspace(RowPanels normalized, float[] projected, RowPanels heads, RowPanels neurons) {

    /// Scratch for a number of rows.
    public static Workspace of(Gpt2Config config, int rows) {
        return new Workspace(
                new RowPanels(rows, config.dModel()),
                new float[Math.multiplyExact(rows, 3 * config.dModel())],
                new RowPanels(rows, config.dModel()),
                new RowPanels(rows, config.dMlp()));
    }
}
