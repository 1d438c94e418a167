package io.github.logitlens.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.bench.task.WholeTask;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// A task in ONNX Runtime, compared with ours and timed.
public abstract class OnnxTask extends WholeTask {

    private OnnxGraph graph;
    private Map<String, OnnxTensor> inputs;

    /// Which graph does it, as [OnnxGraph#open] names it.
    abstract String kind();

    /// What goes into the graph.
    abstract Map<String, OnnxTensor> inputs(OnnxGraph graph) throws OrtException;

    /// What comes out of it, as Java's arrays.
    abstract Object values(OrtSession.Result result) throws OrtException;

    /// Compares what came out with ours.
    abstract void check(OrtSession.Result result) throws OrtException;

    @Setup(Level.Trial)
    public void setUp() throws OrtException {
        graph = OnnxGraph.open(kind(), size(), threads);
        inputs = inputs(graph);
        try (OrtSession.Result result = graph.run(inputs)) {
            check(result);
        }
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        inputs.values().forEach(OnnxTensor::close);
        graph.close();
    }

    @Benchmark
    public Object run() throws OrtException {
        try (OrtSession.Result result = graph.run(inputs)) {
            return values(result);
        }
    }
}
