package io.github.logitlens.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// [Decode] in ONNX Runtime: keys and values go in and come out as tensors.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class OnnxDecode {

    @Param("64")
    int past;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private OnnxGraph graph;
    private Map<String, OnnxTensor> inputs;
    private OrtSession.Result cache;

    @Setup(Level.Trial)
    public void setUp() throws OrtException {
        Engines.chooseShared("vector", threads);
        ModelSize size = ModelSize.of(model);
        graph = OnnxGraph.open("decode", size, threads);
        int[] tokens = Prompts.tokens(past + 1, size.config().vocabSize());
        inputs = first(size.config(), tokens[0]);
        for (int pos = 0; pos < past; pos++) {
            OrtSession.Result result = graph.run(inputs);
            inputs.values().forEach(OnnxTensor::close);
            inputs = following(size.config(), result, tokens[pos + 1]);
            cache = result;
        }
        try (Checkpoint checkpoint = Checkpoint.open(RandomModel.directory(size));
                Gpt2Model gpt2 = Gpt2Model.load(checkpoint)) {
            PeerAgreement.requireClose(gpt2.logits(tokens), logits());
        }
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

    @TearDown(Level.Trial)
    public void tearDown() throws OrtException {
        cache.close();
        graph.close();
    }

    @Benchmark
    public float[] logits() throws OrtException {
        try (OrtSession.Result result = graph.run(inputs)) {
            return ((float[][]) result.get(0).getValue())[0];
        }
    }
}
