package io.github.logitlens.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.github.logitlens.bench.model.Prompts;
import java.util.Map;
import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.Prefill] in ONNX Runtime.
public class OnnxPrefill extends OnnxLogits {

    @Param({"5", "64", "256", "1024"})
    int tokens;

    /// `whole` as GPT-2 is usually exported, or `cut`: the last block for the last position only, as ours.
    @Param({"whole", "cut"})
    String graph;

    @Override
    String kind() {
        return graph.equals("whole") ? "prefill" : "prefill-cut";
    }

    @Override
    int[] prompt() {
        return Prompts.tokens(tokens, size().config().vocabSize());
    }

    @Override
    Map<String, OnnxTensor> inputs(OnnxGraph graph) throws OrtException {
        return Map.of("ids", OnnxGraph.ids(prompt()));
    }
}
