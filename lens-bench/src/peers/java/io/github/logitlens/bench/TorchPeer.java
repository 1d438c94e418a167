package io.github.logitlens.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// PyTorch in a process of its own, `python/torch_peer.py`, that does one task whenever it is asked to.
final class TorchPeer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter requests;
    private final JsonNode result;

    private TorchPeer(Process process, String task, int[] ids) {
        this.process = process;
        answers = process.inputReader(StandardCharsets.UTF_8);
        requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        try {
            answer(); // its version
            result = MAPPER.readTree(ask("prepare " + task + " "
                    + Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts it and does the task once.
    ///
    /// @param task `prefill`, `lens`, `lens-last` or `decode`
    /// @throws PeerMissingException if there is no Python with PyTorch
    static TorchPeer start(String task, ModelSize size, int threads, int[] ids) {
        List<String> command = TorchPython.command("torch_peer.py",
                List.of(RandomModel.directory(size).toString(), "--threads", Integer.toString(threads)));
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try {
                return new TorchPeer(process, task, ids);
            } catch (RuntimeException | Error e) {
                process.destroy();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The next token's logits, of `prefill` and `decode`.
    float[] logits() {
        return floats(result.get("logits"));
    }

    /// The lens at the last position, of `lens` and `lens-last`.
    PeerAgreement.LastPosition lastPosition() {
        JsonNode ids = result.get("ids");
        long[][] top = new long[ids.size()][];
        float[][] probabilities = new float[ids.size()][];
        for (int point = 0; point < ids.size(); point++) {
            top[point] = new long[ids.get(point).size()];
            for (int rank = 0; rank < top[point].length; rank++) {
                top[point][rank] = ids.get(point).get(rank).asLong();
            }
            probabilities[point] = floats(result.get("probabilities").get(point));
        }
        return new PeerAgreement.LastPosition(top, probabilities, floats(result.get("entropy")), floats(result.get("kl")));
    }

    private static float[] floats(JsonNode numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers.get(i).asDouble();
        }
        return floats;
    }

    /// Does the task again. What crosses the pipe is one word each way.
    String run() {
        return ask("run");
    }

    private String ask(String request) {
        requests.println(request);
        return answer();
    }

    private String answer() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("torch_peer.py ended; what Python said stands in the log");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        requests.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
