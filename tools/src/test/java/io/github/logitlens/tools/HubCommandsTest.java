package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.weights.hub.DownloadProgress.At;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `lens verify`, `lens models`, `lens download`, and `--model` with a hub's model; those that read the environment run in a JVM
/// of their own, with a cache of their own and nothing to reach.
class HubCommandsTest {

    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path dir;

    private Cli java(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("HF_") || name.startsWith("LENS_") || name.endsWith("_OPTIONS"));
        builder.environment().put("HF_HOME", dir.toString());
        builder.environment().put("HF_ENDPOINT", "http://127.0.0.1:1");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        int code = process.waitFor();
        String said = Files.readString(err).replaceFirst("WARNING: Using incubator modules: jdk.incubator.vector\\R", "");
        return new Cli(code, Files.readString(out), said);
    }

    private Path cached(String folder) throws IOException {
        Path snapshot = Files.createDirectories(dir.resolve("hub").resolve(folder).resolve("snapshots").resolve(COMMIT));
        Path tiny = Path.of("../lens-core/src/test/resources/goldens/tiny-a");
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(tiny.resolve(file), snapshot.resolve(file));
        }
        return snapshot;
    }

    @Test
    void theBundledModelGivesTheOraclesNumbers() {
        Cli cli = Cli.lens("verify", "--model", "demo").succeeds();
        assertFalse(cli.out().contains("FAIL"), cli.out());
        assertTrue(cli.lines().getLast().matches("(\\d+) of \\1 as expected"), cli.out());
        JsonNode json = Cli.lens("verify", "--json", "--model", "demo").succeeds().json();
        assertEquals("SHA-256 of the weights", json.get(0).get("quantity").asText());
        json.forEach(verdict -> assertTrue(verdict.get("passed").asBoolean(), verdict.toString()));
    }

    @Test
    void anotherModelDoesNotAndTheExitCodeSaysSo() {
        Cli cli = Cli.lens("verify", "--model", "demo", "--reference", "distilgpt2");
        assertEquals(1, cli.code());
        assertTrue(cli.out().contains("FAIL | SHA-256") || cli.out().contains("FAIL  | SHA-256"), cli.out());
        Cli.lens("verify", "--model", "demo", "--reference", "bert").failsWith(1, "'bert'", "--reference gpt2");
    }

    @Tag("forks")
    @Test
    void cachedModelsAreListedAndRun() throws Exception {
        Path snapshot = cached("models--someone--tiny");
        Cli cli = java(Map.of(), "models").succeeds();
        assertTrue(cli.lines().get(1).matches("demo +\\| +\\| +16\\.1 MB +\\| bundled in .*lens-weights.*"), cli.out());
        assertTrue(cli.out().contains("someone/tiny") && cli.out().contains("01234567") && cli.out().contains(snapshot.toString()), cli.out());
        JsonNode model = java(Map.of(), "models", "--json").succeeds().json().get(0);
        assertEquals("someone/tiny", model.get("name").asText());
        assertEquals(Files.size(snapshot.resolve("model.safetensors")) + Files.size(snapshot.resolve("config.json")), model.get("bytes").asLong());
        assertEquals(snapshot + "\n", java(Map.of("HF_HUB_OFFLINE", "1"), "download", "someone/tiny").succeeds().out());
        java(Map.of(), "verify", "--model", "someone/tiny").failsWith(1, "'someone/tiny'");
    }

    @Tag("forks")
    @Test
    void whatCannotBeHadIsOneLine() throws Exception {
        java(Map.of("HF_HUB_OFFLINE", "1"), "--model", "gpt2", "Hello").failsWith(1, "'gpt2'", "HF_HUB_OFFLINE");
        java(Map.of("HF_TOKEN", "hf_secret"), "download", "gpt2").failsWith(1, "'gpt2'", "127.0.0.1");
        Cli.lens("download", "no-such").failsWith(1, "'no-such'", "gpt2");
        Cli.lens("download").failsWith(2, "MODEL");
    }

    @Test
    void progressOnATerminalIsOneLineThatChanges() {
        assertEquals("model.safetensors [=========>              ]  41% of 548.1 MB  12.3 MB/s  26 s left",
                DownloadBar.line(new At("model.safetensors", 0, 0, 230_000_000, 548_105_171, 12_300_000)));
        assertEquals("m [========================] 100% of 6.4 GB", DownloadBar.line(new At("m", 1, 1, 6_431_829_964L, 6_431_829_964L, 0)));
        assertEquals("m [                        ]   0% of 6.4 GB  1.0 kB/s  1786 h 37 min left",
                DownloadBar.line(new At("m", 1, 1, 0, 6_431_829_964L, 1000)));
        assertEquals("downloading config.json", DownloadBar.line(new At("config.json", 665, 665, 665, 665, 0)));
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (DownloadBar bar = new DownloadBar(new PrintStream(screen, true, StandardCharsets.UTF_8), true)) {
            bar.update(new At("config.json", 665, 665, 665, 665, 0));
            bar.update(new At("a", 1, 1, 1, 1, 0));
        }
        assertEquals("\rdownloading config.json\rdownloading a" + " ".repeat(10) + "\r" + " ".repeat(13) + "\r", screen.toString());
    }

    @Test
    void elsewhereItIsALineForEachFile() {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (DownloadBar bar = new DownloadBar(new PrintStream(log, true, StandardCharsets.UTF_8), false)) {
            for (long bytes : new long[] {0, 100, 665}) {
                bar.update(new At("config.json", bytes, 665, bytes, 548_105_836, 0));
            }
            bar.update(new At("model.safetensors", 0, 548_105_171, 665, 548_105_836, 0));
        }
        assertEquals("lens: downloading config.json, 665 B\nlens: downloading model.safetensors, 548.1 MB\n",
                log.toString().replace("\r\n", "\n"));
    }
}
