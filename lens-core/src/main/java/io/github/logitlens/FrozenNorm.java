package io.github.logitlens;

import io.github.logitlens.model.Gpt2Model;

/// The final LayerNorm with the scale of one row, applied to others: `(h − mean h)/s ⊙ γ (+ β)`. In float64.
final class FrozenNorm {

    private final float[] gain;
    private final float[] bias;
    private final double epsilon;

    FrozenNorm(Gpt2Model model) {
        gain = model.unembedding().gain();
        bias = model.unembedding().bias();
        epsilon = model.config().layerNormEpsilon();
    }

    /// `√(variance + ε)` of a row.
    ///
    /// @param rows `[dModel]` at `offset`, *not modified*
    double scale(float[] rows, int offset) {
        double mean = mean(rows, offset);
        double squares = 0;
        for (int i = 0; i < gain.length; i++) {
            double centred = rows[offset + i] - mean;
            squares += centred * centred;
        }
        return Math.sqrt(squares / gain.length + epsilon);
    }

    /// @param row       `[dModel]` at `offset`, *written*
    /// @param addsBias  whether `β` is added
    void apply(float[] row, int offset, double scale, boolean addsBias) {
        double mean = mean(row, offset);
        for (int i = 0; i < gain.length; i++) {
            double scaled = (row[offset + i] - mean) / scale * gain[i];
            row[offset + i] = (float) (addsBias ? scaled + bias[i] : scaled);
        }
    }

    private double mean(float[] row, int offset) {
        double sum = 0;
        for (int i = 0; i < gain.length; i++) {
            sum += row[offset + i];
        }
        return sum / gain.length;
    }
}
