package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

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

    @Test
    void impossiblePortsAndModelsAreRefused() {
        Cli.lens("explore", "--port", "65536").failsWith(2, "0 to 65535", "65536");
        Cli.lens("explore", "--no-browser", "--model", "/no/such/model").failsWith(1, "/no/such/model");
    }
}
