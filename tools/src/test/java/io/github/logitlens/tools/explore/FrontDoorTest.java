package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.github.logitlens.tools.explore.RawHttp.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// A fault inside a handler is answered, written down, and harms nobody else.
class FrontDoorTest {

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    private HttpServer serve(FrontDoor.Route route) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", new FrontDoor(new Gate(server.getAddress().getPort()), route, new PrintStream(log, true)));
        server.start();
        return server;
    }

    private static void fail(Throwable fault) {
        switch (fault) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError(fault);
        }
    }

    @Test
    void exceptionsAndErrorsAreAnswered() throws IOException {
        for (Throwable fault : new Throwable[] {
            new NullPointerException("secret"), new IllegalStateException(), new StackOverflowError(), new OutOfMemoryError(),
            new AssertionError("secret")}) {
            HttpServer server = serve(exchange -> fail(fault));
            try {
                Answer answer = RawHttp.get(server.getAddress().getPort(), "/");
                assertEquals(500, answer.status());
                assertEquals("close", answer.header("Connection"));
                assertTrue(answer.body().contains("\"reason\":\"INTERNAL\""), answer.body());
                assertFalse(answer.body().contains("secret"), answer.body());
                assertTrue(log.toString().contains(fault.getClass().getName()));
            } finally {
                server.stop(0);
            }
        }
    }

    @Test
    void aFaultInMidAnswerEndsTheConnection() throws IOException {
        HttpServer server = serve(exchange -> {
            LineStream lines = new LineStream(exchange, "text/plain", new Patience(Duration.ofMinutes(1)));
            lines.send(out -> out.write("{\"type\":\"start\"}\n"));
            throw new IllegalStateException("late");
        });
        try {
            Answer answer = RawHttp.get(server.getAddress().getPort(), "/");
            assertEquals(200, answer.status());
            assertEquals("{\"type\":\"start\"}\n", answer.body());
            assertTrue(log.toString().contains("late"));
        } finally {
            server.stop(0);
        }
    }
}
