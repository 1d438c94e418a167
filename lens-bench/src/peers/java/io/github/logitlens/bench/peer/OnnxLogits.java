package io.github.logitlens.bench.peer;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.model.Models;

/// A task that ends in one position's logits.
public abstract class OnnxLogits extends OnnxTask {

    /// The prompt whose next token's logits they are.
    abstract int[] prompt();

    @Override
    float[] values(OrtSession.Result result) throws OrtException {
        return ((float[][]) result.get(0).getValue())[0];
    }

    @Override
    void check(OrtSession.Result result) throws OrtException {
        try (Kept.Share<LogitLens> lens = Models.open(size(), "vector", threads)) {
            PeerAgreement.requireClose(lens.value().model().logits(prompt()), values(result));
        }
    }
}
