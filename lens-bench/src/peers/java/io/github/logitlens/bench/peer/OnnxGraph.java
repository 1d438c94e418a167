package io.github.logitlens.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.RandomModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A random model as a graph in ONNX Runtime, on the processor, all optimizations on.
final class OnnxGraph implements AutoCloseable {

    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private static final Kept<Key, OrtSession> SESSIONS = new Kept<>(OnnxGraph::session);

    private final Kept.Share<OrtSession> session;

    private record Key(String kind, ModelSize size, int threads) {
    }

    private OnnxGraph(Kept.Share<OrtSession> session) {
        this.session = session;
    }

    /// Opens a graph, written by `python/export_onnx.py` when it is first asked for.
    ///
    /// @param kind `prefill`, `prefill-cut`, `lens`, `lens-last` or `decode`
    static OnnxGraph open(String kind, ModelSize size, int threads) {
        return new OnnxGraph(SESSIONS.take(new Key(kind, size, threads)));
    }

    private static OrtSession session(Key key) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(key.threads());
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            return ENVIRONMENT.createSession(file(key.kind(), key.size()).toString(), options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot open its graph " + key, e);
        }
    }

    private static Path file(String kind, ModelSize size) {
        Path folder = Path.of(System.getProperty("lens.bench.target", "target"), "onnx");
        Path file = folder.resolve("gpt2-" + size + "-" + kind + ".onnx");
        if (!Files.exists(file)) {
            try {
                Files.createDirectories(folder);
                export(kind, size, file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file;
    }

    private static void export(String kind, ModelSize size, Path file) throws IOException {
        String directory = RandomModel.directory(size).toString();
        List<String> arguments = List.of(directory, file.toString(), "--kind", kind);
        if (!TorchPython.run("export_onnx.py", arguments)) {
            throw new PeerMissingException("export_onnx.py could not write ONNX Runtime's graph " + file
                    + "; what Python said stands in the log");
        }
    }

    /// Token ids as an input, `[tokens.length]`; the caller closes it.
    static OnnxTensor ids(int... tokens) throws OrtException {
        LongBuffer ids = LongBuffer.wrap(Arrays.stream(tokens).asLongStream().toArray());
        return OnnxTensor.createTensor(ENVIRONMENT, ids, new long[] {tokens.length});
    }

    /// Keys or values of no position as an input, `[heads, 0, dHead]`; the caller closes it.
    static OnnxTensor nothing(int heads, int dHead) throws OrtException {
        return OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.allocate(0), new long[] {heads, 0, dHead});
    }

    /// The lens at the last position, of a graph that reads all positions, `[points][positions]…`, or that one.
    static PeerAgreement.LastPosition lastPosition(OrtSession.Result result) throws OrtException {
        Object[] ids = (Object[]) result.get(0).getValue();
        Object[] probabilities = (Object[]) result.get(1).getValue();
        return new PeerAgreement.LastPosition(
                Arrays.stream(ids).map(point -> (long[]) last(point)).toArray(long[][]::new),
                Arrays.stream(probabilities).map(point -> (float[]) last(point)).toArray(float[][]::new),
                lastNumbers(result.get(2).getValue()), lastNumbers(result.get(3).getValue()));
    }

    private static Object last(Object rows) {
        return rows instanceof Object[] positions ? positions[positions.length - 1] : rows;
    }

    private static float[] lastNumbers(Object values) {
        if (values instanceof float[] points) {
            return points;
        }
        float[][] rows = (float[][]) values;
        float[] last = new float[rows.length];
        for (int point = 0; point < rows.length; point++) {
            last[point] = rows[point][rows[point].length - 1];
        }
        return last;
    }

    OrtSession.Result run(Map<String, OnnxTensor> inputs) throws OrtException {
        return session.value().run(inputs);
    }

    @Override
    public void close() {
        session.close();
    }
}
