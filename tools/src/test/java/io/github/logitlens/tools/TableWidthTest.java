package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Lens;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.internal.view.TextWidth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// On a terminal no line of a table is wider than it; everywhere else a table has its full form.
class TableWidthTest {

    private static final String EIFFEL = "The Eiffel Tower is in";
    private static final List<String[]> COMMANDS = List.<String[]>of(
            new String[] {EIFFEL},
            new String[] {"--top-k", "9", "--bottom-k", "3", "--metric", "jsd,margin", "--track", " Paris", "--track", " London", EIFFEL},
            new String[] {"--position", "all", "--top-k", "3", "日本語 and العربية and " + "-".repeat(80)},
            new String[] {"attribute", "--token", " Paris", EIFFEL},
            new String[] {"neuron", "7", "5"},
            new String[] {"tokens", "a " + "-".repeat(64) + " Donaudampfschiff"},
            new String[] {"models"});

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80, 100, 132})
    void everyLineFits(int columns) {
        for (String[] command : COMMANDS) {
            Cli cli = Cli.onTerminal(columns, Map.of(), command);
            assertEquals(0, cli.code(), cli.err());
            cli.lines().forEach(line -> assertTrue(TextWidth.of(line) <= columns, () -> line + " in " + Arrays.toString(command)));
        }
    }

    /// Columns that do not fit come below, in their order; none are left out.
    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80})
    void allThatTheFullFormHasIsThere(int columns) {
        LensResult result = Lens.run(EIFFEL);
        List<String> lines = Cli.onTerminal(columns, Map.of(), EIFFEL).lines();
        for (LensPoint point : result.points()) {
            String cells = lines.stream().filter(line -> line.matches(point.label() + " +\\|.*"))
                    .map(line -> line.substring(line.indexOf('|') + 1)).collect(Collectors.joining("|"));
            assertEquals(result.top(point, -1).stream().limit(5).map(TableWidthTest::cell).toList(),
                    Arrays.stream(cells.split("\\|")).map(String::strip).toList());
        }
        assertTrue(lines.contains(""), "a line between the parts");
    }

    private static String cell(TokenPrediction prediction) {
        return (prediction.token().display() + String.format(Locale.ROOT, ": %.3f", prediction.probability())).strip();
    }

    @Test
    void aCellThatIsTooWideLosesItsMiddle() {
        List<String> rows = Cli.onTerminal(24, Map.of(), EIFFEL).lines();
        assertTrue(rows.contains("Layer 2    |  Af…: 0.045"), rows.toString());
    }

    @Test
    void theVariableOfTheColumnsGoesBeforeTheTerminal() {
        assertEquals(Cli.onTerminal(60, Map.of(), EIFFEL), Cli.onTerminal(200, Map.of("COLUMNS", "60"), EIFFEL));
        assertTrue(Cli.onTerminal(60, Map.of(), "--help").lines().stream().allMatch(line -> TextWidth.of(line) <= 110));
    }

    @Test
    void filesAndPipesHaveTheFullForm(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("table.txt");
        for (String[] command : COMMANDS) {
            Cli full = Cli.lens(command);
            assertEquals(full, Cli.onTerminal(9999, Map.of(), command), Arrays.toString(command));
        }
        Cli.onTerminal(40, Map.of(), "--output", file.toString(), EIFFEL).succeeds();
        // A table that is kept has hashes and the version too.
        assertEquals(Cli.lens(EIFFEL).lines(), Files.readAllLines(file).stream()
                .filter(line -> !line.matches("(weights|tokenizer|version) .*")).toList());
    }
}
