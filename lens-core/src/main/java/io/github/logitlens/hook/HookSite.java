package io.github.logitlens.hook;

/// The kinds of place in a forward pass where an activation can be observed or edited, in the order they fire.
///
/// Names are those of TransformerLens; shapes are `seqLen dModel nHeads dHead dMlp` of one prompt, without a batch axis.
public enum HookSite {
    /// Token embedding `W_E[t]`, `[seqLen, dModel]`.
    EMBED("hook_embed", Scope.MODEL),
    /// Position embedding `W_P[p]`, `[seqLen, dModel]`.
    POS_EMBED("hook_pos_embed", Scope.MODEL),
    /// The residual stream as a block receives it, `[seqLen, dModel]`. Block 0's is the embedding.
    RESID_PRE("hook_resid_pre", Scope.BLOCK),
    /// `√(σ² + ε)` of the attention's LayerNorm, `[seqLen]`.
    LN1_SCALE("ln1.hook_scale", Scope.BLOCK),
    /// The attention's input after LayerNorm with its gain and bias, `[seqLen, dModel]`.
    LN1_NORMALIZED("ln1.hook_normalized", Scope.BLOCK),
    /// Queries, `[seqLen, nHeads, dHead]`.
    ATTN_Q("attn.hook_q", Scope.BLOCK),
    /// Keys, `[seqLen, nHeads, dHead]`.
    ATTN_K("attn.hook_k", Scope.BLOCK),
    /// Values, `[seqLen, nHeads, dHead]`.
    ATTN_V("attn.hook_v", Scope.BLOCK),
    /// Scaled attention scores before the softmax, `[nHeads, query, key]`; `−∞` where the key is after the query. An editor that
    /// writes a number there lets the query see that key.
    ATTN_SCORES("attn.hook_attn_scores", Scope.BLOCK),
    /// Attention probabilities, `[nHeads, query, key]`; 0 where the key is after the query. What an editor writes there weighs
    /// that key's value like any other.
    ATTN_PATTERN("attn.hook_pattern", Scope.BLOCK),
    /// What each head read: values weighted by the pattern, `[seqLen, nHeads, dHead]`.
    ATTN_Z("attn.hook_z", Scope.BLOCK),
    /// What each head writes into the residual stream, `z · W_O` without the bias, which belongs to no head,
    /// `[seqLen, nHeads, dModel]`. It is computed where a hook looks at it; what an editor changes is added to attention's write.
    ATTN_RESULT("attn.hook_result", Scope.BLOCK),
    /// What attention writes into the residual stream, bias included, `[seqLen, dModel]`.
    ATTN_OUT("hook_attn_out", Scope.BLOCK),
    /// The residual stream between attention and MLP, `[seqLen, dModel]`.
    RESID_MID("hook_resid_mid", Scope.BLOCK),
    /// `√(σ² + ε)` of the MLP's LayerNorm, `[seqLen]`.
    LN2_SCALE("ln2.hook_scale", Scope.BLOCK),
    /// The MLP's input after LayerNorm with its gain and bias, `[seqLen, dModel]`.
    LN2_NORMALIZED("ln2.hook_normalized", Scope.BLOCK),
    /// MLP neurons before the activation function, `[seqLen, dMlp]`.
    MLP_PRE("mlp.hook_pre", Scope.BLOCK),
    /// MLP neurons after the activation function, `[seqLen, dMlp]`.
    MLP_POST("mlp.hook_post", Scope.BLOCK),
    /// What the MLP writes into the residual stream, bias included, `[seqLen, dModel]`.
    MLP_OUT("hook_mlp_out", Scope.BLOCK),
    /// The residual stream as a block leaves it, `[seqLen, dModel]`.
    RESID_POST("hook_resid_post", Scope.BLOCK),
    /// `√(σ² + ε)` of the final LayerNorm, `[seqLen]`. To be observed only: a run ends with the residual stream, and its last
    /// LayerNorm belongs to the unembedding, which computes it from that.
    LN_FINAL_SCALE("ln_final.hook_scale", Scope.MODEL),
    /// What meets `W_U`, after the final LayerNorm with its gain and bias, `[seqLen, dModel]`. To be observed only.
    LN_FINAL_NORMALIZED("ln_final.hook_normalized", Scope.MODEL);

    private enum Scope { MODEL, BLOCK }

    private final String hookName;
    private final Scope scope;

    HookSite(String hookName, Scope scope) {
        this.hookName = hookName;
        this.scope = scope;
    }

    /// The name after `blocks.N.`, or the whole name of a site that is not in a block.
    ///
    /// @return such as `hook_resid_post` or `attn.hook_z`
    public String hookName() {
        return hookName;
    }

    /// Whether every block has one of these.
    ///
    /// @return false for the embeddings and the final LayerNorm, of which a model has one
    public boolean inBlock() {
        return scope == Scope.BLOCK;
    }

    /// This site in a block.
    ///
    /// @param layer the block, from 0
    /// @return the hook point
    public HookPoint at(int layer) {
        return new HookPoint(this, layer);
    }
}
