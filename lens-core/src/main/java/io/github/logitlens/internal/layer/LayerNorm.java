package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.kernel.Fma;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.matrix.RowPanels;

/// LayerNorm with gain and bias, each `[dModel]`; its output is packed for the product that follows.
public record LayerNorm(float[] gain, float[] bias, double epsilon) {

    /// Each works in memory of its own: few tasks, so that the memory stays in the caches.
    private static final int TASKS_PER_THREAD = 4;

    /// Normalises rows.
    ///
    /// @param x   `[rows, dModel]`, *not modified*
    /// @param out `[rows, dModel]`, *written*
    void apply(Engine engine, float[] x, RowPanels out, Sequences sequences, HookPoint scalePoint, HookPoint normalizedPoint) {
        int dModel = gain.length;
        int rows = out.rows();
        if (sequences.wants(scalePoint) || sequences.wants(normalizedPoint)) {
            float[] normalized = new float[rows * dModel];
            float[] scales = new float[rows];
            for (int row = 0; row < rows; row++) {
                scales[row] = row(engine.kernels(), x, row * dModel, normalized, row * dModel);
            }
            fireScale(sequences, scalePoint, scales, normalized);
            sequences.fire(normalizedPoint, normalized, dModel);
            for (int block = 0; block < out.blocks(); block++) {
                out.pack(engine.kernels(), block, normalized, out.firstRow(block) * dModel, dModel, 0, dModel);
            }
            return;
        }
        int tasks = Math.min(out.blocks(), TASKS_PER_THREAD * engine.workers().threads());
        engine.workers().run(tasks, task -> pack(
                engine.kernels(), x, 0, out, out.blocks() * task / tasks, out.blocks() * (task + 1) / tasks));
    }

    /// Normalises and packs some blocks of rows.
    ///
    /// @param x        `[rows, dModel]`, *not modified*
    /// @param firstRow the row of `x` that is row 0 of `out`
    public void pack(Kernels kernels, float[] x, int firstRow, RowPanels out, int firstBlock, int endBlock) {
        int dModel = gain.length;
        float[] normalized = new float[Kernels.BLOCK * dModel];
        for (int block = firstBlock; block < endBlock; block++) {
            for (int r = 0; r < out.rowsOf(block); r++) {
                row(kernels, x, (firstRow + out.firstRow(block) + r) * dModel, normalized, r * dModel);
            }
            out.pack(kernels, block, normalized, 0, dModel, 0, dModel);
        }
    }

    private float row(Kernels kernels, float[] x, int offset, float[] out, int outOffset) {
        return kernels.rows().layerNorm(x, offset, gain.length, gain, bias, epsilon, out, outOffset);
    }

    /// Fires the scale; where an editor changed it, rescales what was normalised by it.
    private void fireScale(Sequences sequences, HookPoint point, float[] scales, float[] normalized) {
        float[] before = scales.clone();
        sequences.fire(point, scales);
        for (int row = 0; row < scales.length; row++) {
            if (scales[row] != before[row]) {
                float factor = before[row] / scales[row];
                for (int i = 0; i < gain.length; i++) {
                    int at = row * gain.length + i;
                    normalized[at] = Fma.fma(normalized[at] - bias[i], factor, bias[i]);
                }
            }
        }
    }
}
