package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.Readout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `--lens`: which lens reads, and that every form of output names it.
class LensOptionTest {

    private static final String EIFFEL = "The Eiffel Tower is in";

    @TempDir
    Path directory;

    @Test
    void theTunedLensOfTheBundledModelIsRead() {
        String sha256 = Readout.tuned().sha256().orElseThrow();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult expected = lens.run(EIFFEL, LensOptions.defaults().positions(Positions.last()).readout(Readout.tuned()));
            List<String> lines = Cli.lens("--lens", "tuned", EIFFEL).succeeds().lines();
            assertTrue(lines.contains("lens      tuned, sha256 " + sha256.substring(0, 12) + "…"), lines.toString());
            String first = lines.stream().filter(line -> line.startsWith("Layer 3 ")).findFirst().orElseThrow();
            assertTrue(first.startsWith(String.format(Locale.ROOT, "Layer 3    |  Paris: %.3f",
                    expected.top(expected.points().get(4), -1).getFirst().probability())), first);
        }
        JsonNode json = Cli.lens("--lens", "tuned", "--json", EIFFEL).succeeds().json();
        assertEquals("tuned", json.path("options").path("lens").textValue());
        assertEquals("tuned", json.path("provenance").path("lens").textValue());
        assertEquals(sha256, json.path("provenance").path("lensSha256").textValue());
    }

    @Test
    void aPictureAndASheetNameTheLens() {
        assertTrue(Cli.lens("--lens", "tuned", "--format", "svg", EIFFEL).succeeds().out().contains("Tuned lens: demo"));
        assertTrue(Cli.lens("--format", "svg", EIFFEL).succeeds().out().contains("Logit lens: demo"));
        List<String> sheet = Cli.lens("--lens", "tuned", "--format", "csv", EIFFEL).succeeds().lines();
        assertEquals("lens", sheet.getFirst().split(",")[3]);
        assertEquals("tuned", sheet.get(1).split(",")[3]);
        List<String> grid = Cli.lens("--lens", "tuned", "--format", "grid", EIFFEL).succeeds().lines();
        assertTrue(grid.stream().anyMatch(line -> line.startsWith("lens      tuned, sha256 ")), grid.toString());
    }

    @Test
    void theLogitLensIsTheDefault() {
        String plain = Cli.lens(EIFFEL).succeeds().out();
        assertEquals(plain, Cli.lens("--lens", "logit", EIFFEL).succeeds().out());
        assertTrue(plain.lines().toList().contains("lens      logit"), plain);
    }

    @Test
    void aFileIsALens() {
        Path file = directory.resolve("tuned");
        Readout.tuned().write(directory.resolve("tuned.safetensors"));
        assertEquals(rows(Cli.lens("--lens", "tuned", EIFFEL)), rows(Cli.lens("--lens", file + ".safetensors", EIFFEL)));
    }

    private static List<String> rows(Cli cli) {
        return cli.succeeds().lines().stream().filter(line -> line.contains(" | ")).toList();
    }

    @Test
    void aPlaceWithoutAMapIsSaid() {
        Cli cli = Cli.lens("--lens", "tuned", "--mid", "--layers", "2", EIFFEL);
        assertEquals(0, cli.code());
        assertEquals("lens: the tuned lens has no map for, and leaves as the logit lens reads it: Layer 2 mid\n", cli.err());
    }

    @Test
    void everyCommandThatReadsReadsWithTheLens() {
        JsonNode run = Cli.lens("--lens", "tuned", "--json", EIFFEL).succeeds().json();
        JsonNode line = Cli.withInput(("\"" + EIFFEL + "\"\n").getBytes(StandardCharsets.UTF_8), "run", "--jsonl", "--lens", "tuned")
                .succeeds().json();
        assertEquals(run.path("readings"), line.path("readings"));
        assertEquals("tuned", line.path("options").path("lens").textValue());
        String generated = Cli.lens("generate", "--lens-readings", "--json", "--max-tokens", "1", "--lens", "tuned", EIFFEL)
                .succeeds().out();
        assertTrue(generated.contains("\"lens\": \"tuned\""), generated);
    }

    @Test
    void aLensThatIsNotThereIsRefused() throws Exception {
        Cli.lens("--lens", "jacobian", EIFFEL).failsWith(Main.FAILED, "lens: lens 'jacobian': expected one for the model 'demo', got"
                + " none: the bundled model comes with a tuned lens only");
        Cli.lens("--lens", "tunde", EIFFEL).failsWith(Main.FAILED, "lens 'tunde': expected logit, tuned, jacobian, extended:N, or a lens's file");
        Path file = Files.writeString(directory.resolve("x.pt"), "hello");
        Cli.lens("--lens", file.toString(), EIFFEL).failsWith(Main.FAILED, file + ": expected a zip archive of torch.save");
    }

    @Test
    void theLastBlocksMayBeLeftIn() {
        JsonNode json = Cli.lens("--lens", "extended:2", "--json", "--position", "all", EIFFEL).json();
        assertEquals("extended:2", json.get("options").get("lens").asText());
        Cli.lens("--lens", "extended:9", EIFFEL).failsWith(Main.FAILED, "lens extended:9: expected at most 8 blocks (model 'demo'), got 9");
    }
}
