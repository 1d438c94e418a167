package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.tools.explore.RawHttp.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// A fault inside a handler is answered, written down, and harms nobody else.
class FrontDoorTest {

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    private Answer answerOf(FrontDoor.Route route) throws IOException {
        ServerSocket socket = Listener.bind(0);
        int port = socket.getLocalPort();
        FrontDoor door = new FrontDoor(new Gate(port), route, new PrintStream(log, true));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Listener _ = Listener.start(socket, door, threads, Limits.USUAL)) {
            return RawHttp.get(port, "/");
        }
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
            Answer answer = answerOf(exchange -> fail(fault));
            assertEquals(500, answer.status());
            assertEquals("close", answer.header("Connection"));
            assertTrue(answer.body().contains("\"reason\":\"INTERNAL\""), answer.body());
            assertFalse(answer.body().contains("secret"), answer.body());
            assertTrue(log.toString().contains(fault.getClass().getName()));
        }
    }

    @Test
    void aFaultInMidAnswerEndsTheConnection() throws IOException {
        Answer answer = answerOf(exchange -> {
            LineStream lines = new LineStream(exchange, "text/plain", new Patience(Duration.ofMinutes(1)));
            lines.send(out -> out.write("{\"type\":\"start\"}\n"));
            throw new IllegalStateException("late");
        });
        assertEquals(200, answer.status());
        assertEquals("{\"type\":\"start\"}\n", answer.body());
        assertTrue(log.toString().contains("late"));
    }
}
