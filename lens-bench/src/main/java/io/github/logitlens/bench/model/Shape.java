package io.github.logitlens.bench.model;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.internal.matrix.PanelMatrix;
import io.github.logitlens.internal.matrix.WeightReader;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.Weight;
import io.github.logitlens.weights.WeightRole;
import java.lang.foreign.Arena;

/// The matrices of GPT-2, `[depth, columns]`.
public enum Shape {
    QKV(WeightRole.QKV_WEIGHT),
    ATTN_OUT(WeightRole.ATTN_OUT_WEIGHT),
    MLP_IN(WeightRole.MLP_IN_WEIGHT),
    MLP_OUT(WeightRole.MLP_OUT_WEIGHT),
    UNEMBED(WeightRole.TOKEN_EMBEDDING);

    private final WeightRole role;

    Shape(WeightRole role) {
        this.role = role;
    }

    /// The shape of a benchmark's parameter `shape`.
    public static Shape of(String name) {
        return switch (name) {
            case "qkv" -> QKV;
            case "attnOut" -> ATTN_OUT;
            case "mlpIn" -> MLP_IN;
            case "mlpOut" -> MLP_OUT;
            case "unembed" -> UNEMBED;
            default -> throw new IllegalArgumentException(
                    "shape: expected qkv, attnOut, mlpIn, mlpOut or unembed, got \"" + name + "\"");
        };
    }

    public int depth(Gpt2Config config) {
        return this == MLP_OUT ? config.dMlp() : config.dModel();
    }

    public int columns(Gpt2Config config) {
        return switch (this) {
            case QKV -> 3 * config.dModel();
            case ATTN_OUT, MLP_OUT -> config.dModel();
            case MLP_IN -> config.dMlp();
            case UNEMBED -> config.vocabSize();
        };
    }

    public long weightBytes(Gpt2Config config) {
        return 4L * depth(config) * columns(config);
    }

    /// One matrix of this shape.
    ///
    /// @param arena owns it
    /// @param layer whose; not read for [#UNEMBED]
    public PanelMatrix load(Arena arena, Checkpoint checkpoint, int layer) {
        return this == UNEMBED
                ? transpose(arena, checkpoint.weight(role))
                : matrix(arena, checkpoint.weight(role, layer));
    }

    /// What a product of `rows` rows with a matrix of this shape that comes from memory takes.
    public Work.Phase product(Gpt2Config config, int rows) {
        return new Work.Phase(2.0 * rows * depth(config) * columns(config), weightBytes(config));
    }

    private static PanelMatrix matrix(Arena arena, Weight weight) {
        PanelMatrix matrix = PanelMatrix.of(weight);
        matrix.load(arena, new WeightReader(), weight);
        return matrix;
    }

    private static PanelMatrix transpose(Arena arena, Weight weight) {
        PanelMatrix matrix = PanelMatrix.transposeOf(weight);
        WeightReader reader = new WeightReader();
        for (int chunk = 0; chunk < matrix.chunkCount(); chunk++) {
            matrix.loadTransposed(arena, reader, weight, chunk);
        }
        return matrix;
    }
}
