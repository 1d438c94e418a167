package io.github.logitlens.weights.hub;

import static io.github.logitlens.weights.hub.CacheDirectory.NAME;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.hub.HubException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A hub that misbehaves: whatever it does, a file under a final name is complete and right, what went wrong is said in one
/// line, and the token stays where it belongs.
@Tag("waits")
@Timeout(60)
class HubFaultsTest {

    private static final String TOKEN = "hf_SecretSecretSecret";
    private static final HubTiming SHORT = new HubTiming(Duration.ofSeconds(5), Duration.ofSeconds(10),
            Duration.ofMillis(200), Duration.ZERO, Duration.ZERO);

    @TempDir
    Path dir;

    private FakeHub server;
    private byte[] weights;

    @BeforeEach
    void start() throws IOException {
        weights = new byte[211];
        new Random(1).nextBytes(weights);
        server = FakeHub.withModel(weights);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CacheDirectory cache() {
        return new CacheDirectory(dir);
    }

    private ModelHub hub() {
        return cache().hub(server, "HF_TOKEN", TOKEN);
    }

    private ModelHub impatient() {
        return ModelHub.of(cache().environment(server.endpoint(), "HF_TOKEN", TOKEN), SHORT);
    }

    /// Checks that it fails cleanly, says nothing it should not, and leaves nothing behind.
    private HubException fails(Reason reason, ModelHub hub) throws IOException {
        HubException e = assertThrows(HubException.class, () -> hub.resolve(NAME));
        StringWriter all = new StringWriter();
        e.printStackTrace(new PrintWriter(all));
        assertFalse(all.toString().contains("Secret"), all.toString());
        assertFalse(all.toString().contains("query-secret"), all.toString());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertEquals(reason, e.reason(), e.getMessage());
        assertTrue(e.getMessage().contains(NAME), e.getMessage());
        cache().check(server, true);
        assertTrue(cache().listing().stream().noneMatch(path -> path.endsWith("model.safetensors")));
        return e;
    }

    private void succeeds() throws IOException {
        hub().resolve(NAME);
        cache().check(server, true);
        assertEquals(7, cache().listing().size(), cache().listing().toString());
    }

    /// Answers requests for the weights' bytes with `handler`, the rest as a good hub.
    private void weightsBy(FakeHub.Handler handler) {
        server.handler = (request, out) -> {
            if (request.path().startsWith("/storage/")) {
                handler.answer(request, out);
            } else {
                server.serve(request, out);
            }
        };
    }

    /// Misbehaves the first `times` times.
    private static FakeHub.Handler first(int times, FakeHub.Handler bad, FakeHub.Handler good) {
        AtomicInteger count = new AtomicInteger();
        return (request, out) -> (count.incrementAndGet() <= times ? bad : good).answer(request, out);
    }

    // Row 24.

    @Tag("thorough")
    @Test
    void aStreamThatIsCutAtAnyByteIsTakenUpThere() throws IOException {
        byte[] answer = FakeHub.content(new FakeHub.Request("GET", "", Map.of()), weights, weights);
        RemoteFile file = new RemoteFile("model.safetensors", FakeHub.COMMIT, FakeHub.sha256(weights),
                Optional.of(ContentHash.sha256(FakeHub.sha256(weights))), weights.length);
        RepoId repo = RepoId.parse(NAME).orElseThrow();
        try (HubClient client = new HubClient(new HubEnvironment(cache().environment(server.endpoint())),
                CacheDirectory.QUICK)) {
            for (int cut = 0; cut < answer.length; cut++) {
                int length = cut;
                weightsBy(first(1, (request, out) -> out.write(answer, 0, length), server::serve));
                Path target = Files.createFile(dir.resolve("cut" + cut));
                new Download(client, repo, file, file.hash(), arrived -> { }).into(target);
                assertArrayEquals(weights, Files.readAllBytes(target));
            }
        }
        List<Integer> starts = server.requests().stream().map(FakeHub.Request::start).distinct().sorted().toList();
        assertEquals(weights.length, starts.size(), starts.toString());
    }

    @Test
    void aStreamThatIsAlwaysCutFailsAndLeavesNothing() throws IOException {
        weightsBy((request, out) -> {
            byte[] answer = FakeHub.content(request, weights, weights);
            out.write(answer, 0, answer.length - Math.max(1, (weights.length - request.start()) / 2));
        });
        fails(Reason.BROKEN_TRANSFER, hub());
        assertEquals(5, server.gets("model.safetensors"));
        weightsBy(server::serve);
        succeeds();
    }

    @Test
    void whatBreaksOftenButGetsOnSucceeds() throws IOException {
        byte[] large = new byte[9 << 20];
        new Random(2).nextBytes(large);
        server.file("model.safetensors", large);
        weightsBy((request, out) -> {
            byte[] answer = FakeHub.content(request, large, large);
            out.write(answer, 0, Math.min(answer.length, (1 << 20) + 9999));
        });
        succeeds();
        assertTrue(server.gets("model.safetensors") > 5);
    }

    @Tag("thorough")
    @Test
    void headersThatAreCutAtAnyByteAreAskedForAgain() throws IOException {
        byte[] answer = FakeHub.content(new FakeHub.Request("HEAD", "", Map.of()), server.content("config.json"),
                server.content("config.json"));
        for (int cut = 0; cut < answer.length; cut += 11) {
            int length = cut;
            server.handler = first(1, (request, out) -> out.write(answer, 0, length), server::serve);
            CacheDirectory fresh = new CacheDirectory(dir.resolve("cut" + cut));
            fresh.hub(server).resolve(NAME);
            fresh.check(server, true);
        }
    }

    // Row 25.

    private FakeHub.Handler brokenOnce(FakeHub.Handler then) {
        return first(1, (request, out) -> {
            byte[] answer = FakeHub.content(request, weights, weights);
            out.write(answer, 0, answer.length - 100);
        }, then);
    }

    @Test
    void aServerThatIgnoresRangesSendsAllOfItAgain() throws IOException {
        weightsBy(brokenOnce((request, out) ->
                out.write(FakeHub.content(new FakeHub.Request("GET", "", Map.of()), weights, weights))));
        succeeds();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes 0-210/211", "bytes 110-210/211", "bytes 112-210/211", "bytes 111-209/211", "bytes 111-210/212",
            "bytes */211", "lines 111-210/211", "bytes 111-99999999999999999999/*", ""})
    void aWrongRangeIsNotTakenForTheRestAndTheFileBegunAgain(String range) throws IOException {
        weightsBy(brokenOnce(first(1, (request, out) -> {
            assertEquals(111, request.start());
            out.write(FakeHub.headers("206 Partial Content", "Content-Length: 100", "Content-Range: " + range));
            out.write(weights, 50, 100);
        }, server::serve)));
        succeeds();
        assertEquals(0, server.requests().getLast().start());
    }

    @Test
    void anUnsatisfiableRangeMakesTheFileBeginAgain() throws IOException {
        weightsBy(brokenOnce((request, out) -> {
            if (request.start() > 0) {
                out.write(FakeHub.headers("416 Range Not Satisfiable", "Content-Range: bytes */50", "Content-Length: 0"));
            } else {
                server.serve(request, out);
            }
        }));
        succeeds();
    }

    // Row 26.

    @Test
    void wrongBytesOfTheRightSizeAreNotKept() throws IOException {
        byte[] wrong = weights.clone();
        wrong[100] ^= 1;
        weightsBy((request, out) -> out.write(FakeHub.content(request, wrong, wrong)));
        fails(Reason.WRONG_CONTENT, hub());
        weightsBy(server::serve);
        succeeds();
    }

    @Test
    void wrongBytesOfASmallFileAreNotKeptEither() throws IOException {
        byte[] right = server.content("config.json");
        byte[] wrong = right.clone();
        wrong[5] ^= 1;
        server.handler = (request, out) -> {
            if (request.isFile("config.json")) {
                out.write(FakeHub.content(request, wrong, right));
            } else {
                server.serve(request, out);
            }
        };
        fails(Reason.WRONG_CONTENT, hub());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 210, 212, 100_000})
    void anotherSizeIsNotKept(int size) throws IOException {
        weightsBy((request, out) -> out.write(FakeHub.content(request, Arrays.copyOf(weights, size), weights)));
        fails(Reason.WRONG_SIZE, hub());
        // Nor without a length in the headers.
        weightsBy((request, out) -> {
            out.write(FakeHub.headers("200 OK"));
            out.write(weights, 0, Math.min(size, weights.length));
            out.write(new byte[Math.max(0, size - weights.length)]);
        });
        fails(size > weights.length ? Reason.WRONG_SIZE : Reason.BROKEN_TRANSFER, hub());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"X-Repo-Commit: main|X-Linked-Etag: \"abc\"", "X-Repo-Commit: ../../x|X-Linked-Etag: \"abc\"",
            "X-Repo-Commit: 1123456789abcdef0123456789abcdef01234567|ETag: \"abc\""})
    void whatIsNoCommitOrAnotherOneIsRefused(String commit, String etag) throws IOException {
        server.handler = (request, out) -> {
            if (request.isFile("model.safetensors")) {
                out.write(FakeHub.headers("200 OK", commit, etag, "Content-Length: 211"));
            } else {
                server.serve(request, out);
            }
        };
        fails(Reason.BAD_RESPONSE, hub());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "99999999999999999999", "1e3"})
    void badSizesAreRefused(String size) throws IOException {
        server.handler = (request, out) -> {
            if (request.isFile("model.safetensors")) {
                out.write(FakeHub.headers("200 OK", "X-Repo-Commit: " + FakeHub.COMMIT, "ETag: \"abc\"", "X-Linked-Size: " + size,
                        "Content-Length: 0"));
            } else {
                server.serve(request, out);
            }
        };
        fails(Reason.BAD_RESPONSE, hub());
    }

    @Test
    void aFileLargerThanTheDiskIsNotBegun() throws IOException {
        server.handler = (request, out) -> {
            if (request.isFile("model.safetensors")) {
                out.write(FakeHub.headers("200 OK", "X-Repo-Commit: " + FakeHub.COMMIT, "ETag: \"abc\"",
                        "X-Linked-Size: 900000000000000000", "Content-Length: 0"));
            } else {
                server.serve(request, out);
            }
        };
        fails(Reason.DISK_FULL, hub());
        assertEquals(0, server.gets("model.safetensors"));
    }

    // Row 27.

    private static void waitForTheClient(OutputStream out, CountDownLatch done) throws Exception {
        out.flush();
        done.await();
    }

    @ParameterizedTest
    @ValueSource(strings = {"after headers", "in the middle", "drip"})
    void aServerThatStallsIsGivenUp(String where) throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        weightsBy((request, out) -> {
            byte[] answer = FakeHub.content(request, weights, weights);
            int headers = answer.length - weights.length + request.start();
            switch (where) {
                case "after headers" -> out.write(answer, 0, headers);
                case "in the middle" -> out.write(answer, 0, headers + 1);
                default -> {
                    out.write(answer, 0, headers);
                    while (!done.await(20, TimeUnit.MILLISECONDS)) {
                        out.write(0);
                        out.flush();
                    }
                }
            }
            waitForTheClient(out, done);
        });
        fails(Reason.STALLED, impatient());
        done.countDown();
    }

    @Test
    void aStallInTheMiddleIsRetriedFromThere() throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        weightsBy(first(1, (request, out) -> {
            byte[] answer = FakeHub.content(request, weights, weights);
            out.write(answer, 0, answer.length - 100);
            waitForTheClient(out, done);
        }, server::serve));
        impatient().resolve(NAME);
        cache().check(server, true);
        assertEquals(111, server.requests().getLast().start());
        done.countDown();
    }

    @Test
    void aHubThatDoesNotAnswerIsGivenUpAtOnce() throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        server.handler = (request, out) -> waitForTheClient(out, done);
        HubTiming quickAnswer = new HubTiming(SHORT.connect(), Duration.ofMillis(200), SHORT.stall(), Duration.ZERO, Duration.ZERO);
        fails(Reason.UNREACHABLE, ModelHub.of(cache().environment(server.endpoint()), quickAnswer));
        done.countDown();
        assertEquals(1, server.requests().size());
    }

    @Test
    void interruption() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        weightsBy((request, out) -> {
            asked.countDown();
            waitForTheClient(out, done);
        });
        try (ExecutorService one = Executors.newSingleThreadExecutor()) {
            Future<HubException> failure = one.submit(() -> {
                HubException e = assertThrows(HubException.class, () -> hub().resolve(NAME));
                assertTrue(Thread.interrupted());
                return e;
            });
            asked.await();
            one.shutdownNow();
            assertEquals(Reason.INTERRUPTED, failure.get().reason());
        }
        done.countDown();
        cache().check(server, true);
    }

    // Row 28.

    private void redirectedTo(String location) {
        server.handler = (request, out) -> {
            if (request.isHead() || request.path().startsWith("/storage/")) {
                server.serve(request, out);
            } else {
                out.write(FakeHub.headers("302 Found", "Location: " + location, "Content-Length: 0"));
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "", "http:", "http://", "http://user:query-secret@127.0.0.1/",
            "http://[", "jar:file:/x!/y", "http://127.0.0.1:99999/"})
    void redirectsToWhatIsNoWebAddressAreRefused(String location) throws IOException {
        redirectedTo(location);
        fails(Reason.BAD_REDIRECT, hub());
    }

    @Test
    void redirectLoopsEnd() throws IOException {
        server.handler = (request, out) ->
                out.write(FakeHub.headers("302 Found", "Location: " + request.path(), "Content-Length: 0"));
        fails(Reason.BAD_REDIRECT, hub());
        assertTrue(server.requests().size() < 20);
        redirectedTo("/again");
        fails(Reason.BAD_REDIRECT, hub());
    }

    @Test
    void aRedirectFromHttpsToHttpIsRefused() {
        URI from = URI.create("https://huggingface.co/x");
        assertEquals("https://cdn.example/y?z", HubClient.next("x", from, "https://cdn.example/y?z").toString());
        assertEquals("https://huggingface.co/y", HubClient.next("x", from, "/y").toString());
        assertEquals("https://cdn.example/y", HubClient.next("x", from, "//cdn.example/y").toString());
        for (String location : List.of("http://huggingface.co/x", "HTTP://cdn.example/y")) {
            HubException e = assertThrows(HubException.class, () -> HubClient.next("x", from, location));
            assertEquals(Reason.BAD_REDIRECT, e.reason());
        }
    }

    @Test
    void theTokenGoesToTheHubOnly() throws IOException {
        succeeds();
        for (FakeHub.Request request : server.requests()) {
            boolean hub = request.header("Host").startsWith("127.0.0.1:");
            assertEquals(hub, !request.path().startsWith("/storage/"));
            assertEquals(hub ? "Bearer " + TOKEN : "", request.header("Authorization"), request.toString());
        }
        for (String other : List.of("http://a.b", "https://a.b:444", "https://a.c", "https://a.b.c")) {
            assertFalse(HubClient.isSameOrigin(URI.create(other), URI.create("https://a.b")));
        }
        assertTrue(HubClient.isSameOrigin(URI.create("HTTPS://A.b:443/x"), URI.create("https://a.b")));
    }

    // Row 29.

    @ParameterizedTest
    @CsvSource({"401,RepoNotFound,REPOSITORY_NOT_FOUND,1", "401,GatedRepo,GATED,1", "401,,UNAUTHORIZED,1", "403,GatedRepo,GATED,1",
            "403,,FORBIDDEN,1", "404,RepoNotFound,REPOSITORY_NOT_FOUND,1", "404,RevisionNotFound,REVISION_NOT_FOUND,1",
            "404,EntryNotFound,FILE_NOT_FOUND,1", "404,,FILE_NOT_FOUND,1", "400,,BAD_RESPONSE,1", "204,,BAD_RESPONSE,1",
            "408,,SERVER_ERROR,5", "429,,RATE_LIMITED,5", "500,,SERVER_ERROR,5", "503,,SERVER_ERROR,5"})
    void everyStatusHasItsOwnMessageAndOnlyPassingOnesAreRetried(int status, String code, Reason reason, int attempts)
            throws IOException {
        server.handler = (request, out) -> out.write(FakeHub.headers(status + " Status", "X-Error-Code: " + (code == null ? "" : code),
                "X-Error-Message: because of " + request.header("Authorization"), "Content-Length: 0"));
        HubException e = fails(reason, hub());
        assertEquals(attempts, server.requests().stream().filter(request -> request.isFile("config.json")).count(),
                e.getMessage());
        assertTrue(e.getMessage().contains("because of Bearer ***"), e.getMessage());
    }

    @Test
    void withoutATokenAnUnknownModelAndAPrivateOneLookTheSame() throws IOException {
        server.handler = (request, out) -> out.write(FakeHub.headers("401 Unauthorized", "Content-Length: 0"));
        HubException e = fails(Reason.REPOSITORY_NOT_FOUND, cache().hub(server));
        assertTrue(e.getMessage().contains("HF_TOKEN"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void passingErrorsPass(int status) throws IOException {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        server.handler = (request, out) -> {
            if (seen.add(request.method() + request.path())) {
                out.write(FakeHub.headers(status + " Status", "Retry-After: 30", "Content-Length: 0"));
            } else {
                server.serve(request, out);
            }
        };
        succeeds();
    }

    @Test
    void whatIsHereWillDoWhenTheHubFails() throws IOException {
        succeeds();
        server.handler = (request, out) -> out.write(FakeHub.headers("503 Down", "Content-Length: 0"));
        assertEquals(hub().resolve(NAME), hub().download(NAME));
        server.handler = (request, out) -> out.write(FakeHub.headers("404 Gone", "X-Error-Code: RevisionNotFound", "Content-Length: 0"));
        assertEquals(Reason.REVISION_NOT_FOUND, assertThrows(HubException.class, () -> hub().download(NAME)).reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"not HTTP at all\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "\u0000\u0001"})
    void garbageIsABrokenConnection(String garbage) throws IOException {
        server.handler = (request, out) -> out.write(garbage.getBytes());
        fails(Reason.BROKEN_TRANSFER, hub());
    }

    // Row 31.

    @Test
    void sixteenThreadsDownloadOneFile() throws Exception {
        weights = new byte[300_000];
        server.file("model.safetensors", weights);
        List<Future<Path>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < 16; i++) {
                all.add(threads.submit(() -> hub().resolve(NAME)));
            }
        }
        for (Future<Path> path : all) {
            assertEquals(cache().folder("models--someone--tiny/snapshots/" + FakeHub.COMMIT), path.get());
        }
        cache().check(server, true);
        assertEquals(1, server.gets("model.safetensors"));
    }

    // Row 33.

    @Test
    void aCacheThatCannotBeWrittenToIsNamed() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "no directory");
        HubException e = assertThrows(HubException.class,
                () -> cache().hub(server, "HF_HUB_CACHE", file.toString()).resolve(NAME));
        assertEquals(Reason.CACHE_NOT_WRITABLE, e.reason());
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        succeeds();
        // A cache that can only be read will do when everything is there.
        assertTrue(cache().root().toFile().setWritable(false));
        assertTrue(Files.isDirectory(hub().resolve(NAME)));
        assertTrue(cache().root().toFile().setWritable(true));
    }

    // Row 35.

    @ParameterizedTest
    @ValueSource(strings = {TOKEN + "\n", " \t" + TOKEN + "\r\n ", "hf_Secret\nSecretSecret"})
    void blanksAndLineEndsAroundATokenAreNoPartOfIt(String token) throws IOException {
        cache().hub(server, "HF_TOKEN", token).resolve(NAME);
        assertEquals("Bearer " + TOKEN, server.requests().getFirst().header("Authorization"));
    }

    @Test
    void theTokensOtherPlaces() throws IOException {
        Files.writeString(dir.resolve("token"), TOKEN + "\n");
        Path other = Files.writeString(dir.resolve("other"), "hf_other");
        assertEquals("Bearer " + TOKEN, authorization());
        assertEquals("Bearer " + TOKEN, authorization("HF_TOKEN", " \n"));
        assertEquals("Bearer hf_other", authorization("HF_TOKEN_PATH", other.toString()));
        assertEquals("Bearer old", authorization("HUGGING_FACE_HUB_TOKEN", "old"));
        assertEquals("Bearer new", authorization("HUGGING_FACE_HUB_TOKEN", "old", "HF_TOKEN", "new"));
        assertEquals("", authorization("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"));
    }

    private String authorization(String... variables) {
        int before = server.requests().size();
        cache().hub(server, variables).download(NAME);
        return server.requests().get(before).header("Authorization");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hf_Secret Secret", "hf_Secret\u0000", "hf_Secret\u007f", "hf_Secreté", "hf_Secret\tx"})
    void aTokenThatIsNoneIsRefusedUnshown(String token) {
        HubException e = assertThrows(HubException.class, () -> cache().hub(server, "HF_TOKEN", token).resolve(NAME));
        assertEquals(Reason.BAD_SETTING, e.reason());
        assertTrue(e.getMessage().startsWith("HF_TOKEN: "), e.getMessage());
        assertFalse(e.getMessage().contains("Secret"), e.getMessage());
        assertEquals("a token", HubToken.of(TOKEN, "HF_TOKEN").toString());
        assertEquals(List.of(), server.requests());
    }
}
