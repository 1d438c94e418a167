package io.github.logitlens.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedTest {

    private static final Path MODULE = Path.of("").toAbsolutePath();

    /// `bin/report --tables` writes them.
    @Test
    void theTablesOfTheReadmesAreThoseOfTheCommittedFigures() throws IOException {
        Published published = new Published(MODULE);
        assertEquals(published.tables().strip(), section(MODULE.resolve("README.md"), "report"));
        assertEquals(ReportText.headline(published.machines()).strip(), section(MODULE.resolveSibling("README.md"), "headline"));
    }

    private static String section(Path file, String name) throws IOException {
        String text = Files.readString(file);
        int begin = text.indexOf("-->", text.indexOf("<!-- " + name + ":begin")) + 3;
        return text.substring(begin, text.indexOf("<!-- " + name + ":end -->")).strip();
    }

    @Test
    void theFiguresOfAKindOfMachineTakeThePlaceOfTheLastOnes(@TempDir Path folder) throws IOException {
        Path module = Files.createDirectory(folder.resolve("lens-bench"));
        Files.writeString(module.resolve("README.md"), "<!-- report:begin -->\n<!-- report:end -->\n");
        Files.writeString(folder.resolve("README.md"), "<!-- headline:begin -->\n<!-- headline:end -->\n");
        Published published = new Published(module);
        published.add(figures("Some Processor", 1.5));
        published.add(figures("Other", 3));
        published.add(figures("Some Processor", 2));
        published.write();
        assertEquals(2, published.machines().size());
        String tables = Files.readString(module.resolve("README.md"));
        assertTrue(tables.contains("| 1 | 1.00 s ± 0 % |  | 2.00 s ± 0 %, **2.00 ×** ours |"), tables);
        assertTrue(tables.contains("### Other\n"), tables);
        assertTrue(tables.contains("(report/some-processor-4-processors-ratios.svg)"), tables);
        assertTrue(Files.exists(module.resolve("report/other-4-processors-ratios.svg")));
        String headline = Files.readString(folder.resolve("README.md"));
        assertTrue(headline.contains("| ONNX Runtime | 3.00 × | 2.00 × |"), headline);
    }

    /// A machine on which ONNX Runtime takes as many seconds as are given, and ours one.
    private static Figures figures(String processor, double seconds) {
        Machine machine = new Machine(processor, 4, "8 GiB", "Linux", "25", "1", "none", "none", "abc");
        Match match = new Match("full lens, 64 tokens", "", 1, Map.of(), Map.of(), List.of());
        Outcome outcome = new Outcome(match, new double[0], new double[0], List.of(
                new Outcome.Side(Outcome.OURS, new double[] {1}, new double[0], true, "", false),
                new Outcome.Side(Schedule.ONNX, new double[] {seconds}, new double[0], true, "", false)));
        return Figures.of(new Report(machine, "", "2026-11-23", List.of(), List.of(outcome), List.of()));
    }

    /// Each is said beside ours, and drawn.
    @Test
    void bothFormsOfAGraphStandInTheTable() {
        Match match = new Match("prefill, 64 tokens", "", 2, Map.of(), Map.of(), List.of());
        Outcome outcome = new Outcome(match, new double[0], new double[0], List.of(
                new Outcome.Side(Outcome.OURS, new double[] {1}, new double[0], true, "", false),
                new Outcome.Side(Schedule.ONNX, new double[] {1.2}, new double[0], true, "", false),
                new Outcome.Side(Schedule.ONNX_CUT, new double[] {1.1}, new double[0], true, "", false)));
        Figures figures = Figures.of(new Report(new Machine("p", 2, "m", "s", "j", "1.29.0", "none", "none", "c"), "", "d",
                List.of(), List.of(outcome), List.of()));
        String text = ReportText.whole(figures, "");
        assertTrue(text.contains("| 1.20 s ± 0 %, **1.20 ×** ours; `last block cut` 1.10 s ± 0 %, **1.10 ×** ours |"), text);
        assertTrue(RatioChart.draw(figures.rows()).contains(">1.10</text>"));
    }
}
