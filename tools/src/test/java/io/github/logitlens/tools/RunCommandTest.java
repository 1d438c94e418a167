package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Lens;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.Provenance;
import io.github.logitlens.TokenPrediction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {

    private static final String EIFFEL = "The Eiffel Tower is in";

    /// The lines that are rows of a table, which all have a bar behind their label.
    private static List<String> rows(Cli cli) {
        return cli.lines().stream().filter(line -> line.matches("(Embedding|Layer \\d+( mid)?) +\\|.*")).toList();
    }

    @Test
    void optionsTakeTheirValuesWithASpaceOrAnEqualsSign() {
        Cli spaced = Cli.lens("--model", "demo", "--top-k", "2", "--track", " Paris", "The Eiffel Tower is in");
        Cli equal = Cli.lens("--model=demo", "--top-k=2", "--track= Paris", "The Eiffel Tower is in");
        assertEquals(0, equal.code(), equal.err());
        assertEquals(spaced.out(), equal.out());
        assertTrue(Cli.lens("--help").out().contains("--top-k K"));
    }

    @Test
    void printsARowForEachPointInTheDocumentedForm() {
        Cli cli = Cli.lens(EIFFEL).succeeds();
        List<String> rows = rows(cli);
        LensResult result = Lens.run(EIFFEL);
        assertEquals(result.points().size(), rows.size());
        for (int point = 0; point < rows.size(); point++) {
            String[] cells = rows.get(point).split(" \\| ", -1);
            assertEquals(result.points().get(point).label(), cells[0].strip());
            List<TokenPrediction> top = result.top(result.points().get(point), -1);
            assertEquals(5, cells.length - 1);
            for (int i = 0; i < 5; i++) {
                String cell = top.get(i).token().display() + String.format(Locale.ROOT, ": %.3f", top.get(i).probability());
                assertEquals(cell, cells[i + 1].stripTrailing());
            }
        }
        assertTrue(rows.getFirst().startsWith("Embedding  | "), rows.getFirst());
        assertTrue(rows.getLast().matches("Layer \\d+ +\\|  Paris: [01]\\.\\d{3} +\\| .*"), rows.getLast());
    }

    @Test
    void columnsAreAligned() {
        List<String> rows = rows(Cli.lens(EIFFEL).succeeds());
        List<Integer> bars = bars(rows.getFirst());
        rows.forEach(row -> assertEquals(bars, bars(row), row));
    }

    private static List<Integer> bars(String row) {
        return IntStream.range(0, row.length())
                .filter(i -> row.startsWith(" | ", i)).boxed().collect(Collectors.toList());
    }

    @Test
    void headerNamesModelTokensPositionBosAndKernels() {
        List<String> lines = Cli.lens(EIFFEL).succeeds().lines();
        assertTrue(lines.get(0).matches("model +demo, \\d+ layers, dModel \\d+"), lines.get(0));
        assertEquals("tokens    7: \"The\" \" E\" \"iff\" \"el\" \" Tower\" \" is\" \" in\"", lines.get(1));
        assertEquals("BOS       none", lines.get(2));
        assertEquals("lens      logit", lines.get(3));
        assertEquals("norm      recomputed, each row by its own statistics", lines.get(4));
        assertTrue(lines.get(5).matches("compute +(scalar|vector \\(\\d+-bit\\)) kernels, \\d+ threads?"), lines.get(5));
        assertEquals("position  6 (last), after \" in\"", lines.get(6));
        LensResult result = Lens.run(EIFFEL);
        assertEquals("decided   at " + result.decisionLayer(-1) + ", margin "
                + String.format(Locale.ROOT, "%.3f", result.value(LensMetric.MARGIN, result.decisionLayer(-1), -1)) + "; first seen at "
                + result.firstAppearance(-1) + ", " + result.flips(-1) + " flips", lines.get(7));
        assertEquals("", lines.get(8));
    }

    @Test
    void aTableThatIsKeptHasHashes(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("table.txt");
        Cli.lens("--output", file.toString(), EIFFEL).succeeds();
        Provenance made = Lens.run(EIFFEL).provenance();
        assertTrue(Files.readAllLines(file).containsAll(List.of("weights   " + made.weightsSha256(), "tokenizer " + made.tokenizerSha256())));
        assertFalse(Cli.lens(EIFFEL).out().contains("weights"));
    }

    @Test
    void theWholePromptHasItsLossAtEveryPoint() {
        LensResult result = Lens.run(EIFFEL);
        List<String> lines = Cli.lens("--position", "all", EIFFEL).succeeds().lines();
        List<String> expected = result.points().stream().map(point -> point.label() + " | loss: "
                + String.format(Locale.ROOT, "%.2f", result.loss(point)) + " | perplexity: "
                + String.format(Locale.ROOT, result.perplexity(point) < 1e6 ? "%.2f" : "%.2e", result.perplexity(point))).toList();
        assertEquals(expected, lines.subList(lines.indexOf("loss in nats a token") + 1, lines.size()).stream()
                .map(line -> line.replaceAll(" +\\|", " |")).toList());
        assertFalse(Cli.lens("--position", "1:", EIFFEL).succeeds().out().contains("loss"));
    }

    @Test
    void theLogitDifferenceStandsBehindTheTrackedTokens() {
        LensResult result = Lens.run(EIFFEL, LensOptions.defaults().track(" Paris").versus(" London"));
        List<String> ends = Cli.lens("--track", " Paris", "--versus", " London", EIFFEL).succeeds().lines().stream()
                .filter(line -> line.contains("difference: ")).map(line -> line.replaceAll(".*difference: ", "")).toList();
        assertEquals(result.points().stream().map(point -> String.format(Locale.ROOT, "%+.2f", result.logitDifference(point, -1))).toList(),
                ends);
    }

    @Test
    void pointsLayersAndNormAreThoseAskedFor() {
        List<String> lines = Cli.lens("--points", "head,mlp_out", "--layers", "1:6:4", "--layer-norm", "frozen", EIFFEL)
                .succeeds().lines();
        assertEquals("norm      frozen, each row by the final row's scale", lines.get(4));
        int layers = Lens.run(EIFFEL).config().nLayers();
        int heads = Lens.run(EIFFEL).config().nHeads();
        List<String> labels = lines.stream().filter(line -> line.contains(" | ")).map(line -> line.split(" +\\|")[0]).toList();
        List<String> expected = new ArrayList<>();
        for (int layer : new int[] {1, 5}) {
            IntStream.range(0, heads).forEach(head -> expected.add("L" + layer + "H" + head));
            expected.add("Layer " + layer + " MLP");
        }
        expected.add("Layer " + (layers - 1));
        assertEquals(expected, labels);
        assertTrue(lines.stream().anyMatch(line -> line.matches("L1H0 +\\| .*: \\+\\d+\\.\\d\\d +\\|.*")), lines.toString());
        assertTrue(lines.getLast().matches("Layer \\d+ +\\|  Paris: [01]\\.\\d{3} .*"), lines.getLast());
        assertEquals("norm      none, the bare product with the unembedding",
                Cli.lens("--layer-norm", "none", EIFFEL).succeeds().lines().get(4));
    }

    @Test
    void midIsShortForItsPoints() {
        assertEquals(Cli.lens("--mid", EIFFEL).succeeds(),
                Cli.lens("--points", "embed,resid_mid,resid_post", EIFFEL).succeeds());
        Cli.lens("--mid", "--points", "embed", EIFFEL).failsWith(Main.USAGE, "--points: expected it or --mid, got both");
    }

    @Test
    void aStoppedRunSaysSo() {
        List<String> lines = Cli.lens("--stop-after", "2", EIFFEL).succeeds().lines();
        assertEquals("stopped   after layer 2: the last row is not the model's output", lines.get(5));
        assertTrue(lines.getLast().startsWith("Layer 2 "), lines.getLast());
        Cli.lens("--stop-after", "99", EIFFEL).failsWith(Main.FAILED, "stop-after: expected a layer from 0 to", "got 99");
    }

    @Test
    void runIsTheDefaultCommand() {
        assertEquals(Cli.lens("run", EIFFEL).succeeds(), Cli.lens(EIFFEL).succeeds());
        assertTrue(Cli.lens("run", "tokens").succeeds().out().contains("3: \"t\" \"ok\" \"ens\"\n"));
        assertEquals(Cli.lens("--top-k", "2", EIFFEL).succeeds(), Cli.lens("run", EIFFEL, "--top-k", "2"));
    }

    @Test
    void bosIsATokenMoreAndIsSaid() {
        Cli cli = Cli.lens("--bos", "Hello").succeeds();
        assertTrue(cli.out().contains("tokens    2: \"<|endoftext|>\" \"Hello\"\n"), cli.out());
        assertTrue(cli.out().contains("BOS       prepended"), cli.out());
        assertTrue(Cli.lens("--bos", "").succeeds().out().contains("position  0 (last), after \"<|endoftext|>\""));
    }

    @Test
    void midPointsDoubleTheLayers() {
        int plain = rows(Cli.lens(EIFFEL).succeeds()).size();
        List<String> rows = rows(Cli.lens("--mid", EIFFEL).succeeds());
        assertEquals(2 * plain - 1, rows.size());
        assertTrue(rows.get(1).startsWith("Layer 0 mid  | "), rows.get(1));
        assertTrue(rows.get(2).startsWith("Layer 0      | "), rows.get(2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '=', value = {
        "all = 0 1 2 3 4 5 6", "last = 6", "2 = 2", "-2 = 5", "1,3 = 1 3", "4: = 4 5 6", ":2 = 0 1", "0:40 = 0 1 2 3 4 5 6"
    })
    void oneTableForEachPosition(String choice, String expected) {
        Cli cli = Cli.lens("--position", choice, EIFFEL).succeeds();
        String positions = cli.lines().stream().filter(line -> line.startsWith("position "))
                .map(line -> line.split(" +")[1]).collect(Collectors.joining(" "));
        assertEquals(expected, positions);
        int each = rows(Cli.lens(EIFFEL)).size();
        int losses = choice.equals("all") ? 1 : 0;
        assertEquals((positions.split(" ").length + losses) * each, rows(cli).size());
    }

    @Test
    void trackedTokensHaveProbabilityLogitAndRankAtEveryPoint() {
        Cli cli = Cli.lens("--track", " Paris", "--track", " London", EIFFEL).succeeds();
        List<String> rows = rows(cli);
        List<String> tracked = rows.subList(rows.size() / 2, rows.size());
        String number = "-?\\d+\\.\\d+(e-\\d+)?";
        String cell = ": " + number + " +logit +" + number + " +rank +\\d+";
        tracked.forEach(row -> assertTrue(row.matches(".*\\|  Paris" + cell + " \\|  London" + cell), row));
        assertTrue(tracked.getLast().matches(".*Paris.*rank +1 \\|.*"), tracked.getLast());
    }

    @Test
    void controlAndWideCharactersDoNoHarm() {
        Cli cli = Cli.lens("--track", "\n", "--", "-日本\n\t\u001b[31mé\u202e🙂").succeeds();
        assertTrue(cli.out().chars().noneMatch(c -> c < ' ' && c != '\n' || c == 0x7f || c == 0x202e || c == 0xfffd), cli.out());
        assertTrue(cli.out().contains(" | \\n: "), cli.out());
    }

    @Test
    void longPromptsAreCutInTheHeaderOnly() {
        List<String> lines = Cli.lens(" a".repeat(100)).succeeds().lines();
        assertTrue(lines.get(1).startsWith("tokens    100: \" a\" \" a\""), lines.get(1));
        String header = String.join("\n", lines.subList(0, lines.indexOf("BOS       none")));
        assertTrue(header.contains("… (36 more) …"), header);
        assertEquals(64, header.split("\" a\"", -1).length - 1);
        lines.forEach(line -> assertTrue(line.startsWith("Layer") || line.startsWith("Emb") || line.length() <= 100, line));
    }

    @Test
    void readsStandardInputAndFilesLessOneLineEnd(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("a prompt é.txt");
        Cli written = Cli.lens(EIFFEL + "\n").succeeds();
        for (String end : List.of("\n\n", "\n\r\n")) {
            byte[] bytes = (EIFFEL + end).getBytes(StandardCharsets.UTF_8);
            assertEquals(written, Cli.withInput(bytes, "-"));
            assertEquals(written, Cli.withInput(bytes, "--stdin"));
            Files.write(file, bytes);
            assertEquals(written, Cli.lens("@" + file));
        }
        assertEquals(Cli.lens(EIFFEL), Cli.withInput(EIFFEL.getBytes(StandardCharsets.UTF_8), "run", "-"));
    }

    @Test
    void whatFollowsTheDashesIsThePromptAsItStands() {
        for (String prompt : List.of("-", "--", "-5 degrees", "@nobody", "--json", "tokens", "--help")) {
            String first = Cli.lens("--json", "--", prompt).succeeds().json().path("tokens").findValuesAsText("text")
                    .stream().collect(Collectors.joining());
            assertEquals(prompt, first);
        }
    }

    @Test
    void metricsStandBeforeTheTokensAndTheBottomBelow() {
        Cli cli = Cli.lens("--metric", "jsd,margin", "--metric", "surprisal", "--bottom-k", "2", "--top-k", "1", EIFFEL).succeeds();
        LensResult result = Lens.run(EIFFEL, LensOptions.defaults().bottomK(2).metrics(LensMetric.JSD));
        List<String> rows = rows(cli);
        int points = result.points().size();
        assertEquals(2 * points, rows.size());
        String[] cells = rows.get(3).split(" \\| ", -1);
        assertEquals(5, cells.length);
        LensPoint point = result.points().get(3);
        assertEquals(String.format(Locale.ROOT, "margin: %.3f", result.value(LensMetric.MARGIN, point, -1)), cells[1].strip());
        assertEquals(String.format(Locale.ROOT, "jsd: %.3f", result.value(LensMetric.JSD, point, -1)), cells[2].strip());
        assertEquals("surprisal: -", cells[3].strip(), "nothing follows the last position");
        assertTrue(rows.get(points + 3).contains(result.bottom(point, -1).getFirst().token().display()), rows.get(points + 3));
    }

    @Test
    void anUnknownMetricIsAnsweredWithAllKeys() {
        Cli.lens("--metric", "entropy,surprise", EIFFEL).failsWith(2, "--metric", "klFromFinal", "cosineToFinal", "\"surprise\"");
        Cli.lens("--bottom-k", "-1", EIFFEL).failsWith(2, "--bottom-k", "at least 0");
    }
}
