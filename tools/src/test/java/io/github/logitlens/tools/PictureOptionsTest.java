package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Lens;
import io.github.logitlens.LensMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The pictures as commands.
class PictureOptionsTest {

    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String EIFFEL = "The Eiffel Tower is in";

    static Stream<String> metrics() {
        return Stream.concat(Stream.of(LensMetric.values()).map(LensMetric::key), Stream.of("rank", "tracked.rank",
                "tracked.probability", "TRACKED.logit", "logitDifference"));
    }

    @ParameterizedTest
    @MethodSource("metrics")
    void everyMetricCanBeTheColour(String metric) {
        Cli grid = Cli.lens("--format", "grid", "--metric", metric, "--track", " Paris", "--versus", " London", EIFFEL).succeeds();
        assertTrue(grid.out().lines().anyMatch(line -> line.startsWith("block ")), grid.out());
        assertEquals(Lens.run(EIFFEL).points().size(), grid.lines().stream().filter(line -> line.endsWith("│")).count());
    }

    @Test
    void gridReadsEveryPositionUnlessToldOtherwise() {
        assertTrue(Cli.lens("--format", "grid", EIFFEL).succeeds().out().matches("(?s).*\n +0 +1 +2 +3 +4 +5 +6\n.*"));
        assertTrue(Cli.lens("--format", "grid", "--position", "-2:", EIFFEL).succeeds().out().matches("(?s).*\n +5 +6\n.*"));
    }

    @Test
    void coloursAreForTerminalsUnlessAskedFor(@TempDir Path dir) throws IOException {
        assertFalse(Cli.lens("--format", "grid", EIFFEL).out().contains("\u001b"));
        assertTrue(Cli.lens("--format", "grid", "--color", "24bit", EIFFEL).out().contains("\u001b[38;2;"));
        Path file = dir.resolve("grid.txt");
        Cli.lens("--format", "grid", "--color", "256", "--output", file.toString(), EIFFEL).succeeds();
        assertTrue(Files.readString(file).contains(";48;5;"));
    }

    @Test
    void endingsOfPictures(@TempDir Path dir) throws IOException {
        for (String name : List.of("svg", "csv", "html")) {
            Path file = dir.resolve("run." + name);
            assertEquals("", Cli.lens("--output", file.toString(), EIFFEL).succeeds().out());
            assertEquals(Cli.lens("--format", name, EIFFEL).succeeds().out(), Files.readString(file));
        }
        assertTrue(Files.readString(dir.resolve("run.svg")).startsWith("<svg "));
        assertTrue(Files.readString(dir.resolve("run.csv")).startsWith("model,bos,"));
    }

    @Test
    void aPageIsSeenAsAskedAtFirst() {
        String page = Cli.lens("--format", "html", "--metric", "answer,margin", "--scale", "clip", "--track", " Paris", EIFFEL).succeeds().out();
        assertTrue(page.contains("{\"fragment\":\"metric=answer&scale=clip&track=6342\"}"), "the view");
        assertTrue(page.contains("\"margin\":"), "what else is asked for is read too");
        assertTrue(Cli.lens("--format", "html", EIFFEL).succeeds().out().contains("{\"fragment\":\"metric=probability&scale=linear\"}"));
    }

    /// Beyond the first k the answer has no place of its own.
    @Test
    void thePlaceOfTheAnswerCanBeDrawn() {
        String grid = Cli.lens("--format", "grid", "--metric", "answer", "--top-k", "2", "--scale", "linear", EIFFEL).succeeds().out();
        assertTrue(grid.contains("Place of the answer, linear scale. The place that the final first"), grid);
        assertTrue(grid.contains("beyond 2"), grid);
    }

    @Test
    void trackedTokensHaveAPath() {
        String table = Cli.lens("--track", " Paris", EIFFEL).succeeds().out();
        assertTrue(table.matches("(?s).*\n Paris +\\| probability [▁-█]{9} 0 to 1 +\\| logit [▁-█]{9} .* +\\| rank [▁-█]{8}█ \\d+ to 1\n"),
                table);
        String grid = Cli.lens("--format", "grid", "--track", " Paris", EIFFEL).succeeds().out();
        assertTrue(grid.contains("\n\" Paris\" at position 6, after \" in\"\n"), grid);
        assertTrue(grid.matches("(?s).*\nLayer 7 +█+[▏▎▍▌▋▊▉]? +0\\.\\d+ +-?\\d+\\.\\d+ +1\n"), grid);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--metric nonsense         | --metric: expected one of probability, logit,",
        "--metric rank             | --metric tracked.rank: expected --track TOKEN with it, got none",
        "--metric logitDifference  | --metric logitDifference: expected --track TOKEN and --versus TOKEN with it, got none",
        "--versus id:3             | --versus: expected another token to be tracked before it, got none",
        "--track id:3 --versus id:3 | --versus: expected another token to be tracked before it, got the same",
        "--theme dark              | --theme: expected --format svg or png with it, got grid",
        "--scale cubic             | --scale: expected linear, log or clip, got \"cubic\"",
        "--stride 0                | --stride: expected at least 1, got 0",
        "--stride x                | --stride",
        "--color pink              | --color: expected auto, always, never, 24bit, 256, 16, got \"pink\""
    })
    void wrongOptions(String options, String message) {
        String[] args = Stream.concat(Stream.of("--format", "grid"), Stream.concat(Stream.of(options.split(" ")), Stream.of("x")))
                .toArray(String[]::new);
        Cli.lens(args).failsWith(USAGE, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--scale log      | table | --scale: expected --format grid, svg, png or html",
        "--stride 2       | html  | --stride: expected --format grid, svg or png",
        "--stride 2       | csv   | --stride: expected --format grid, svg or png",
        "--bottom-up      | table | --bottom-up: expected --format grid, svg or png",
        "--color 16       | svg   | --color: expected --format grid"
    })
    void optionsThatTheFormatHasNoUseFor(String option, String format, String message) {
        String[] args = Stream.concat(Stream.of("--format", format), Stream.concat(Stream.of(option.split(" ")), Stream.of("x")))
                .toArray(String[]::new);
        Cli.lens(args).failsWith(USAGE, message);
    }

    @Test
    void logarithmOfNegativeNumbers() {
        Cli.lens("--format", "grid", "--metric", "logProbability", "--scale", "log", EIFFEL)
                .failsWith(FAILED, "scale log: expected numbers of at least 0, got -", "(Log probability)");
    }

    @Test
    void formatsOfACommand() {
        Cli.lens("--format", "jsonl", "x").failsWith(USAGE, "--format: expected table, grid, csv, svg, png, html, logitlenskit or json, got \"jsonl\"");
        Cli.lens("--output", "x.pdf", "x").failsWith(USAGE, "expected a name that ends with .txt, .csv, .svg, .png, .html or .json");
    }
}
