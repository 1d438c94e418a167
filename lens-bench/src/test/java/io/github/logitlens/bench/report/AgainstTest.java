package io.github.logitlens.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.bench.report.Against.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgainstTest {

    private static final Machine MACHINE = new Machine("a processor", 2, "8 GiB", "Linux", "JDK 25", "none", "none", "none", "new with changes");

    @Test
    void aRatioAboveOneIsFaster() {
        Against against = new Against(new Against.Turns(3, 1, 1), Path.of(""), "");
        String text = against.text("old", MACHINE, List.of(
                new Pair(match("decode"), new double[] {0.2, 0.22, 0.4}, new double[] {0.1, 0.2, 0.1}),
                new Pair(match("prefill"), new double[] {1, 1, 1}, new double[] {2, 2, 2}),
                new Pair(match("newer"), new double[0], new double[0])));
        assertTrue(text.startsWith("Commit old beside new with changes, 3 JVMs each in turns, a processor, JDK 25.\n"), text);
        assertTrue(text.contains("| decode | 2 | 220.0 ms ± 45 % | 100.0 ms ± 50 % | 2.000 (1.100 to 4.000) |"), text);
        assertTrue(text.contains("| prefill | 2 | 1.00 s ± 0 % | 2.00 s ± 0 % | 0.500 |"), text);
        assertTrue(text.contains("| newer | 2 | not there |"), text);
        assertTrue(text.contains("Geometric mean of the ratios 1.000."), text);
    }

    private static Match match(String title) {
        return new Match(title, "Decode", 2, Map.of(), Map.of(), List.of());
    }

    @Test
    void aBenchmarkIsFoundInWhateverPackageACommitHasIt() {
        Pattern type = Pattern.compile(Against.pattern("Prefill"));
        assertTrue(type.matcher("io.github.logitlens.bench.Prefill.logits").find());
        assertTrue(type.matcher("io.github.logitlens.bench.task.Prefill.logits").find());
        assertFalse(type.matcher("io.github.logitlens.bench.peer.OnnxPrefill.run").find());
        Pattern method = Pattern.compile(Against.pattern("Open.model"));
        assertTrue(method.matcher("io.github.logitlens.bench.task.Open.model").find());
        assertFalse(method.matcher("io.github.logitlens.bench.task.Open.file").find());
    }

    @Test
    void ofOneJvmTheMedianOfItsIterationsCounts(@TempDir Path folder) throws IOException {
        Path result = folder.resolve("result.json");
        Files.writeString(result, """
                [{"benchmark": "x", "primaryMetric": {"score": 9, "scoreUnit": "s/op", "rawData": [[0.5, 0.1, 0.3]]}}]""");
        assertEquals(0.3, Against.median(result));
    }
}
