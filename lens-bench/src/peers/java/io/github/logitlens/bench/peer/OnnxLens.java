package io.github.logitlens.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.LensOptions;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.bench.task.OpenLens;
import java.util.Map;

/// A lens, of all positions or the last.
public abstract class OnnxLens extends OnnxTask {

    /// How long the prompt is.
    abstract int tokens();

    /// What ours reads.
    abstract LensOptions options();

    @Override
    Map<String, OnnxTensor> inputs(OnnxGraph graph) throws OrtException {
        return Map.of("ids", OnnxGraph.ids(Prompts.tokens(tokens(), size().config().vocabSize())));
    }

    @Override
    Object values(OrtSession.Result result) throws OrtException {
        return new Object[] {
            result.get(0).getValue(), result.get(1).getValue(), result.get(2).getValue(), result.get(3).getValue()
        };
    }

    @Override
    void check(OrtSession.Result result) throws OrtException {
        try (OpenLens ours = OpenLens.open(size(), threads, tokens(), options())) {
            PeerAgreement.requireClose(ours.run(), OnnxGraph.lastPosition(result));
        }
    }
}
