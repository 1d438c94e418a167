package examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.error.LensException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A service on the JDK's own server: one open model for all requests, a result's JSON as the answer.
public class Service implements AutoCloseable {

    private final LogitLens lens = LogitLens.open("demo");
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    public Service(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/lens", this::answer);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String prompt = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            try {
                send(exchange, 200, lens.run(prompt, LensOptions.defaults().positions(Positions.last())).toJson());
            } catch (IllegalArgumentException | LensException e) {
                send(exchange, 422, e.getMessage());
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        lens.close();
    }

    public static void main(String[] args) throws IOException {
        Service service = new Service(8080);
        Runtime.getRuntime().addShutdownHook(new Thread(service::close));
        System.out.println("http://127.0.0.1:" + service.port() + "/lens");
    }
}
