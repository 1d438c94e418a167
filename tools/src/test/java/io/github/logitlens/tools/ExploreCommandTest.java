package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `lens explore` from the command line.
class ExploreCommandTest {

    @Test
    void servesThePageUntilItIsEnded() throws Exception {
        try (PipedInputStream shown = new PipedInputStream(); PipedOutputStream out = new PipedOutputStream(shown)) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Stdio stdio = new Stdio(new ByteArrayInputStream(new byte[0]), out, new PrintStream(err, true, StandardCharsets.UTF_8));
            CompletableFuture<Integer> code = new CompletableFuture<>();
            Thread command = new Thread(() -> code.complete(Main.run(stdio, "explore", "--no-browser", "--port", "0")));
            command.start();
            String address = new BufferedReader(new InputStreamReader(shown, StandardCharsets.UTF_8)).readLine();
            try (HttpClient client = HttpClient.newHttpClient()) {
                HttpResponse<String> page = client.send(HttpRequest.newBuilder(URI.create(address)).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertEquals(200, page.statusCode());
                assertTrue(page.body().contains("Logit Lens"), page.body());
            }
            command.interrupt();
            assertEquals(0, code.join());
            assertTrue(err.toString(StandardCharsets.UTF_8).contains("Ctrl-C"));
        }
    }

    @Test
    void aPortInUseIsOneClearError() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            Cli.lens("explore", "--no-browser", "--port", port).failsWith(1, "port " + port, "--port 0");
        }
    }

    @Test
    void onlyThisMachineIsServed() {
        Cli.lens("explore", "--host", "0.0.0.0").failsWith(2, "--host");
    }

    /// In the words in which a run of the same model would be, and before an address is printed.
    @Test
    void aModelThatCannotBeUsedIsRefusedAtTheStart(@TempDir Path dir) throws IOException {
        Path weights = dir.resolve("model.safetensors");
        Files.writeString(dir.resolve("config.json"), """
                {"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 4, "n_positions": 8, "vocab_size": 50257}""");
        new SafeTensorsWriter().floats("wte.weight", DType.F32, List.of(100L, 4L), new float[400]).write(weights);
        refusesAsARunDoes(dir);
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length - 100));
        refusesAsARunDoes(dir);
        Files.writeString(dir.resolve("tokenizer.json"), "{");
        refusesAsARunDoes(dir);
    }

    private static void refusesAsARunDoes(Path model) {
        Cli run = Cli.lens("--model", model.toString(), "Hello");
        assertEquals(1, run.code());
        assertEquals(run, Cli.lens("explore", "--no-browser", "--port", "0", "--model", model.toString()));
    }

    @Test
    void impossiblePortsAndModelsAreRefused() {
        Cli.lens("explore", "--port", "65536").failsWith(2, "0 to 65535", "65536");
        Cli.lens("explore", "--no-browser", "--model", "/no/such/model").failsWith(1, "/no/such/model");
    }
}
