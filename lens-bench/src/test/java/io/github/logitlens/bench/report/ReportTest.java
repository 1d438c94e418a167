package io.github.logitlens.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.bench.Benchmarks;
import io.github.logitlens.bench.harness.Benchmarked;
import io.github.logitlens.bench.report.Outcome.Side;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/// From figures to text and pictures, and from benchmarks to figures.
class ReportTest {

    private static final Machine MACHINE = new Machine("a <processor> & more", 2, "8 GiB", "Linux 6, amd64", "JDK 25",
            "1.22.0", "none", "1.1.0", "abc1234567");

    private static Side side(String name, double... seconds) {
        return new Side(name, seconds, new double[0], true, "", false);
    }

    /// Ours takes 10 ms, ONNX Runtime 25 in the median, PyTorch is not there; the limit would allow what the rates say.
    private static Outcome fullLens() {
        Match match = new Match("full lens, 64 tokens", "FullLens", 2, Map.of("tokens", "64", "model", "tiny"),
                Map.of(Schedule.ONNX, Map.of(Match.BENCHMARK, "OnnxFullLens")),
                List.of(Target.speed(Schedule.ONNX, 3), Target.speed(Schedule.TORCH, 2.3)));
        return new Outcome(match, new double[] {1e11, 1e11, 1e11}, new double[] {2e10, 2e10, 2e10},
                List.of(side(Outcome.OURS, 0.010, 0.012, 0.010), side(Schedule.ONNX, 0.025, 0.030, 0.020),
                        Side.missing(Schedule.TORCH, "no python3 with PyTorch", false)));
    }

    private static Report report(List<String> problems, Outcome... outcomes) {
        return new Report(MACHINE, " --quick", "2026-11-23", List.of(new Report.Took("lens", 90)), List.of(outcomes), problems);
    }

    @Test
    void aRatioIsTheMedianOfTheRoundsRatios() {
        Spread ratio = Spread.ofRatios(new double[] {0.025, 0.030, 0.020}, new double[] {0.010, 0.012, 0.010});
        assertEquals(2.5, ratio.median(), 1e-12);
        assertEquals(2.0, ratio.least(), 1e-12);
        assertEquals(2.5, ratio.most(), 1e-12);
        assertEquals(2.5, Spread.of(1, 4, 2, 3).median());
    }

    @Test
    void theTableHasRatiosTargetsAndWhatIsMissing() {
        String text = ReportText.whole(Figures.of(report(List.of(), fullLens())), "pictures/");
        String row = text.lines().filter(line -> line.startsWith("| full lens, 64 tokens |")).findFirst().orElseThrow();
        assertTrue(row.contains("| 10.0 ms ± 10 % |"), row);
        assertTrue(row.contains("25.0 ms ± 20 %, **2.50 ×** ours (2.00 to 2.50)"), row);
        assertTrue(row.contains("**not measured**"), row);
        assertTrue(row.contains("**missed**: 3.00 × the speed of ONNX Runtime, is 2.50 ×; not measured: 2.30 ×"), row);
        assertTrue(text.contains("* full lens, 64 tokens, PyTorch, threads 2: not measured: no python3 with PyTorch"), text);
        assertTrue(text.contains(" --quick` in 1.5 minutes."), text);
        assertTrue(text.contains("* Took: lens 90 s"), text);
        assertTrue(text.contains("fused multiply-add peak 100 GFLOP/s, memory read 20.0 GB/s"), text);
    }

    @Test
    void theHeadlineSaysWhatWasNotMeasured() {
        Figures here = Figures.of(report(List.of(), fullLens()));
        Figures elsewhere = Figures.of(report(List.of()));
        String text = ReportText.headline(List.of(here, elsewhere));
        assertTrue(text.contains("| ONNX Runtime | 2.50 × | not measured |"), text);
        assertTrue(text.contains("| PyTorch | not measured | not measured |"), text);
    }

    @Test
    void aPeerThatIsNotThereIsNoFailureButADisagreementIs() {
        assertFalse(report(List.of(), fullLens()).failed());
        assertTrue(report(List.of("kernels, threads 2: its JVM ended"), fullLens()).failed());
        Outcome wrong = new Outcome(fullLens().match(), new double[0], new double[0],
                List.of(side(Outcome.OURS, 1), Side.missing(Schedule.ONNX, "logit of id 3: expected 1, got 2", true)));
        assertTrue(report(List.of(), wrong).failed());
    }

    @Test
    void figuresSurviveTheFile(@TempDir Path folder) throws IOException {
        Report report = report(List.of("a problem"), fullLens());
        Json.write(folder.resolve("figures.json"), report);
        Report read = Json.read(folder.resolve("figures.json"), Report.class);
        assertEquals(Figures.of(report), Figures.of(read));
        Json.write(folder.resolve("published.json"), Figures.of(report));
        assertEquals(Figures.of(report), Json.read(folder.resolve("published.json"), Figures.class));
        Group group = new Group("lens", Pace.QUICK, List.of(fullLens().match()));
        Json.write(folder.resolve("group.json"), group);
        assertEquals(group, Json.read(folder.resolve("group.json"), Group.class));
    }

    @Test
    void picturesAreXmlWithABarForEachMeasuredPeer() throws Exception {
        Document bars = parse(RatioChart.draw(Row.of(List.of(fullLens()))));
        assertEquals("svg", bars.getDocumentElement().getTagName());
        assertEquals(3, bars.getElementsByTagName("rect").getLength(), "background, legend, one bar");
        Document roofline = parse(RooflineChart.draw(Figures.of(report(List.of(), fullLens()))));
        assertEquals(1, roofline.getElementsByTagName("circle").getLength());
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aSectionIsReplacedAndNothingElse(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("README.md");
        Files.writeString(file, "a\n<!-- report:begin (by a tool) -->\nold\n<!-- report:end -->\nz\n");
        Section.replace(file, "report", "new\n");
        assertEquals("a\n<!-- report:begin (by a tool) -->\nnew\n<!-- report:end -->\nz\n", Files.readString(file));
        assertThrows(IllegalStateException.class, () -> Section.replace(file, "headline", "new"));
    }

    @Test
    void neighboursOfTheSamePaceAreJoined() {
        Match match = fullLens().match();
        List<Group> joined = Group.joined(List.of(new Group("a", Pace.QUICK_KERNELS, List.of(match)),
                new Group("b", Pace.QUICK, List.of(match)), new Group("c", Pace.QUICK, List.of(match, match))));
        assertEquals(List.of("a", "b, c"), joined.stream().map(Group::name).toList());
        assertEquals(3, joined.getLast().matches().size());
    }

    @Test
    void everyBenchmarkOfTheScheduleIsKnown() {
        for (Group group : Stream.of(Schedule.groups(false, 2), Schedule.groups(true, 2), List.of(Schedule.metrics(2)))
                .flatMap(List::stream).toList()) {
            for (Match match : group.matches()) {
                assertTrue(Benchmarks.work(match.ours(), match.parametersOfOurs()) != null, match.title());
            }
        }
    }

    @Tag("waits")
    @Test
    void entrantsTakeTurnsUntilTheirRatioIsCertain() {
        Map<String, String> parameters = Map.of("kernels", "vector", "keys", "64");
        try (Benchmarked softmax = Benchmarks.setUp("Softmax", parameters);
                Benchmarked scalar = Benchmarks.setUp("Softmax", Map.of("kernels", "scalar", "keys", "64"))) {
            List<Rounds.Entrant> entrants = List.of(
                    new Rounds.Entrant(softmax, 1e-3, OptionalDouble.of(0), 1, Integer.MAX_VALUE),
                    new Rounds.Entrant(scalar, 1e-3, OptionalDouble.empty(), 1, 2));
            Pace pace = new Pace(0, 0, 2, 1e-3, 3, 8, 0.01, 10);
            boolean[] neverFastEnough = new Rounds(pace, seconds -> 0).measure(
                    List.of(new Rounds.Entrant(softmax, 1e-3, OptionalDouble.of(0), 1e-12, 1))).steady();
            assertFalse(neverFastEnough[0], "steady, but slower than compiled code can be");
            double[][] certainAfterFive = new Rounds(pace, seconds -> seconds[0].length < 5 ? 0.5 : 0.005).measure(entrants).seconds();
            assertEquals(5, certainAfterFive[0].length);
            assertEquals(2, certainAfterFive[1].length, "takes part in two rounds");
            assertTrue(Spread.of(certainAfterFive[0]).least() > 0);
            assertEquals(8, new Rounds(pace, seconds -> 0.5).measure(entrants).seconds()[0].length, "at the most");
            assertEquals(3, new Rounds(pace, seconds -> 0).measure(entrants).seconds()[0].length, "at the least");
        }
    }

    /// Of the ranks between which the median lies with nine tenths: all five of five, the second to the eighth of nine.
    @Test
    void theMediansUncertaintyFollowsFromTheRanks() {
        assertEquals(Double.POSITIVE_INFINITY, Spread.uncertainty(1, 1, 1, 1));
        assertEquals((11 - 9) / 2.0 / 10, Spread.uncertainty(10, 9, 11, 10, 10), 1e-12);
        assertEquals((13 - 7) / 2.0 / 10, Spread.uncertainty(1, 7, 8, 9, 10, 11, 12, 13, 100), 1e-12);
    }

    @Test
    void targetsSayWhatWasReachedAndWhichWayIsBetter() {
        Outcome outcome = new Outcome(new Match("open", "", 2, Map.of(), Map.of(), List.of()), new double[0], new double[0],
                List.of(new Side(Outcome.OURS, new double[] {3, 3, 3}, new double[] {5e6, 7e6, 6e6}, true, "", false),
                        side("other", 2, 2, 2)));
        assertEquals("met: at most 1.50 × the time of other, is 1.50 ×", verdict(Target.time("other", 1.5), outcome));
        assertEquals("**missed**: at most 1.40 × the time of other, is 1.50 ×", verdict(Target.time("other", 1.4), outcome));
        assertEquals("**missed**: 1.00 × the speed of other, is 0.67 ×", verdict(Target.speed("other", 1), outcome));
        assertEquals("met: other at most 4.00 × as slow, is 0.67 ×", verdict(Target.lag("other", 4), outcome));
        assertEquals("met: at most 7 MB, is 7 MB", verdict(Target.memory(7e6), outcome));
        assertEquals("**missed**: at most 6 MB, is 7 MB", verdict(Target.memory(6e6), outcome));
        assertEquals("not measured: 90 % of the limit", verdict(Target.partOfLimit(0.9), outcome));
        assertEquals("not measured: 2.00 × the speed of nobody", verdict(Target.speed("nobody", 2), outcome));
    }

    private static String verdict(Target target, Outcome outcome) {
        return target.verdict(target.reached(Row.of(outcome)));
    }

    @Test
    void whatEachNumberCostsIsATableOfItsOwn() {
        Match match = Schedule.metrics(2).matches().getFirst();
        Outcome outcome = new Outcome(match, new double[0], new double[0],
                List.of(side(Outcome.OURS, 0.300, 0.310, 0.300), side("change", 0.306, 0.310, 0.309)));
        String table = ReportText.metrics(report(List.of(), outcome));
        assertTrue(table.contains("| nothing: top 10, probabilities, entropy, KL to final, margin | 300 | |"), table);
        assertTrue(table.contains("| change | 309 | 2.0 % (0.0 to 3.0) |"), table);
        assertEquals("", ReportText.metrics(report(List.of(), fullLens())));
    }
}
