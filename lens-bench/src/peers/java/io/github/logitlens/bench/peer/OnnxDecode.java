package io.github.logitlens.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.weights.Gpt2Config;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Param;

/// [io.github.logitlens.bench.task.Decode] in ONNX Runtime: keys and values go in and come out as tensors.
public class OnnxDecode extends OnnxLogits {

    @Param("64")
    int past;

    @Override
    String kind() {
        return "decode";
    }

    @Override
    int[] prompt() {
        return Prompts.tokens(past + 1, size().config().vocabSize());
    }

    /// The last token, and the keys and values of all before it, made token by token.
    @Override
    Map<String, OnnxTensor> inputs(OnnxGraph graph) throws OrtException {
        int[] tokens = prompt();
        Map<String, OnnxTensor> inputs = first(size().config(), tokens[0]);
        for (int pos = 0; pos < past; pos++) {
            OrtSession.Result result = graph.run(inputs);
            inputs.values().forEach(OnnxTensor::close);
            inputs = following(size().config(), result, tokens[pos + 1]);
            result.get(0).close();
        }
        return inputs;
    }

    private static Map<String, OnnxTensor> first(Gpt2Config config, int token) throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        inputs.put("ids", OnnxGraph.ids(token));
        for (int layer = 0; layer < config.nLayers(); layer++) {
            inputs.put("k" + layer, OnnxGraph.nothing(config.nHeads(), config.dHead()));
            inputs.put("v" + layer, OnnxGraph.nothing(config.nHeads(), config.dHead()));
        }
        return inputs;
    }

    private static Map<String, OnnxTensor> following(Gpt2Config config, OrtSession.Result result, int token)
            throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        inputs.put("ids", OnnxGraph.ids(token));
        for (int layer = 0; layer < config.nLayers(); layer++) {
            inputs.put("k" + layer, (OnnxTensor) result.get(1 + 2 * layer));
            inputs.put("v" + layer, (OnnxTensor) result.get(2 + 2 * layer));
        }
        return inputs;
    }
}
