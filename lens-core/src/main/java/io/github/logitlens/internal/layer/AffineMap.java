package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.matrix.PanelMatrix;
import io.github.logitlens.internal.matrix.RowPanels;

/// `A h + b`, or `h + A h + b`, of rows of the residual stream: a lens's own map, by the model's own product, so that its bits
/// depend on no kernels and threads either.
public final class AffineMap {

    private final int dModel;
    private final PanelMatrix matrix;
    private final Linear product;
    private final boolean adds;

    /// @param matrix `[dModel, dModel]`, row-major, one row for each element of the result; *copied*
    /// @param bias   `[dModel]`, *copied*
    /// @param adds   whether the result is added to what is mapped
    public AffineMap(float[] matrix, float[] bias, boolean adds) {
        dModel = bias.length;
        this.matrix = PanelMatrix.transposeOf(matrix, dModel, dModel);
        product = new Linear(this.matrix, bias);
        this.adds = adds;
    }

    /// Maps rows in place.
    ///
    /// @param rows   rows of `dModel` values, the first at `offset`; *written*
    /// @param offset where the first row begins
    /// @param stride from one row to the next
    /// @param count  how many rows
    public void apply(Engine engine, float[] rows, int offset, int stride, int count) {
        RowPanels x = new RowPanels(count, dModel);
        for (int block = 0; block < x.blocks(); block++) {
            x.pack(engine.kernels(), block, rows, offset + x.firstRow(block) * stride, stride, 0, dModel);
        }
        float[] mapped = new float[count * dModel];
        product.store(engine, x, mapped);
        for (int row = 0; row < count; row++) {
            int to = offset + row * stride;
            if (adds) {
                engine.kernels().rows().add(rows, to, mapped, row * dModel, dModel);
            } else {
                System.arraycopy(mapped, row * dModel, rows, to, dModel);
            }
        }
    }

    /// The matrix as it was given, whatever is added to its product.
    ///
    /// @return `[dModel, dModel]`, row-major, owned by the caller
    public float[] matrix() {
        float[] values = new float[dModel * dModel];
        for (int row = 0; row < dModel; row++) {
            matrix.column(row, values, row * dModel);
        }
        return values;
    }

    /// The bias.
    ///
    /// @return `[dModel]`, a copy
    public float[] bias() {
        return product.bias();
    }

    /// What a direction of the result is in what is mapped: `Aᵀ direction`, and the direction itself where the product is added.
    /// Summed in float64.
    ///
    /// @param direction `[dModel]`, *not modified*
    /// @return `[dModel]`, owned by the caller
    public float[] transposed(float[] direction) {
        float[] column = new float[dModel];
        float[] along = new float[dModel];
        for (int i = 0; i < dModel; i++) {
            matrix.row(i, column, 0);
            double sum = adds ? direction[i] : 0;
            for (int out = 0; out < dModel; out++) {
                sum += (double) column[out] * direction[out];
            }
            along[i] = (float) sum;
        }
        return along;
    }
}
