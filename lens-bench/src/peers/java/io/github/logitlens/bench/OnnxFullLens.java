package io.github.logitlens.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.LensOptions;
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

/// [FullLens] in ONNX Runtime.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 3)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class OnnxFullLens {

    @Param({"5", "64", "256"})
    int tokens;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private OnnxGraph graph;
    private OnnxTensor ids;

    @Setup(Level.Trial)
    public void setUp() throws OrtException {
        ModelSize size = ModelSize.of(model);
        graph = OnnxGraph.open("lens", size, threads);
        try (OpenLens lens = OpenLens.open(size, threads, tokens, LensOptions.defaults())) {
            ids = OnnxGraph.ids(lens.tokens());
            try (OrtSession.Result result = graph.run(Map.of("ids", ids))) {
                PeerAgreement.requireClose(lens.run(), OnnxGraph.lastPosition(result));
            }
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() throws OrtException {
        ids.close();
        graph.close();
    }

    @Benchmark
    public Object read() throws OrtException {
        try (OrtSession.Result result = graph.run(Map.of("ids", ids))) {
            return new Object[] {
                result.get(0).getValue(), result.get(1).getValue(), result.get(2).getValue(), result.get(3).getValue()
            };
        }
    }
}
