package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.tools.explore.RawHttp.Answer;
import io.github.logitlens.weights.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs of several pages at once.
class RunQueueTest {

    private static final String RUN = "{\"prompt\": \"The capital of France is\", \"page\": \"%s\", \"topK\": 2}";

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private ExplorerServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        server = ExplorerServer.start(0, "demo", "test", new PrintStream(log, true));
        port = server.address().getPort();
    }

    @AfterEach
    void stop() {
        server.close();
        assertEquals("", log.toString());
    }

    private CompletableFuture<Answer> run(String page) {
        return CompletableFuture.supplyAsync(() -> RawHttp.post(port, "/api/run", RUN.formatted(page)),
                task -> Thread.ofVirtual().start(task));
    }

    private void awaitLength(int length) {
        while (server.queue().length() != length) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aRunBeyondTheLimitIsSentAway() {
        List<RunQueue.Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tickets.add(server.queue().enter(""));
        }
        Answer answer = RawHttp.post(port, "/api/run", RUN.formatted("late"));
        assertEquals(503, answer.status());
        assertEquals("1", answer.header("Retry-After"));
        assertTrue(answer.body().contains("BUSY"), answer.body());
        assertEquals(200, RawHttp.get(port, "/").status(), "the page itself does not queue");
        tickets.forEach(RunQueue.Ticket::close);
        assertEquals(200, run("late").join().status());
    }

    @Test
    void runsOfSeveralPagesGiveWhatEachGivesAlone() throws IOException {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(run("page " + i));
        }
        String expected = withoutTime(answers.getFirst().join().body());
        for (CompletableFuture<Answer> answer : answers) {
            assertEquals(expected, withoutTime(answer.join().body()));
        }
        List<String> rows = expected.lines().filter(line -> line.contains("\"rows\"")).toList();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult result = lens.run("The capital of France is", LensOptions.defaults().topK(2));
            assertEquals(result.points().size(), rows.size());
            assertEquals(result.top(result.finalPoint(), -1).getFirst().id(),
                    new ObjectMapper().readTree(rows.getLast()).path("readings").get(4).path("top").get(0).path("id").intValue());
        }
    }

    @Test
    void aLongPromptComesInPartsThatMakeTheWhole() throws IOException {
        String prompt = "a b c d e f g".repeat(10);
        Answer answer = RawHttp.post(port, "/api/run", "{\"prompt\": \"" + prompt + "\", \"topK\": 1}");
        ObjectMapper mapper = new ObjectMapper();
        Map<String, Integer> top = new TreeMap<>();
        int lines = 0;
        for (String line : answer.body().lines().filter(text -> text.contains("\"rows\"")).toList()) {
            lines++;
            for (JsonNode reading : mapper.readTree(line).path("readings")) {
                String cell = reading.path("point").intValue() + " " + reading.path("position").intValue();
                assertEquals(null, top.put(cell, reading.path("top").get(0).path("id").intValue()), cell + " came twice");
            }
        }
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult result = lens.run(prompt, LensOptions.defaults().topK(1));
            assertTrue(lines > result.points().size(), "several parts");
            assertEquals(result.points().size() * result.positions().size(), top.size());
            for (LensPoint point : result.points()) {
                for (int position : result.positions()) {
                    assertEquals(result.top(point, position).getFirst().id(), top.get(result.points().indexOf(point) + " " + position));
                }
            }
        }
        assertTrue(answer.body().lines().toList().getLast().contains("\"done\""));
    }

    @Test
    void aModelThatCannotBeOpenedSaysWhyAndAnotherTakesItsPlace(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("config.json"), """
                {"model_type": "gpt2", "n_layer": 1, "n_head": 1, "n_embd": 4, "n_positions": 8, "vocab_size": 50257}""");
        Files.write(directory.resolve("model.safetensors"), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
        assertThrows(CheckpointException.class, () -> Opening.start(directory.toString(), Optional.empty()).lens());
        Opening demo = Opening.start("demo", Optional.of(Opening.start(directory.toString(), Optional.empty())));
        assertTrue(demo.lens().run("a").points().size() > 1);
        assertTrue(demo.isOpen());
        assertEquals(Opening.PER_CENT, demo.perCent());
        demo.free();
        assertThrows(IllegalStateException.class, () -> demo.lens().run("a"));
    }

    private static String withoutTime(String body) {
        return String.join("\n", body.lines().filter(line -> line.contains("\"start\"") || line.contains("\"rows\"")).toList());
    }

    @Test
    void theModelMayBeOpenedBeforeThePageAsks() {
        server.openModel();
        assertEquals(200, run("mine").join().status());
    }

    @Test
    void aNewerRunOfThePageTakesTheOldersPlace() {
        RunQueue.Ticket running = server.queue().enter("someone");
        CompletableFuture<Answer> older = run("mine");
        awaitLength(2);
        CompletableFuture<Answer> newer = run("mine");
        Answer cancelled = older.join();
        assertEquals(409, cancelled.status());
        assertTrue(cancelled.body().contains("CANCELLED"), cancelled.body());
        running.close();
        assertEquals(200, newer.join().status());
    }

    @Test
    void aRunThatComputesIsCancelledBetweenTwoBlocks() {
        RunQueue.Ticket running = server.queue().enter("mine");
        running.await();
        running.check();
        RunQueue.Ticket newer = server.queue().enter("mine");
        assertEquals("CANCELLED", assertThrows(Refusal.class, running::check).reason());
        running.close();
        newer.await();
        newer.close();
        assertEquals(0, server.queue().length());
    }

    /// What it has not read lies ready for it, and others run.
    @Test
    @Timeout(120)
    void aReaderThatStopsReadingHoldsNobodyUp() {
        try (RawHttp stopped = stopped()) {
            for (int i = 0; i < 3; i++) {
                assertEquals(200, run("other").join().status());
            }
            Answer late = stopped.answer();
            assertEquals(200, late.status());
            assertTrue(late.body().endsWith("}\n") && late.body().lines().toList().getLast().contains("\"done\""), "all of it");
        }
    }

    /// Asks for more than the connection holds, and reads nothing of it until it is told to.
    private RawHttp stopped() {
        String body = "{\"prompt\": \"" + "word ".repeat(250) + "\", \"topK\": 100, \"page\": \"stopped\"}";
        RawHttp http = new RawHttp(port);
        http.send(String.join("\r\n", "POST /api/run HTTP/1.1", "Host: 127.0.0.1:" + port, "Content-Type: application/json",
                "Connection: close", "Content-Length: " + body.length(), "", body));
        return http;
    }

    @Test
    @Timeout(120)
    void aReaderThatHasStoppedForLongIsGivenUp() throws IOException {
        server.close();
        server = ExplorerServer.start(0, "demo", "test", new PrintStream(log, true), Limits.USUAL.withReader(Duration.ofMillis(200)));
        port = server.address().getPort();
        List<RawHttp> stopped = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            stopped.add(stopped());
        }
        Answer answer = run("other").join();
        while (answer.status() == 503) {
            answer = run("other").join();
        }
        assertEquals(200, answer.status(), "places are free again");
        stopped.forEach(RawHttp::close);
    }

    @Test
    void aPageThatGoesAwayLeavesTheQueue() {
        RunQueue.Ticket running = server.queue().enter("someone");
        try (RawHttp leaving = new RawHttp(port)) {
            String body = RUN.formatted("leaving");
            leaving.send(String.join("\r\n", "POST /api/run HTTP/1.1", "Host: 127.0.0.1:" + port, "Content-Type: application/json",
                    "Content-Length: " + body.length(), "", body));
            awaitLength(2);
        }
        running.close();
        awaitLength(0);
        assertEquals(200, run("next").join().status());
    }
}
