package io.github.logitlens.weights;

import java.util.Objects;

/// The numbers and choices that define a GPT-2's arithmetic.
///
/// ```java
/// Gpt2Config config = Checkpoint.open(Path.of("models/gpt2")).config();
/// config.nLayers();           // 12
/// config.dHead();             // 64
/// config.parameterCount();    // 124439808
/// ```
///
/// @param nLayers number of transformer blocks, 1 to 4096
/// @param nHeads attention heads per block; divides `dModel`
/// @param dModel width of the residual stream, 1 to 131072
/// @param dMlp width of the MLP's hidden layer, usually `4·dModel`, 1 to 1048576
/// @param vocabSize number of tokens, 1 to 16777216
/// @param nCtx longest sequence in tokens, 1 to 1048576
/// @param layerNormEpsilon added to the variance in every LayerNorm; finite, not negative
/// @param activation the MLP's non-linearity
/// @param scaleAttnWeights whether attention scores are divided by `√dHead`
/// @param scaleAttnByInverseLayerIdx whether the scores of layer i are divided by `i + 1` as well
/// @param tiedUnembedding whether the token embedding is the unembedding too
public record Gpt2Config(int nLayers, int nHeads, int dModel, int dMlp, int vocabSize, int nCtx,
                         double layerNormEpsilon, ActivationFunction activation, boolean scaleAttnWeights,
                         boolean scaleAttnByInverseLayerIdx, boolean tiedUnembedding) {

    static final int MAX_LAYERS = 1 << 12;
    static final int MAX_D_MODEL = 1 << 17;
    static final int MAX_D_MLP = 1 << 20;
    static final int MAX_VOCAB_SIZE = 1 << 24;
    static final int MAX_CTX = 1 << 20;

    /// Checks every value.
    ///
    /// @throws IllegalArgumentException if a size is outside its range, `nHeads` does not divide `dModel`, or the
    ///        epsilon is negative or not finite
    public Gpt2Config {
        Objects.requireNonNull(activation, "activation");
        checkSize("nLayers", nLayers, MAX_LAYERS);
        checkSize("dModel", dModel, MAX_D_MODEL);
        checkSize("nHeads", nHeads, dModel);
        checkSize("dMlp", dMlp, MAX_D_MLP);
        checkSize("vocabSize", vocabSize, MAX_VOCAB_SIZE);
        checkSize("nCtx", nCtx, MAX_CTX);
        if (dModel % nHeads != 0) {
            throw new IllegalArgumentException("nHeads: expected a divisor of dModel " + dModel + ", got " + nHeads);
        }
        if (!(layerNormEpsilon >= 0 && layerNormEpsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("layerNormEpsilon: expected a finite number >= 0, got "
                    + layerNormEpsilon);
        }
    }

    private static void checkSize(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + ": expected 1 to " + max + ", got " + value);
        }
    }

    /// The width of one attention head, `dModel / nHeads`.
    ///
    /// @return columns of a head's queries, keys and values
    public int dHead() {
        return dModel / nHeads;
    }

    /// The number of parameters, embeddings included; a tied head is counted once.
    ///
    /// @return 124439808 for GPT-2 small
    public long parameterCount() {
        long d = dModel;
        long attention = d * 3 * d + 3 * d + d * d + d;
        long mlp = d * dMlp + dMlp + (long) dMlp * d + d;
        long layerNorms = 4 * d;
        long embeddings = vocabSize * d * (tiedUnembedding ? 1 : 2) + nCtx * d;
        return embeddings + nLayers * (attention + mlp + layerNorms) + 2 * d;
    }

    Gpt2Config withTiedUnembedding(boolean tied) {
        return new Gpt2Config(nLayers, nHeads, dModel, dMlp, vocabSize, nCtx, layerNormEpsilon, activation,
                scaleAttnWeights, scaleAttnByInverseLayerIdx, tied);
    }
}
