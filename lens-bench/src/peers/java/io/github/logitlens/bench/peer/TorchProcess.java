package io.github.logitlens.bench.peer;

import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.RandomModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// `python/torch_peer.py`, which answers each line with a line.
final class TorchProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter requests;

    private TorchProcess(Process process) {
        this.process = process;
        answers = process.inputReader(StandardCharsets.UTF_8);
        requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /// @throws PeerMissingException if there is no Python with PyTorch
    static TorchProcess start(ModelSize size, int threads) {
        List<String> command = TorchPython.command("torch_peer.py",
                List.of(RandomModel.directory(size).toString(), "--threads", Integer.toString(threads)));
        try {
            TorchProcess started = new TorchProcess(
                    new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
            started.answer(); // its version
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized String ask(String request) {
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
