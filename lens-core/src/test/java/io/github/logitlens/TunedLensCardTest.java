package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.hook.Hooks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The model card's figure of the bundled tuned lens: KL to the model by layer, logit lens beside tuned, on the rows of ids that
/// `tools/python/demo/tuned_lens.py` measured it on.
@Tag("card")
class TunedLensCardTest {

    private static final Path CARD = Path.of("../tools/python/demo/MODEL_CARD.md");
    /// Half a unit of the card's last digit, and what float32 may differ by.
    private static final double ROUNDING = 0.0007;

    private static List<Prompt> rows(String name) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(
                TunedLensCardTest.class.getResourceAsStream("/goldens/lenses/measured/" + name + ".ids.gz")), StandardCharsets.US_ASCII))) {
            return lines.readAllLines().stream().map(line -> Arrays.stream(line.split(",")).mapToInt(Integer::parseInt).toArray())
                    .map(Prompt::ids).toList();
        }
    }

    /// The card's lines: a point, then KL on text with the logit lens and the tuned one, and the same at the answers of facts.
    private static double[][] card() throws IOException {
        List<String> lines = Files.readAllLines(CARD);
        int begin = lines.indexOf("<!-- begin tuned lens -->") + 3;
        int end = lines.indexOf("<!-- end tuned lens -->") - 1;
        return lines.subList(begin, end).stream().map(line -> line.replaceFirst("^(embedding|layer \\d+) +", ""))
                .map(line -> Arrays.stream(line.split(" +")).mapToDouble(Double::parseDouble).toArray()).toArray(double[][]::new);
    }

    /// Mean KL to the final point at each point but that one.
    private static double[] mean(LogitLens lens, List<Prompt> prompts, Positions positions, Readout readout) {
        LensOptions options = LensOptions.defaults().topK(1).positions(positions).readout(readout);
        double[] sums = new double[lens.model().config().nLayers()];
        long count = 0;
        try (LensBatch batch = lens.batch(prompts.iterator(), options, Hooks.none(), BatchOptions.defaults())) {
            while (batch.hasNext()) {
                LensResult result = ((Outcome.Read) batch.next()).result();
                for (int position : result.positions()) {
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] += result.value(LensMetric.KL_TO_FINAL, result.points().get(i), position);
                    }
                    count++;
                }
            }
        }
        double total = count;
        return Arrays.stream(sums).map(sum -> sum / total).toArray();
    }

    @Test
    void theCardsFigureComesOut() throws IOException {
        double[][] card = card();
        assertEquals(8, card.length);
        try (LogitLens lens = LogitLens.open("demo")) {
            double[][] columns = {
                mean(lens, rows("text"), Positions.all(), Readout.logit()), mean(lens, rows("text"), Positions.all(), Readout.tuned()),
                mean(lens, rows("facts"), Positions.last(), Readout.logit()), mean(lens, rows("facts"), Positions.last(), Readout.tuned()),
            };
            for (int layer = 0; layer < card.length; layer++) {
                for (int column = 0; column < columns.length; column++) {
                    assertEquals(card[layer][column], columns[column][layer], ROUNDING, "row " + layer + ", column " + column);
                }
                assertTrue(columns[1][layer] < columns[0][layer] && columns[3][layer] < columns[2][layer], "row " + layer);
            }
        }
    }
}
