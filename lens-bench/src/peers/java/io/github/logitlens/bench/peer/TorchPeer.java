package io.github.logitlens.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.model.ModelSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A task in PyTorch that is done whenever it is asked for.
final class TorchPeer implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Kept<Key, TorchProcess> PROCESSES = new Kept<>(key -> TorchProcess.start(key.size(), key.threads()));

    private final Kept.Share<TorchProcess> process;
    private final String task;
    private final JsonNode result;

    private record Key(ModelSize size, int threads) {
    }

    private TorchPeer(Kept.Share<TorchProcess> process, String task, JsonNode result) {
        this.process = process;
        this.task = task;
        this.result = result;
    }

    /// Starts PyTorch where it does not run yet, and does the task once.
    ///
    /// @param task `prefill`, `lens`, `lens-last`, `decode` or a sweep's; of each there is one at a time
    /// @param ids  a prompt; of a sweep the clean one and the corrupted one
    /// @throws PeerMissingException if there is no Python with PyTorch
    static TorchPeer start(String task, ModelSize size, int threads, int[] ids) {
        return start(task, size, threads, List.of(ids));
    }

    /// The same of many prompts.
    ///
    /// @param task `batch-…`
    static TorchPeer start(String task, ModelSize size, int threads, List<int[]> prompts) {
        Kept.Share<TorchProcess> process = PROCESSES.take(new Key(size, threads));
        try {
            String answer = process.value().ask("prepare " + task + " " + prompts.stream()
                    .map(ids -> Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" ")))
                    .collect(Collectors.joining(" / ")));
            return new TorchPeer(process, task, MAPPER.readTree(answer));
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
        return lastPosition(result);
    }

    /// The lens at each prompt's last position, of `batch-…`.
    List<PeerAgreement.LastPosition> lastPositions() {
        return result.valueStream().map(TorchPeer::lastPosition).toList();
    }

    private static PeerAgreement.LastPosition lastPosition(JsonNode result) {
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

    /// A sweep's values, of `patch-…`.
    float[] values() {
        return floats(result.get("values"));
    }

    private static float[] floats(JsonNode numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers.get(i).asDouble();
        }
        return floats;
    }

    /// Does the task again. What crosses the pipe is a word or two each way.
    String run() {
        return process.value().ask("run " + task);
    }

    @Override
    public void close() {
        process.close();
    }
}
