package io.github.logitlens.model;

import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.layer.CausalSelfAttention;
import io.github.logitlens.internal.layer.Mlp;
import io.github.logitlens.internal.layer.Transformer;
import io.github.logitlens.internal.matrix.BlockWeight;

/// What single components of a model write into the residual stream.
///
/// A block's attention writes `Σ_h z_h · W_O^h + b_O`, one term a head; its MLP writes `Σ_n post_n · W_out[n] + b_out`, one term
/// a neuron.
///
/// ```java
/// model.components().neuron(3, 17)    // the row of W_out that neuron 17 of block 3 adds, times its activation
/// ```
public final class Components {

    private static final int NEURONS_PER_TASK = 256;

    private final Transformer transformer;
    private final Engine engine;

    Components(Transformer transformer, Engine engine) {
        this.transformer = transformer;
        this.engine = engine;
    }

    /// What a token writes into the residual stream wherever it stands: its row of `W_E`.
    ///
    /// @param token id in `[0, vocabSize)`
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such token
    /// @throws IllegalStateException    after the model's `close()`
    public float[] embedding(int token) {
        int vocabSize = transformer.config().vocabSize();
        if (token < 0 || token >= vocabSize) {
            throw new IllegalArgumentException("token: expected an id from 0 to " + (vocabSize - 1) + ", got " + token);
        }
        return transformer.lifetime().during(() -> {
            float[] row = new float[transformer.config().dModel()];
            transformer.embedding(token, row);
            return row;
        });
    }

    /// What each head writes, `z_h · W_O^h`, without the bias.
    ///
    /// @param layer the block, from 0
    /// @param z     what the heads read, `attn.hook_z` of some positions, `[positions, nHeads, dHead]`; *not modified*
    /// @return `[positions, nHeads, dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such layer, or `z` is not a whole number of positions
    /// @throws IllegalStateException    after the model's `close()`
    public float[] headWrites(int layer, float[] z) {
        CausalSelfAttention attention = transformer.block(checked(layer)).attn();
        int nHeads = attention.nHeads();
        int dModel = transformer.config().dModel();
        int dHead = dModel / nHeads;
        if (z.length % dModel != 0) {
            throw new IllegalArgumentException(
                    "z: expected a multiple of " + nHeads + " heads × " + dHead + " values (dHead), got " + z.length);
        }
        return transformer.lifetime().during(() -> attention.headWrites(engine, z));
    }

    /// The bias `b_O` that a block's attention writes at every position.
    ///
    /// @param layer the block, from 0
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such layer
    public float[] attentionBias(int layer) {
        return transformer.block(checked(layer)).attn().out().bias();
    }

    /// The bias `b_out` that a block's MLP writes at every position.
    ///
    /// @param layer the block, from 0
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such layer
    public float[] mlpBias(int layer) {
        return transformer.block(checked(layer)).mlp().out().bias();
    }

    /// A neuron's row of `W_out`: what it writes where its activation is 1.
    ///
    /// @param layer  the block, from 0
    /// @param neuron in `[0, dMlp)`
    /// @return `[dModel]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such layer or neuron
    /// @throws IllegalStateException    after the model's `close()`
    public float[] neuron(int layer, int neuron) {
        Mlp mlp = transformer.block(checked(layer)).mlp();
        int dMlp = transformer.config().dMlp();
        if (neuron < 0 || neuron >= dMlp) {
            throw new IllegalArgumentException("neuron: expected 0 to " + (dMlp - 1) + " (dMlp), got " + neuron);
        }
        return transformer.lifetime().during(() -> {
            float[] row = new float[transformer.config().dModel()];
            mlp.out().weight().row(neuron, row, 0);
            return row;
        });
    }

    /// How far each neuron's write goes in a direction of the residual stream, `W_out · direction`, in float64.
    ///
    /// @param layer     the block, from 0
    /// @param direction `[dModel]`, *not modified*
    /// @return `[dMlp]`, owned by the caller
    /// @throws IllegalArgumentException if there is no such layer, or the direction has another length
    /// @throws IllegalStateException    after the model's `close()`
    public double[] neuronsAlong(int layer, double[] direction) {
        BlockWeight weight = transformer.block(checked(layer)).mlp().out().weight();
        if (direction.length != weight.columns()) {
            throw new IllegalArgumentException(
                    "direction: expected " + weight.columns() + " values (dModel), got " + direction.length);
        }
        double[] along = new double[weight.depth()];
        transformer.lifetime().during(() -> {
            engine.workers().run((along.length + NEURONS_PER_TASK - 1) / NEURONS_PER_TASK, task -> {
                float[] row = new float[weight.columns()];
                int end = Math.min(along.length, (task + 1) * NEURONS_PER_TASK);
                for (int neuron = task * NEURONS_PER_TASK; neuron < end; neuron++) {
                    weight.row(neuron, row, 0);
                    along[neuron] = dot(row, direction);
                }
            });
            return along;
        });
        return along;
    }

    private static double dot(float[] row, double[] direction) {
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += row[i] * direction[i];
        }
        return sum;
    }

    private int checked(int layer) {
        int nLayers = transformer.config().nLayers();
        if (layer < 0 || layer >= nLayers) {
            throw new IllegalArgumentException("layer: expected 0 to " + (nLayers - 1) + ", got " + layer);
        }
        return layer;
    }
}
