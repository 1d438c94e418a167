package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.Attention;
import io.github.logitlens.AttentionHead;
import io.github.logitlens.AttentionOptions;
import io.github.logitlens.Bos;
import io.github.logitlens.Layers;
import io.github.logitlens.LogitLens;
import io.github.logitlens.internal.view.TextWidth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `lens attention`, against the library's own numbers.
class AttentionCommandTest {

    private static final String PROMPT = "The cat sat on the mat. The cat sat";

    private static Attention some;

    @BeforeAll
    static void read() {
        try (LogitLens lens = LogitLens.open("demo")) {
            some = lens.attention(PROMPT, AttentionOptions.defaults().layers(Layers.of(2, 5)).heads(0, 3).bos(Bos.PREPEND));
        }
    }

    private static Cli lens(String... more) {
        List<String> args = new ArrayList<>(List.of("attention", "--layer", "2,5", "--head", "0,-1", "--bos"));
        args.addAll(List.of(more));
        args.add(PROMPT);
        return Cli.lens(args.toArray(String[]::new)).succeeds();
    }

    @Test
    void theTableHasTheScoresOfEachHead() {
        List<String> lines = lens().lines();
        List<String> rows = lines.subList(lines.indexOf("") + 2, lines.size());
        assertEquals(some.heads().stream().map(head -> String.format(Locale.ROOT, "%s %.3f %.3f %.3f %.3f", head.label(), head.entropy(),
                head.previous(), head.first(), head.induction())).toList(), rows.stream().map(row -> row.replaceAll(" +", " ")).toList());
        assertEquals("BOS       prepended, position 0", lines.get(2));
        assertTrue(Cli.lens("attention", "--layer", "0", "The cat").succeeds().lines().getLast().endsWith("-"), "nothing is repeated");
    }

    @Test
    void jsonHasThePatterns() {
        JsonNode json = lens("--json").json();
        assertEquals("logitlens.attention/1", json.path("schema").textValue());
        Provenances.check(json.path("provenance"), "PREPEND", "recomputed");
        assertEquals(some.tokens().size(), json.path("tokens").size());
        int at = 0;
        for (JsonNode layer : json.path("layers")) {
            for (JsonNode head : layer.path("heads")) {
                AttentionHead expected = some.heads().get(at++);
                assertEquals(List.of(expected.layer(), expected.head()), List.of(layer.path("layer").intValue(), head.path("head").intValue()));
                for (int query = 0; query < some.tokens().size(); query++) {
                    for (int key = 0; key < some.tokens().size(); key++) {
                        assertEquals(expected.weight(query, key), head.path("pattern").get(query).get(key).floatValue());
                    }
                }
                assertEquals(List.of(expected.entropy(), expected.previous(), expected.first(), expected.induction()),
                        List.of(head.path("entropy").doubleValue(), head.path("previous").doubleValue(), head.path("first").doubleValue(),
                                head.path("induction").doubleValue()));
            }
        }
        assertEquals(4, at);
    }

    @Test
    void csvHasALineForEachKeyThatAQuerySees() {
        List<String[]> lines = lens("--format", "csv").lines().stream().map(line -> line.split(",", -1)).toList();
        List<String> names = List.of(lines.getFirst());
        int seqLen = some.tokens().size();
        assertEquals(1 + 4 * seqLen * (seqLen + 1) / 2, lines.size());
        for (String[] line : lines.subList(1, lines.size())) {
            AttentionHead head = some.head(Integer.parseInt(line[names.indexOf("layer")]), Integer.parseInt(line[names.indexOf("head")]));
            assertEquals(head.weight(Integer.parseInt(line[names.indexOf("query")]), Integer.parseInt(line[names.indexOf("key")])),
                    Float.parseFloat(line[names.indexOf("weight")]));
            assertEquals(head.induction(), Double.parseDouble(line[names.indexOf("induction")]));
            assertEquals(some.provenance().tokenizerSha256(), line[names.indexOf("tokenizerSha256")]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 80, 200})
    void theGridIsATriangleThatFits(int columns) {
        Cli cli = Cli.onTerminal(columns, Map.of("NO_COLOR", "1"), "attention", "--layer", "5", "--head", "3", "--format", "grid", PROMPT);
        assertEquals(0, cli.code(), cli.err());
        cli.lines().forEach(line -> assertTrue(TextWidth.of(line) <= columns, line));
        try (LogitLens lens = LogitLens.open("demo")) {
            AttentionHead head = lens.attention(PROMPT, AttentionOptions.defaults().layers(Layers.of(5))).head(5, 3);
            int seqLen = lens.tokens(PROMPT, Bos.NONE).length;
            StringBuilder expected = new StringBuilder();
            int keys = Math.max(1, (columns - 15) / 3);
            for (int firstKey = 0; firstKey < seqLen; firstKey += keys) {
                for (int query = firstKey; query < seqLen; query++) {
                    for (int key = firstKey; key < Math.min(firstKey + keys, query + 1); key++) {
                        expected.append("▁▂▃▄▅▆▇█".charAt((int) Math.min(head.weight(query, key) * 8, 7)));
                    }
                }
            }
            String drawn = cli.out().substring(cli.out().indexOf("L5H3")).replaceAll("[^▁▂▃▄▅▆▇█]", "");
            assertEquals(expected.toString(), drawn);
        }
    }

    @Test
    void picturesHaveTheCausalTriangle(@TempDir Path dir) throws Exception {
        String svg = Cli.lens("attention", "--layer", "5", "--head", "3", "--format", "svg", PROMPT).succeeds().out();
        int seqLen = 10;
        assertEquals(seqLen * (seqLen + 1) / 2, svg.split("<g>", -1).length - 1);
        assertTrue(svg.contains("<title>L5H3\nquery "), svg);
        Path png = dir.resolve("attention.png");
        Cli.lens("attention", "--output", png.toString(), "--theme", "dark", PROMPT).succeeds();
        assertEquals("89504e470d0a1a0a", HexFormat.of().formatHex(Files.readAllBytes(png), 0, 8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1 | --head 4     | head: expected -4 to 3 (each layer has 4 heads), got 4",
        "1 | --layer 8    | layer: expected -8 to 7 (the model has 8 layers), got 8",
        "2 | --head x     | --head: expected all, N or N,M, got \"x\"",
        "2 | --layer x    | --layer: expected all, N, N,M, A:B or A:B:STEP, got \"x\"",
        "2 | --color 16   | --color: expected --format grid with it, got table",
        "2 | --theme dark | --theme: expected --format svg or png with it, got table",
        "2 | --format html | --format: expected table, grid, csv, svg, png or json, got \"html\""
    })
    void whatIsNotThereIsRefused(int code, String options, String message) {
        String[] words = options.split(" ");
        Cli.lens("attention", words[0], words[1], PROMPT).failsWith(code, message);
    }
}
