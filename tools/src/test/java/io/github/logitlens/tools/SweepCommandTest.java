package io.github.logitlens.tools;

import static io.github.logitlens.tools.Main.FAILED;
import static io.github.logitlens.tools.Main.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PatchDirection;
import io.github.logitlens.Prompt;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepGrid;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.TokenRef;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/// `lens patch` and `lens ablate`, against the library's own numbers.
class SweepCommandTest {

    private static final String CLEAN = "The capital of France is";
    private static final String CORRUPTED = "The capital of Italy is";
    private static final SweepMetric METRIC = SweepMetric.logitDifference(" Paris", " Rome");

    private static Sweep sweep(Function<LogitLens, Sweep> made) {
        try (LogitLens lens = LogitLens.open("demo")) {
            return made.apply(lens);
        }
    }

    private static void assertGrids(Sweep expected, JsonNode json) {
        assertEquals("logitlens.sweep/1", json.get("schema").asText());
        assertEquals(expected.grids().size(), json.get("grids").size());
        for (int g = 0; g < expected.grids().size(); g++) {
            SweepGrid grid = expected.grids().get(g);
            JsonNode actual = json.get("grids").get(g);
            assertEquals(grid.site().key(), actual.get("site").asText());
            assertEquals(grid.rowAxis(), actual.get("rows").asText());
            assertEquals(grid.columnAxis(), actual.get("columns").asText());
            assertEquals(grid.rows(), actual.get("values").size());
            for (SweepCell cell : grid.cells()) {
                assertEquals(cell.value(), actual.get("values").get(cell.row()).get(cell.column()).asDouble(), cell.edit());
                assertEquals(cell.normalized(), actual.get("normalized").get(cell.row()).get(cell.column()).asDouble(), cell.edit());
            }
        }
    }

    @Test
    void patchJsonHasTheLibrarysNumbers() {
        for (PatchDirection direction : PatchDirection.values()) {
            JsonNode json = Cli.lens("patch", CLEAN, CORRUPTED, "--sites", "resid_pre,head,head_position", "--token", " Paris", "--versus",
                    " Rome", "--direction", direction.key(), "--json").succeeds().json();
            Sweep expected = sweep(lens -> lens.sweep(CLEAN, CORRUPTED, SweepOptions.of(METRIC).direction(direction)
                    .sites(SweepSite.RESID_PRE, SweepSite.HEAD, SweepSite.HEAD_POSITION)));
            assertGrids(expected, json);
            assertEquals(expected.cleanValue(), json.get("clean").get("value").asDouble());
            assertEquals(expected.corruptedValue().orElseThrow(), json.get("corrupted").get("value").asDouble());
            assertEquals(" Italy", json.get("corrupted").get("tokens").get(3).get("text").asText());
            assertEquals("demo", json.get("model").get("id").asText());
            assertEquals(direction.key(), json.get("options").get("direction").asText());
            assertEquals("[\" Paris\",\" Rome\"]", json.get("options").get("tokens").toString());
            assertEquals(expected.provenance().weightsSha256(), json.get("provenance").get("weightsSha256").asText());
        }
    }

    @Test
    void ablateJsonHasTheLibrarysNumbers() {
        JsonNode json = Cli.lens("ablate", CLEAN, "--token", " Paris", "--json").succeeds().json();
        Sweep expected = sweep(lens -> lens.ablate(Prompt.of(CLEAN), SweepOptions.of(SweepMetric.logit(TokenRef.of(" Paris")))));
        assertGrids(expected, json);
        assertTrue(json.get("corrupted").isNull());
        assertEquals("zero", json.get("options").get("edit").asText());
    }

    @Test
    void idsAndFilesAreThePromptsToo(@TempDir Path dir) throws Exception {
        String written = Cli.lens("patch", CLEAN, CORRUPTED, "--sites", "head", "--token", " Paris", "--json").succeeds().out();
        Path file = Files.writeString(dir.resolve("clean.txt"), CLEAN + "\n");
        assertEquals(written, Cli.lens("patch", "@" + file, CORRUPTED, "--sites", "head", "--token", " Paris", "--json").succeeds().out());
        assertEquals(written, Cli.lens("patch", "--ids", ids(CLEAN), "--ids", ids(CORRUPTED), "--sites", "head", "--token", " Paris", "--json")
                .succeeds().out());
    }

    private static String ids(String text) {
        try (LogitLens lens = LogitLens.open("demo")) {
            return String.join(",", Arrays.stream(lens.tokenizer().encode(text)).mapToObj(Integer::toString).toList());
        }
    }

    @Test
    void theTableBeginsWithTheLargestEffect() {
        List<String> lines = Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--versus", " Rome", "--top", "4").succeeds().lines();
        Sweep expected = sweep(lens -> lens.sweep(CLEAN, CORRUPTED, SweepOptions.of(METRIC)));
        int first = lines.indexOf("") + 2;
        for (int i = 0; i < 4; i++) {
            SweepCell cell = expected.strongest().get(i);
            assertTrue(lines.get(first + i).startsWith(cell.edit().substring("patch:".length())), lines.get(first + i));
            assertTrue(lines.get(first + i).contains("█"), lines.get(first + i));
        }
        assertTrue(lines.get(first + 4).startsWith(expected.strongest().size() - 4 + " more, none of which"), lines.get(first + 4));
        assertTrue(lines.contains("metric    logit \" Paris\" minus \" Rome\": " + String.format(Locale.ROOT,
                "clean %.2f, corrupted %.2f", expected.cleanValue(), expected.corruptedValue().orElseThrow())), lines.toString());
    }

    @Test
    void theGridHasANumberForEachCellAndFitsTheTerminal() {
        Cli grid = Cli.onTerminal(50, Map.of("TERM", "xterm-256color"), "patch", CLEAN, CORRUPTED, "--sites", "resid_pre,head", "--token",
                " Paris", "--format", "grid");
        assertEquals(0, grid.code(), grid.err());
        String plain = grid.out().replaceAll("\u001b\\[[0-9;]*m", "");
        assertTrue(grid.out().contains("\u001b[30;48;5;"), grid.out());
        plain.lines().forEach(line -> assertTrue(line.length() <= 50, line));
        Sweep expected = sweep(lens -> lens.sweep(CLEAN, CORRUPTED, SweepOptions.of(SweepMetric.logit(TokenRef.of(" Paris")))
                .sites(SweepSite.RESID_PRE, SweepSite.HEAD)));
        SweepGrid heads = expected.grid(SweepSite.HEAD);
        String row = plain.lines().filter(line -> line.startsWith("Layer 7")).reduce((a, b) -> b).orElseThrow();
        for (int head = 0; head < heads.columns(); head++) {
            assertTrue(row.contains(String.format(Locale.ROOT, "%+.2f", heads.normalized(7, head))), row);
        }
    }

    @Test
    void csvHasALineForEachCell() {
        List<String> lines = Cli.lens("ablate", CLEAN, "--token", " Paris", "--metric", "rank", "--format", "csv").succeeds().lines();
        assertTrue(lines.getFirst().startsWith("model,bos,layerNorm,lens,metric,site,rowLabel,columnLabel,edit,value,normalized,effect,"),
                lines.getFirst());
        Sweep expected = sweep(lens -> lens.ablate(Prompt.of(CLEAN), SweepOptions.of(SweepMetric.rank(TokenRef.of(" Paris")))));
        List<SweepCell> cells = expected.grids().stream().flatMap(grid -> grid.cells().stream()).toList();
        assertEquals(cells.size() + 1, lines.size());
        for (int i = 0; i < cells.size(); i++) {
            SweepCell cell = cells.get(i);
            assertTrue(lines.get(i + 1).startsWith("\"demo\",false,recomputed,logit,\"rank \"\" Paris\"\"\"," + cell.site().key() + ","),
                    lines.get(i + 1));
            assertTrue(lines.get(i + 1).contains("," + cell.edit() + "," + cell.value() + "," + cell.normalized() + "," + cell.effect() + ","),
                    lines.get(i + 1));
        }
    }

    @Test
    void thePictureIsXmlWithACellForEachRun() throws Exception {
        String svg = Cli.lens("patch", CLEAN, CORRUPTED, "--metric", "kl", "--format", "svg").succeeds().out();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        Sweep expected = sweep(lens -> lens.sweep(CLEAN, CORRUPTED, SweepOptions.of(SweepMetric.kl())));
        assertTrue(document.getElementsByTagName("rect").getLength() >= expected.grids().stream().mapToInt(grid -> grid.cells().size()).sum(), svg);
        assertTrue(svg.contains("KL from the clean prediction"), svg);
        for (SweepGrid grid : expected.grids()) {
            assertTrue(svg.contains(grid.site().label().replace("'", "&apos;")) || svg.contains(grid.site().label()), grid.site().label());
        }
    }

    @Test
    void whatIsNoSweepIsRefused() {
        Cli.lens("patch", CLEAN, "--token", " Paris").failsWith(USAGE, "expected two texts, a clean one and a corrupted one, got 1");
        Cli.lens("patch", CLEAN, CORRUPTED).failsWith(USAGE, "--token: expected one with the metric logit, got none");
        Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--sites", "z").failsWith(USAGE, "--sites: expected resid_pre, ");
        Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--metric", "rank", "--versus", " Rome")
                .failsWith(USAGE, "--versus: expected the metric logit with it, got rank");
        Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--metric", "kl").failsWith(USAGE, "--token: expected none with the metric kl");
        Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--direction", "up")
                .failsWith(USAGE, "--direction: expected denoise or noise, got \"up\"");
        Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--format", "html")
                .failsWith(USAGE, "--format: expected table, grid, csv, svg, png or json, got \"html\"");
        Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--color", "16").failsWith(USAGE, "--color: expected --format grid with it");
        Cli.lens("patch", CLEAN, CORRUPTED, "--token", " Paris", "--ids", "1").failsWith(USAGE, "expected texts or --ids, got both");
        Cli.lens("patch", CLEAN, CORRUPTED + " not", "--token", " Paris")
                .failsWith(FAILED, "corrupted prompt: expected 5 tokens, as many as the clean one has, got 6");
        Cli.lens("ablate", CLEAN, "--token", " Paris", "--sites", "resid_pre")
                .failsWith(FAILED, "sites: expected head, attn_out or mlp_out for an ablation, got resid_pre");
    }

    @Test
    void helpsExamplesWork() {
        for (String command : List.of("patch", "ablate")) {
            String help = Cli.lens(command, "--help").succeeds().out().replace("\\\n", " ");
            List<String> examples = help.lines().map(String::strip).filter(line -> line.startsWith("lens " + command + " ")
                    && line.contains("\" Paris\"")).toList();
            assertTrue(examples.size() >= 2, help);
            for (String example : examples) {
                String[] words = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(example).results().skip(1)
                        .map(word -> word.group(1) != null ? word.group(1) : word.group(2)).toArray(String[]::new);
                if (!List.of(words).contains("--output")) {
                    assertEquals(0, Cli.lens(words).code(), example);
                }
            }
        }
    }
}
