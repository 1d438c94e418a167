package io.github.logitlens.weights;

import java.util.List;

/// What a weight is for. Matrices are `[in, out]` as GPT-2 stores them (`y = x · W`), embeddings `[index, dModel]`.
///
/// Roles of a block are asked for with its layer, the others without:
///
/// ```java
/// checkpoint.weight(WeightRole.QKV_WEIGHT, 3);        // [dModel, 3·dModel]
/// checkpoint.weight(WeightRole.FINAL_LN_GAIN);        // [dModel]
/// ```
public enum WeightRole {
    /// Token embedding `[vocabSize, dModel]`; also the unembedding when the head is tied.
    TOKEN_EMBEDDING("wte.weight", false),
    /// Position embedding `[nCtx, dModel]`.
    POSITION_EMBEDDING("wpe.weight", false),
    /// Gain of the LayerNorm before the attention, `[dModel]`.
    LN1_GAIN("ln_1.weight", true),
    /// Bias of the LayerNorm before the attention, `[dModel]`.
    LN1_BIAS("ln_1.bias", true),
    /// Queries, keys and values side by side, `[dModel, 3·dModel]`.
    QKV_WEIGHT("attn.c_attn.weight", true),
    /// Bias of queries, keys and values, `[3·dModel]`.
    QKV_BIAS("attn.c_attn.bias", true),
    /// Output projection of the attention, `[dModel, dModel]`.
    ATTN_OUT_WEIGHT("attn.c_proj.weight", true),
    /// Bias of the attention's output projection, `[dModel]`.
    ATTN_OUT_BIAS("attn.c_proj.bias", true),
    /// Gain of the LayerNorm before the MLP, `[dModel]`.
    LN2_GAIN("ln_2.weight", true),
    /// Bias of the LayerNorm before the MLP, `[dModel]`.
    LN2_BIAS("ln_2.bias", true),
    /// The MLP's first matrix, `[dModel, dMlp]`.
    MLP_IN_WEIGHT("mlp.c_fc.weight", true),
    /// Bias of the MLP's first matrix, `[dMlp]`.
    MLP_IN_BIAS("mlp.c_fc.bias", true),
    /// The MLP's second matrix, `[dMlp, dModel]`.
    MLP_OUT_WEIGHT("mlp.c_proj.weight", true),
    /// Bias of the MLP's second matrix, `[dModel]`.
    MLP_OUT_BIAS("mlp.c_proj.bias", true),
    /// Gain of the last LayerNorm, `[dModel]`.
    FINAL_LN_GAIN("ln_f.weight", false),
    /// Bias of the last LayerNorm, `[dModel]`.
    FINAL_LN_BIAS("ln_f.bias", false),
    /// A head of its own, `[vocabSize, dModel]`: only there when [Gpt2Config#tiedUnembedding()] is false.
    UNEMBEDDING("lm_head.weight", false);

    private final String huggingFaceName;
    private final boolean perLayer;

    WeightRole(String huggingFaceName, boolean perLayer) {
        this.huggingFaceName = huggingFaceName;
        this.perLayer = perLayer;
    }

    /// Whether each block has a weight of its own for this role.
    ///
    /// @return true for the twelve roles of a block
    public boolean perLayer() {
        return perLayer;
    }

    /// The tensor's name without the `transformer.` prefix; `layer` is not read for roles outside the blocks.
    String tensorName(int layer) {
        return perLayer ? "h." + layer + "." + huggingFaceName : huggingFaceName;
    }

    /// The tensor's name behind that of its block; of a role of a block.
    String nameInBlock() {
        return huggingFaceName;
    }

    /// Number of rows, 1 for vectors.
    int rows(Gpt2Config config) {
        return switch (this) {
            case TOKEN_EMBEDDING, UNEMBEDDING -> config.vocabSize();
            case POSITION_EMBEDDING -> config.nCtx();
            case QKV_WEIGHT, ATTN_OUT_WEIGHT, MLP_IN_WEIGHT -> config.dModel();
            case MLP_OUT_WEIGHT -> config.dMlp();
            case LN1_GAIN, LN1_BIAS, QKV_BIAS, ATTN_OUT_BIAS, LN2_GAIN, LN2_BIAS, MLP_IN_BIAS, MLP_OUT_BIAS,
                 FINAL_LN_GAIN, FINAL_LN_BIAS -> 1;
        };
    }

    /// Number of columns, the length for vectors.
    int columns(Gpt2Config config) {
        return switch (this) {
            case QKV_WEIGHT, QKV_BIAS -> 3 * config.dModel();
            case MLP_IN_WEIGHT, MLP_IN_BIAS -> config.dMlp();
            case TOKEN_EMBEDDING, POSITION_EMBEDDING, LN1_GAIN, LN1_BIAS, ATTN_OUT_WEIGHT, ATTN_OUT_BIAS, LN2_GAIN,
                 LN2_BIAS, MLP_OUT_WEIGHT, MLP_OUT_BIAS, FINAL_LN_GAIN, FINAL_LN_BIAS, UNEMBEDDING -> config.dModel();
        };
    }

    /// The shape in the file: `[columns]` for vectors, `[rows, columns]` for matrices.
    List<Long> shape(Gpt2Config config) {
        return switch (this) {
            case LN1_GAIN, LN1_BIAS, QKV_BIAS, ATTN_OUT_BIAS, LN2_GAIN, LN2_BIAS, MLP_IN_BIAS, MLP_OUT_BIAS,
                 FINAL_LN_GAIN, FINAL_LN_BIAS -> List.of((long) columns(config));
            case TOKEN_EMBEDDING, POSITION_EMBEDDING, QKV_WEIGHT, ATTN_OUT_WEIGHT, MLP_IN_WEIGHT, MLP_OUT_WEIGHT,
                 UNEMBEDDING -> List.of((long) rows(config), (long) columns(config));
        };
    }
}
