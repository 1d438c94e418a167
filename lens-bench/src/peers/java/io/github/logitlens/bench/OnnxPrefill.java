package io.github.logitlens.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
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

/// [Prefill] in ONNX Runtime.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class OnnxPrefill {

    @Param({"5", "64", "256", "1024"})
    int tokens;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private OnnxGraph graph;
    private OnnxTensor ids;

    @Setup(Level.Trial)
    public void setUp() throws OrtException {
        Engines.chooseShared("vector", threads);
        ModelSize size = ModelSize.of(model);
        graph = OnnxGraph.open("prefill", size, threads);
        int[] prompt = Prompts.tokens(tokens, size.config().vocabSize());
        ids = OnnxGraph.ids(prompt);
        try (Checkpoint checkpoint = Checkpoint.open(RandomModel.directory(size));
                Gpt2Model gpt2 = Gpt2Model.load(checkpoint)) {
            PeerAgreement.requireClose(gpt2.logits(prompt), logits());
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() throws OrtException {
        ids.close();
        graph.close();
    }

    @Benchmark
    public float[] logits() throws OrtException {
        try (OrtSession.Result result = graph.run(Map.of("ids", ids))) {
            return ((float[][]) result.get(0).getValue())[0];
        }
    }
}
