package io.github.logitlens;

import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.model.Gpt2Model;
import java.util.List;

/// What becomes of a row between the residual stream and `W_U`: the lens's own map, then the layer norm mode. The one place
/// where the two are decided, for the points of a run and for a component's row alone.
final class Projection {

    private final Gpt2Model model;
    private final Readout readout;
    private final LayerNormMode layerNorm;

    /// @throws ReadoutException if the lens is another model's
    Projection(Gpt2Model model, Readout readout, LayerNormMode layerNorm) {
        readout.check(model);
        this.model = model;
        this.readout = readout;
        this.layerNorm = layerNorm;
    }

    /// What multiplies with `W_U` what [#points] and [#component] give.
    Unembedder unembedder() {
        return Unembedder.behind(switch (layerNorm) {
            case RECOMPUTED -> model.unembedding();
            case FROZEN, NONE -> model.unembedding().withoutNorm();
        });
    }

    /// Whether the row of a residual meets `W_U` as the model's own last one does.
    boolean keeps(LensPoint point) {
        return layerNorm != LayerNormMode.NONE && (readout instanceof ExtendedReadout || !readout.maps(point));
    }

    /// The rows of a run, ready for [#unembedder].
    ///
    /// @param points in the order of the forward pass, the last being the residual whose scale freezes the others
    /// @param values `[positions, points, dModel]`, for a lens that runs blocks already decoded ([DecodedRows]); *not modified*
    /// @return the same shape; `values` itself where nothing is changed
    float[] points(List<LensPoint> points, float[] values) {
        float[] mapped = mapped(points, values);
        return layerNorm == LayerNormMode.FROZEN ? frozen(points, values, mapped) : mapped;
    }

    private float[] mapped(List<LensPoint> points, float[] values) {
        if (readout instanceof ExtendedReadout || points.stream().noneMatch(readout::maps)) {
            return values;
        }
        float[] rows = values.clone();
        int dModel = model.config().dModel();
        int stride = points.size() * dModel;
        for (int i = 0; i < points.size(); i++) {
            if (readout.maps(points.get(i))) {
                map(points.get(i), rows, i * dModel, stride);
            }
        }
        return rows;
    }

    private void map(LensPoint point, float[] rows, int offset, int stride) {
        switch (readout) {
            case LogitReadout _, ExtendedReadout _ -> throw new AssertionError(readout + " maps no single row");
            case AffineReadout affine -> affine.map(Unembedder.behind(model.unembedding()).engine(), point, rows, offset, stride,
                    rows.length / stride);
        }
    }

    /// The final LayerNorm with the statistics of the position's last residual; β is added to residuals only. That residual is
    /// normalised by the model's own kernel, so that its logits have the bits of the model's output.
    private float[] frozen(List<LensPoint> points, float[] values, float[] mapped) {
        float[] rows = mapped == values ? values.clone() : mapped;
        int dModel = model.config().dModel();
        FrozenNorm norm = new FrozenNorm(model);
        int last = points.size() - 1;
        for (int first = 0; first < rows.length; first += points.size() * dModel) {
            int end = first + last * dModel;
            double scale = norm.scale(values, end);
            for (int i = 0; i < last; i++) {
                norm.apply(rows, first + i * dModel, scale, points.get(i).kind().isResidual());
            }
            float[] residual = new float[dModel];
            System.arraycopy(rows, end, residual, 0, dModel);
            System.arraycopy(model.unembedding().normalized(residual), 0, rows, end, dModel);
        }
        return rows;
    }

    /// A component's row that has no position, ready for [#unembedder]; frozen with a scale of 1.
    ///
    /// @param row `[dModel]`, *not modified*
    float[] component(float[] row) {
        float[] ready = row.clone();
        if (layerNorm == LayerNormMode.FROZEN) {
            new FrozenNorm(model).apply(ready, 0, 1, false);
        }
        return ready;
    }
}
