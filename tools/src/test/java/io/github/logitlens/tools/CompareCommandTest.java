package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LensComparison;
import io.github.logitlens.LensDifference;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LogitLens;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.internal.view.Figures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `lens compare`. The numbers are proved in lens-core; here is which runs are made, and that every form shows them.
class CompareCommandTest {

    private static final String EIFFEL = "The Eiffel Tower is in";
    private static final String BEN = "Big Ben is in";

    @TempDir
    Path directory;

    @Test
    void anEditsEffectInEveryForm() throws Exception {
        String[] common = {"--track", " Paris", "--edit", "zero:L5H3@4", "--position", "all", EIFFEL};
        JsonNode json = Cli.lens(words(common, "--json")).succeeds().json();
        List<String> sheet = Cli.lens(words(common, "--format", "csv")).succeeds().lines();
        String table = Cli.lens(words(common)).succeeds().out();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensComparison expected = lens.compare(EIFFEL, LensOptions.defaults().topK(5).track(" Paris"), Edits.parse("zero:L5H3@4"));
            assertEquals(expected.points().size() * 7, json.path("readings").size());
            assertEquals(expected.points().size() * 7 + 1, sheet.size());
            for (int i = 0; i < json.path("readings").size(); i++) {
                JsonNode reading = json.path("readings").path(i);
                LensDifference difference =
                        expected.difference(expected.points().get(reading.path("point").intValue()), reading.path("position").intValue());
                assertEquals(difference.kl(), reading.path("kl").doubleValue());
                assertEquals(difference.reachable(), reading.path("reachable").booleanValue());
                String[] fields = sheet.get(i + 1).split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
                assertEquals(Double.toString(difference.kl()), fields[11]);
                assertEquals(Integer.toString(difference.after().top().getFirst().id()), fields[18]);
            }
        }
        assertTrue(sheet.getFirst().contains(",6342.logitA,6342.logitB,6342.probabilityA,6342.probabilityB,weightsSha256,"), sheet.getFirst());
        assertTrue(table.contains("\nedit B    zero:L5H3@4\n"), table);
        assertTrue(table.lines().anyMatch(line -> line.startsWith("Layer 5 ") && line.contains("KL ")), table);
    }

    private static String[] words(String[] common, String... more) {
        String[] all = new String[1 + common.length + more.length];
        all[0] = "compare";
        System.arraycopy(more, 0, all, 1, more.length);
        System.arraycopy(common, 0, all, 1 + more.length, common.length);
        return all;
    }

    @Test
    void twoPromptsAreAlignedAsAsked() {
        JsonNode ends = Cli.lens("compare", "--json", EIFFEL, BEN).succeeds().json();
        assertEquals("ends", ends.path("align").textValue());
        assertEquals(6, ends.path("readings").path(0).path("position").intValue());
        assertEquals(3, ends.path("readings").path(0).path("positionB").intValue());
        JsonNode tokens = Cli.lens("compare", "--json", "--position", "all", "--align", "tokens", EIFFEL, BEN).succeeds().json();
        assertEquals(List.of("5-2", "6-3"), tokens.path("readings").findParents("positionB").stream()
                .map(reading -> reading.path("position") + "-" + reading.path("positionB")).distinct().toList());
        assertEquals(ends.path("readings").path(8).path("kl"), tokens.path("readings").path(17).path("kl"));
        JsonNode ids = Cli.lens("compare", "--json", "--ids", "464,412,733", "--ids", "464,412,417").succeeds().json();
        assertEquals("positions", ids.path("align").textValue());
        JsonNode piped = Cli.withInput((EIFFEL + "\n").getBytes(StandardCharsets.UTF_8), "compare", "--json", "--edit", "zero:L5H3")
                .succeeds().json();
        assertEquals(7, piped.path("tokens").size());
    }

    @Test
    void aModelIsComparedWithAnother() {
        JsonNode json = Cli.lens("compare", "--json", "--model-b", "demo", EIFFEL).succeeds().json();
        for (JsonNode reading : json.path("readings")) {
            assertEquals(0, reading.path("kl").doubleValue(), 1e-9);
            assertTrue(reading.path("reachable").booleanValue());
        }
    }

    private static final Pattern CELL = Pattern.compile("(·|[+-]?\\d[^ ]*)");

    @Test
    void aGridMarksWhatIsOutOfReach() {
        String[] words = {"compare", "--format", "grid", "--track", " Paris", "--edit", "zero:L5H3@4", EIFFEL};
        List<String> lines = Cli.lens(words).succeeds().lines();
        assertEquals("· · · · · · ·", cells(lines, "Layer 4 "));
        assertTrue(cells(lines, "Layer 5 ").matches("· · · · [+-]\\S+ · ·"), cells(lines, "Layer 5 "));
        assertTrue(cells(lines, "Layer 6 ").matches("· · · ·( [+-]\\S+){3}"), cells(lines, "Layer 6 "));
        String coloured = Cli.onTerminal(100, Map.of("COLORTERM", "truecolor", "TERM", "xterm"), words).succeeds().out();
        assertTrue(coloured.contains("\u001b[38;2;"), coloured);
    }

    private static String cells(List<String> lines, String row) {
        String line = lines.stream().filter(each -> each.startsWith(row)).findFirst().orElseThrow();
        Matcher cells = CELL.matcher(line.substring(row.length()));
        StringBuilder found = new StringBuilder();
        while (cells.find()) {
            found.append(found.isEmpty() ? "" : " ").append(cells.group());
        }
        return found.toString();
    }

    @Test
    void aPageHasThePictureAndEveryNumber() throws Exception {
        Path page = directory.resolve("effect.html");
        Cli.lens("compare", "--output", page.toString(), "--track", " Paris", "--edit", "zero:L5H3@4", EIFFEL).succeeds();
        String html = Files.readString(page);
        assertTrue(html.contains("src=\"data:image/svg+xml;base64,"), "the picture");
        assertTrue(html.contains("zero:L5H3@4"), "the edit");
        assertFalse(html.contains("<script"), "no script");
        assertEquals(7, html.split("<details").length - 1);
        assertEquals(7 * 9, html.split("scope=\"row\"").length - 1);
        try (LogitLens lens = LogitLens.open("demo")) {
            LensComparison expected = lens.compare(EIFFEL, LensOptions.defaults().topK(5).track(" Paris"), Edits.parse("zero:L5H3@4"));
            int same = 0;
            for (LensComparison.Pair pair : expected.positions()) {
                for (LensPoint point : expected.points()) {
                    same += expected.difference(point, pair.before()).reachable() ? 0 : 1;
                }
            }
            assertEquals(same, html.split("the same bits").length - 1);
            assertTrue(html.contains(">" + Figures.small(expected.difference(expected.before().finalPoint(), -1).kl()) + "<"), html);
        }
    }

    @Test
    void aPictureShowsWhatWasCompared() throws Exception {
        Path svg = directory.resolve("effect.svg");
        Path png = directory.resolve("effect.png");
        Cli.lens("compare", "--output", svg.toString(), "--edit", "zero:L0.mlp_out", EIFFEL).succeeds();
        Cli.lens("compare", "--output", png.toString(), "--metric", "totalVariation", EIFFEL, BEN).succeeds();
        String drawn = Files.readString(svg);
        assertTrue(drawn.contains("Comparison: demo") && drawn.contains("zero:L0.mlp_out") && drawn.contains("KL(A ‖ B), nats"), drawn);
        assertEquals((byte) 0x89, Files.readAllBytes(png)[0]);
    }

    @Test
    void nothingToCompareIsWrongUsage() {
        Cli.lens("compare", EIFFEL).failsWith(Main.USAGE, "expected a second prompt, an --edit, or --model-b");
        Cli.lens("compare", "a", "b", "c").failsWith(Main.USAGE, "expected one prompt or two, got 3");
        Cli.lens("compare", "--metric", "logit", "a", "b").failsWith(Main.USAGE, "--metric logit: expected --track");
        Cli.lens("compare", "--metric", "x", "a", "b").failsWith(Main.USAGE, "--metric: expected one of kl, jsd, totalVariation");
        Cli.lens("compare", "--align", "x", "a", "b").failsWith(Main.USAGE, "--align: expected one of positions, ends, tokens");
    }
}
