package io.github.logitlens.tools.view.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Lens;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.tools.view.RandomModel;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The grid against committed pictures (`-Dgoldens.write=true` writes them anew: look at them before you commit), and
/// against the result that it shows.
class TerminalGridTest {

    private static final Path GOLDENS = Path.of("src/test/resources/io/github/logitlens/tools/view/grid");
    private static final GridChoice PROBABILITY = choice("probability", Scale.LINEAR, LensOptions.defaults());

    @TempDir
    private static Path dir;

    private static LogitLens lens;

    @BeforeAll
    static void open() throws IOException {
        lens = LogitLens.open(RandomModel.write(dir.resolve("random")).toString());
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static GridChoice choice(String metric, Scale scale, LensOptions options) {
        return new GridChoice(Quantity.named(metric, options), scale, 1, false);
    }

    private static String drawn(LensResult result, GridChoice choice, ColourDepth depth, int width) throws IOException {
        StringWriter out = new StringWriter();
        new TerminalGrid(choice, depth, width, "kernels of a test, 1 thread", false).write(result, out);
        // The model is named after its directory, which is another one each time.
        return out.toString().replace(result.modelId(), "random");
    }

    private static void matches(String golden, String drawn) throws IOException {
        Path file = GOLDENS.resolve(golden + ".txt");
        if (Boolean.getBoolean("goldens.write")) {
            Files.createDirectories(GOLDENS);
            Files.writeString(file, drawn);
        }
        assertEquals(Files.readString(file, StandardCharsets.UTF_8), drawn);
    }

    static Stream<Arguments> promptsAndWidths() {
        return Prompts.ALL.keySet().stream().flatMap(name -> Stream.of(40, 80, 200).map(width -> Arguments.of(name, width)));
    }

    @ParameterizedTest
    @MethodSource("promptsAndWidths")
    void withoutColours(String prompt, int width) throws IOException {
        LensOptions options = LensOptions.defaults().topK(1).track(" Paris");
        LensResult result = lens.run(Prompts.ALL.get(prompt), options);
        String drawn = drawn(result, PROBABILITY, ColourDepth.NONE, width);
        matches(prompt + "-" + width, drawn);
        drawn.lines().forEach(line -> assertTrue(TextWidth.of(line) <= width, line));
        assertTrue(drawn.codePoints().noneMatch(c -> c < ' ' && c != '\n' || c == 0x7f || c == 0xfffd), drawn);
        assertEquals(cells(result), cellsIn(drawn));
    }

    /// The first letters of each cell's token, row by row within blocks of columns, as they were drawn: by block and row.
    private static List<List<String>> cells(LensResult result) {
        List<List<String>> rows = new ArrayList<>();
        for (LensPoint point : result.points()) {
            rows.add(result.positions().stream()
                    .map(position -> SafeText.fitted(result.top(point, position).getFirst().token().display(), 12).strip()).toList());
        }
        return rows;
    }

    private static List<List<String>> cellsIn(String drawn) {
        List<List<String>> rows = new ArrayList<>();
        int row = 0;
        for (String line : drawn.lines().toList()) {
            if (line.matches("(Embedding|Layer \\d+) +│.*│")) {
                if (line.startsWith("Embedding")) {
                    row = 0;
                }
                if (row == rows.size()) {
                    rows.add(new ArrayList<>());
                }
                String cells = line.substring(line.indexOf('│') + 1);
                for (int at = 0; at < cells.length();) {
                    // A cell ends with a mark or a space, a block and a bar; a token may hold bars of its own.
                    int end = at + 3;
                    while (!(cells.charAt(end - 1) == '│' && "▁▂▃▄▅▆▇█".indexOf(cells.charAt(end - 2)) >= 0
                            && " ✓◆◈".indexOf(cells.charAt(end - 3)) >= 0)) {
                        end++;
                    }
                    rows.get(row).add(cells.substring(at, end - 3).strip());
                    at = end;
                }
                row++;
            }
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource(ColourDepth.class)
    void everyDepthShowsTheSameText(ColourDepth depth) throws IOException {
        LensOptions options = LensOptions.defaults().topK(1).track(" Paris");
        LensResult result = lens.run(Prompts.ALL.get("english"), options);
        String drawn = drawn(result, choice("rank", Scale.LOG, options), depth, 80);
        matches("english-rank-" + depth.name().toLowerCase(Locale.ROOT), drawn);
        String plain = drawn.replaceAll("\u001b\\[[0-9;]*m", "");
        assertEquals(depth == ColourDepth.NONE, plain.equals(drawn));
        plain.lines().forEach(line -> assertTrue(TextWidth.of(line) <= 80, line));
        assertFalse(plain.contains("\u001b"));
        drawn.lines().forEach(line -> assertTrue(!line.contains("\u001b[") || line.contains(ColourDepth.RESET), line));
    }

    @Test
    void strideKeepsTheLastLayerAndTheEmbedding() throws IOException {
        LensResult result = lens.run("Hello there", LensOptions.defaults().topK(1));
        Quantity probability = Quantity.named("probability", LensOptions.defaults());
        assertEquals(List.of("Embedding", "Layer 0", "Layer 3"), labels(result, new GridChoice(probability, Scale.LINEAR, 3, false)));
        assertEquals(List.of("Embedding", "Layer 1", "Layer 3"), labels(result, new GridChoice(probability, Scale.LINEAR, 2, false)));
        assertEquals(List.of("Layer 3", "Embedding"), labels(result, new GridChoice(probability, Scale.LINEAR, 99, true)));
    }

    private static List<String> labels(LensResult result, GridChoice choice) throws IOException {
        return drawn(result, choice, ColourDepth.NONE, 80).lines().filter(line -> line.contains("│"))
                .map(line -> line.substring(0, line.indexOf('│')).strip()).toList();
    }

    @Test
    void marksExactlyTheCellsThatSayTheNextToken() {
        LensResult result = Lens.run("The Eiffel Tower is in");
        LensGrid grid = LensGrid.of(result, PROBABILITY);
        int marked = 0;
        for (int row = 0; row < grid.rows().size(); row++) {
            for (int position = 0; position < result.tokens().size(); position++) {
                LensGrid.Cell cell = grid.cells().get(row).get(position);
                boolean follows = position + 1 < result.tokens().size()
                        && cell.top().id() == result.tokens().get(position + 1).id();
                assertEquals(follows, cell.follows());
                marked += follows ? 1 : 0;
            }
        }
        assertTrue(marked > 0, "no cell is marked, so nothing was tested");
    }

    @Test
    void chosenPositionsAreTheColumns() throws IOException {
        LensResult result = lens.run(Prompts.ALL.get("english"), LensOptions.defaults().topK(1).positions(Positions.range(3, 6)));
        String drawn = drawn(result, PROBABILITY, ColourDepth.NONE, 200);
        assertTrue(drawn.lines().anyMatch(line -> line.strip().matches("3 +4 +5")), drawn);
    }
}
