package io.github.logitlens.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A random model as a graph in ONNX Runtime, on the processor, all optimizations on.
final class OnnxGraph implements AutoCloseable {

    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private final OrtSession session;

    private OnnxGraph(OrtSession session) {
        this.session = session;
    }

    /// Opens a graph, written by `python/export_onnx.py` when it is first asked for.
    ///
    /// @param kind `prefill`, `lens`, `lens-last` or `decode`
    static OnnxGraph open(String kind, ModelSize size, int threads) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            return new OnnxGraph(ENVIRONMENT.createSession(file(kind, size).toString(), options));
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
        String script = Path.of(System.getProperty("lens.bench.module", "."), "python", "export_onnx.py").toString();
        String directory = RandomModel.directory(size).toString();
        String python = pythonWithTorch().orElseThrow(() -> new IllegalStateException(
                "ONNX Runtime's graph " + file + " has to be written first: expected a python3 with PyTorch"
                        + " 1.13 or later (apt-get install python3-torch), found none"));
        if (exitCode(List.of(python, script, directory, file.toString(), "--kind", kind)) != 0) {
            throw new IllegalStateException(script + " could not write " + file + "; what Python said stands above");
        }
    }

    private static Optional<String> pythonWithTorch() throws IOException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            if (exitCode(List.of(python, "-c", "import torch")) == 0) {
                return Optional.of(python);
            }
        }
        return Optional.empty();
    }

    private static int exitCode(List<String> command) throws IOException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for " + command, e);
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

    OrtSession.Result run(Map<String, OnnxTensor> inputs) throws OrtException {
        return session.run(inputs);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
