package io.github.logitlens.tools.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensReading;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCsvTest {

    private static final String HOSTILE = "a,\"b\"\r\n=1+1 @SUM -2 ＝x\t日本\u0000<|endoftext|>";

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

    private static String csv(LensResult result) throws IOException {
        StringWriter out = new StringWriter();
        new RunCsv().write(result, out);
        return out.toString();
    }

    private static List<Map<String, String>> parsed(String csv) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        try (MappingIterator<Map<String, String>> lines = new CsvMapper().readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader()).readValues(csv)) {
            lines.forEachRemaining(rows::add);
        }
        return rows;
    }

    @Test
    void readsBackAsTheResult() throws IOException {
        LensOptions options = LensOptions.defaults().topK(3).track(" Paris").track(TokenRef.of(198))
                .points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);
        LensResult result = lens.run(HOSTILE, options);
        Iterator<Map<String, String>> rows = parsed(csv(result)).iterator();
        for (int position : result.positions()) {
            for (LensPoint point : result.points()) {
                LensReading reading = result.reading(point, position);
                for (int rank = 1; rank <= 3; rank++) {
                    TokenPrediction top = reading.top().get(rank - 1);
                    Map<String, String> row = rows.next();
                    isPlace(result, point, position, row);
                    assertEquals(List.of("top", rank + "", top.id() + "", top.token().hex(), top.probability()),
                            List.of(row.get("list"), row.get("rank"), row.get("id"), row.get("bytes"),
                                    Double.parseDouble(row.get("probability"))));
                    assertEquals(top.logit(), Float.parseFloat(row.get("logit")));
                    assertEquals(Math.log(top.probability()), Double.parseDouble(row.get("logProbability")), 1e-9);
                }
                for (TokenRef token : options.tracked()) {
                    TrackedToken at = result.tracked(token, point, position);
                    Map<String, String> row = rows.next();
                    isPlace(result, point, position, row);
                    assertEquals(List.of("tracked", at.rank() + "", at.id() + "", at.logit()), List.of(row.get("list"),
                            row.get("rank"), row.get("id"), Float.parseFloat(row.get("logit"))));
                }
            }
        }
        assertFalse(rows.hasNext());
    }

    private static void isPlace(LensResult result, LensPoint point, int position, Map<String, String> row) {
        assertEquals(List.of(result.modelId(), "false", "recomputed", position + "", result.tokens().get(position).id() + "",
                result.points().indexOf(point) + "", point.name(), point.label(), point.kind().key()),
                List.of(row.get("model"), row.get("bos"), row.get("layerNorm"), row.get("position"), row.get("inputId"),
                        row.get("point"), row.get("name"), row.get("label"), row.get("kind")));
        assertEquals(point.layer().isPresent() ? point.layer().getAsInt() + "" : "", row.get("layer"));
        assertEquals(result.value(LensMetric.ENTROPY, point, position), Double.parseDouble(row.get("entropy")));
        assertEquals(result.value(LensMetric.KL_TO_FINAL, point, position), Double.parseDouble(row.get("klToFinal")));
    }

    @Test
    void everyMetricAskedForIsAColumn() throws IOException {
        LensResult result = lens.run("Hello", LensOptions.defaults().topK(1).metrics(LensMetric.values()));
        Map<String, String> row = parsed(csv(result)).getFirst();
        for (LensMetric metric : LensMetric.values()) {
            assertEquals(result.value(metric, result.points().getFirst(), 0), Double.parseDouble(row.get(metric.key())), 1e-5,
                    metric.key());
        }
    }

    @Test
    void aLineHasItsPositionsDecisionItsPointsLossAndWhatItWasMadeWith() throws IOException {
        LensResult result = lens.run("Hello there you", LensOptions.defaults().topK(1).track(" Paris").versus(" London"));
        Iterator<Map<String, String>> rows = parsed(csv(result)).iterator();
        for (int position : result.positions()) {
            LensPoint decision = result.decisionLayer(position);
            for (LensPoint point : result.points()) {
                for (int line = 0; line < 3; line++) {
                    Map<String, String> row = rows.next();
                    assertEquals(List.of(result.points().indexOf(decision) + "", result.points().indexOf(result.firstAppearance(position)) + "",
                            result.flips(position) + "", result.value(LensMetric.MARGIN, decision, position) + "", result.loss(point) + "",
                            result.perplexity(point) + "", result.logitDifference(point, position) + ""),
                            Stream.of("decision", "firstAppearance", "flips", "decisionMargin", "loss", "perplexity", "logitDifference")
                                    .map(row::get).toList());
                    for (String name : List.of("weightsSha256", "tokenizerSha256", "lensSha256", "edits", "version")) {
                        assertEquals(result.provenance().fields().get(name), row.get(name), name);
                    }
                }
            }
        }
        LensResult stopped = lens.run("Hello there", LensOptions.defaults().topK(1).stopAfter(1).positions(Positions.last()));
        Map<String, String> row = parsed(csv(stopped)).getFirst();
        assertEquals(List.of("", "", "", ""), Stream.of("decision", "firstAppearance", "decisionMargin", "loss").map(row::get).toList());
    }

    @Test
    void linesEndAsTheStandardSays() throws IOException {
        String csv = csv(lens.run(HOSTILE, LensOptions.defaults().topK(1)));
        assertTrue(csv.endsWith("\r\n"));
        assertEquals(-1, csv.replace("\r\n", "").indexOf('\n'));
        assertEquals(-1, csv.replace("\r\n", "").indexOf('\r'));
    }

    /// The text of a prompt's token, as a spreadsheet gets it.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "=|'=", "` =`|`' =`", "+|'+", "-|'-", "@|'@", "a|a", "`,`|`,`", "\"|\"", "` Paris`|` Paris`", "`\n`|\\n", "`\t`|\\t"
    })
    void textsAreNoFormulas(String token, String text) throws IOException {
        LensResult result = lens.run(token, LensOptions.defaults().topK(1));
        assertEquals(text, parsed(csv(result)).getFirst().get("inputText"));
    }

    @Test
    void noFieldStartsAFormula() throws IOException {
        LensResult result = lens.run(HOSTILE, LensOptions.defaults().topK(200));
        List<String> texts = parsed(csv(result)).stream().flatMap(row -> List.of(row.get("text"), row.get("inputText")).stream()).toList();
        assertTrue(texts.stream().anyMatch(text -> text.matches(" *'[=+@-].*") || text.startsWith("'")), "nothing was tested");
        texts.forEach(text -> assertFalse(text.stripLeading().matches("(?s)[=+\\-@\\t\\r].*"), text));
    }
}
