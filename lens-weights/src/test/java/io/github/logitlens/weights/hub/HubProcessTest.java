package io.github.logitlens.weights.hub;

import static io.github.logitlens.weights.hub.CacheDirectory.NAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Downloads in processes of their own: several at once, killed, and on a disk that is full.
@Tag("forks")
@Timeout(120)
class HubProcessTest {

    @TempDir
    Path dir;

    private FakeHub server;
    private byte[] weights;

    @BeforeEach
    void start() throws IOException {
        weights = new byte[2 << 20];
        new Random(3).nextBytes(weights);
        server = FakeHub.withModel(weights);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CacheDirectory cache() {
        return new CacheDirectory(dir);
    }

    /// Downloads a model; says where it is, or the reason why not.
    public static void main(String[] args) {
        try {
            System.out.println(new CacheDirectory(Path.of(args[1])).hubAt(args[0]).resolve(NAME));
        } catch (HubException e) {
            System.out.println(e.reason());
        }
    }

    private Process download(String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-UsePerfData",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                HubProcessTest.class.getName(), server.endpoint(), dir.toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /// A download that is in the middle of the weights, and stays there.
    private Process halfDone() throws Exception {
        CountDownLatch half = new CountDownLatch(1);
        server.handler = (request, out) -> {
            if (request.path().startsWith("/storage/")) {
                byte[] answer = FakeHub.content(request, weights, weights);
                out.write(answer, 0, answer.length / 2);
                out.flush();
                half.countDown();
                new CountDownLatch(1).await();
            }
            server.serve(request, out);
        };
        Process process = download();
        half.await();
        return process;
    }

    private List<String> unfinished() throws IOException {
        return cache().listing().stream().filter(path -> path.endsWith(".incomplete")).toList();
    }

    // Row 32.

    @Test
    void aKilledDownloadLeavesNothingUnderAFinalNameAndTheNextOneSucceeds() throws Exception {
        halfDone().destroyForcibly().waitFor();
        cache().check(server, false);
        assertTrue(cache().hub(server).find(NAME).isEmpty());
        assertEquals(1, unfinished().size());
        server.handler = server::serve;
        Path snapshot = cache().hub(server).resolve(NAME);
        cache().check(server, false);

        // What was left behind goes when it is a day old: it might have been another process's work.
        assertEquals(1, unfinished().size());
        Files.setLastModifiedTime(cache().root().resolve(unfinished().getFirst()),
                FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Files.delete(snapshot.resolve("model.safetensors").toRealPath());
        cache().hub(server).resolve(NAME);
        cache().check(server, true);
    }

    @Test
    void aTerminatedDownloadTakesItsFileAway() throws Exception {
        Process process = halfDone();
        process.destroy();
        assertFalse(process.waitFor() == 0);
        cache().check(server, true);
        assertEquals(List.of(), unfinished());
    }

    // Row 31.

    @Test
    void severalProcessesDownloadOneModel() throws Exception {
        List<Process> processes = List.of(download(), download(), download());
        for (Process process : processes) {
            assertTrue(output(process).endsWith(FakeHub.COMMIT));
        }
        cache().check(server, true);
        assertEquals(weights.length, Files.size(cache().hub(server).resolve(NAME).resolve("model.safetensors")));
    }

    // Row 23: a limit on the size of files fails writing as a full disk does.

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFullDiskLeavesTheCacheAsItWas() throws Exception {
        Process process = download("sh", "-c", "ulimit -f 1000; exec \"$@\"", "sh");
        assertEquals("DISK_FULL", output(process));
        cache().check(server, true);
        assertEquals(List.of(), cache().listing().stream().filter(path -> path.contains(FakeHub.sha256(weights))).toList());
        assertTrue(Arrays.equals(weights, Files.readAllBytes(cache().hub(server).resolve(NAME).resolve("model.safetensors"))));
    }
}
