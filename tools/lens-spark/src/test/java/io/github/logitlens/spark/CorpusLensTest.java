package io.github.logitlens.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.BatchOptions;
import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusOptions;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Outcome;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.hook.Hooks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows of Spark are those of the library, bit for bit, however the texts are divided.
class CorpusLensTest {

    private static final String[] CORPUS = {"--model", "demo", "--window", "12", "--stride", "8", "--metric", "entropy,klToFinal",
        "--track", " Paris", "--points", "resid_post", "--edit", "zero:L2H1", "--keep", "year"};
    private static final List<Row> TEXTS = LocalSpark.texts(14);

    private static SparkSession session;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void start() {
        session = LocalSpark.session(directory);
    }

    @AfterAll
    static void modelsAreClosedWithTheSession() {
        assertEquals(1, SharedModel.count(), "all tasks shared one model");
        session.stop();
        assertEquals(0, SharedModel.count());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void rowsAreThoseOfTheReader(int partitions) {
        Dataset<Row> rows = CorpusLens.of(CORPUS).read(LocalSpark.table(session, TEXTS, partitions));

        assertEquals(List.of("document", "position", "id", "bytes", "context", "surprisal", "rank", "decision", "entropy", "klToFinal",
                "tracked", "year", "reason", "message"), List.of(rows.columns()));
        assertEquals(expectedRows(), lines(rows));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void lastRowsAreThoseOfTheLens(int partitions) {
        Dataset<Row> rows = CorpusLens.of("--model", "demo", "--last", "--top-k", "3", "--metric", "entropy")
                .read(LocalSpark.table(session, TEXTS, partitions));

        assertEquals(List.of("document", "position", "context", "decision", "entropy", "top", "reason", "message"), List.of(rows.columns()));
        assertEquals(expectedLastRows(), lines(rows));
    }

    @Test
    void schemaNamesPointsAndUnits() {
        StructType schema = CorpusLens.of(CORPUS).read(LocalSpark.table(session, TEXTS, 1)).schema();

        String[] points = schema.apply("surprisal").metadata().getStringArray("points");
        assertEquals(List.of("blocks.0.hook_resid_post", "blocks.7.hook_resid_post"), List.of(points[0], points[7]));
        assertEquals("nats", schema.apply("entropy").metadata().getString("unit"));
        assertEquals("array<double>", schema.apply("surprisal").dataType().simpleString());
        assertEquals("array<struct<id:int,logit:array<float>,probability:array<double>,rank:array<int>>>",
                schema.apply("tracked").dataType().simpleString());
    }

    @Test
    void whatIsWrongIsSaidBeforeAJobBegins() {
        Dataset<Row> texts = LocalSpark.table(session, TEXTS, 1);

        assertEquals("column: expected \"body\", got id, text, year", refusal(texts, "--field", "body"));
        assertEquals("--metric: expected one of probability, ", refusal(texts, "--metric", "x").substring(0, 39));
        assertEquals("--stride: expected none where a text is read at its end alone, got 3", refusal(texts, "--last", "--stride", "3"));
        assertEquals("window: expected at most 256 tokens (nCtx 256 of model 'demo'), got 999", refusal(texts, "--window", "999"));
        assertTrue(refusal(texts, "--track", "no such token").contains("\"no such token\""));
        assertTrue(assertThrows(RuntimeException.class, () -> CorpusLens.of("--model", "/no/such/model").read(texts)).getMessage()
                .contains("/no/such/model"));
    }

    private static String refusal(Dataset<Row> texts, String... arguments) {
        return assertThrows(IllegalArgumentException.class, () -> CorpusLens.of(arguments).read(texts)).getMessage();
    }

    private static List<String> expectedRows() {
        List<String> lines = new ArrayList<>();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensOptions read = LensOptions.defaults().topK(1).positions(Positions.all()).points(PointKind.RESID_POST)
                    .metrics(LensMetric.SURPRISAL, LensMetric.NEXT_RANK, LensMetric.ENTROPY, LensMetric.KL_TO_FINAL).track(" Paris");
            List<CorpusDocument> documents = TEXTS.stream().map(text -> CorpusDocument.of(String.valueOf(text.getString(0)),
                    text.isNullAt(1) ? Prompt.ids() : Prompt.of(text.getString(1)))).toList();
            CorpusOptions options = CorpusOptions.defaults().window(12).stride(8).lens(read).batch(BatchOptions.defaults().rows(40));
            try (CorpusReader reader = lens.corpus(documents.iterator(), options, Hooks.of(Edits.zeroHead(2, 1)))) {
                reader.forEachRemaining(item -> {
                    Row text = TEXTS.get((int) item.document());
                    switch (item) {
                        case CorpusItem.Row row -> lines.add(line(text.get(0), row.position(), row.token().id(), row.token().hex(),
                                row.context(), row.points().stream().map(row::surprisal).toList(),
                                row.points().stream().map(row::rank).toList(), row.points().indexOf(row.decisionLayer()),
                                row.points().stream().map(point -> row.value(LensMetric.ENTROPY, point)).toList(),
                                row.points().stream().map(point -> row.value(LensMetric.KL_TO_FINAL, point)).toList(),
                                List.of(tracked(row.points().stream().map(point -> row.tracked(point).getFirst()).toList())),
                                text.get(2), null, null));
                        case CorpusItem.Refused refused -> lines.add(line(text.get(0), null, null, null, null, null, null, null, null, null,
                                null, text.get(2), refused.reason(), text.isNullAt(1) ? "text: expected one, got null" : refused.message()));
                        case CorpusItem.End _ -> {
                        }
                    }
                });
            }
        }
        Collections.sort(lines);
        return lines;
    }

    private static List<Object> tracked(List<TrackedToken> points) {
        return List.of(points.getFirst().id(), points.stream().map(TrackedToken::logit).toList(),
                points.stream().map(TrackedToken::probability).toList(), points.stream().map(TrackedToken::rank).toList());
    }

    private static List<String> expectedLastRows() {
        List<String> lines = new ArrayList<>();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensOptions options = LensOptions.defaults().topK(3).positions(Positions.last()).metrics(LensMetric.ENTROPY);
            List<Prompt> prompts = TEXTS.stream()
                    .map(text -> text.isNullAt(1) ? Prompt.ids() : Prompt.of(text.getString(1))).toList();
            for (Outcome outcome : lens.runAll(prompts, options)) {
                Row text = TEXTS.get((int) outcome.index());
                lines.add(switch (outcome) {
                    case Outcome.Read(_, _, var result) -> line(text.get(0), (long) result.tokens().size(), result.tokens().size(),
                            result.points().indexOf(result.decisionLayer(-1)),
                            result.points().stream().map(point -> result.value(LensMetric.ENTROPY, point, -1)).toList(),
                            result.points().stream().map(point -> result.top(point, -1).stream().map(CorpusLensTest::choice).toList()).toList(),
                            null, null);
                    case Outcome.Refused refused -> line(text.get(0), null, null, null, null, null, refused.reason(),
                            text.isNullAt(1) ? "text: expected one, got null" : refused.message());
                });
            }
        }
        Collections.sort(lines);
        return lines;
    }

    private static List<Object> choice(TokenPrediction choice) {
        return List.of(choice.id(), choice.logit(), choice.probability());
    }

    /// Rows as text, in which numbers read back equal.
    private static List<String> lines(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(CorpusLensTest::text).sorted().toList();
    }

    private static String line(Object... values) {
        return Arrays.stream(values).map(CorpusLensTest::text).collect(Collectors.joining("|", "(", ")"));
    }

    private static String text(Object value) {
        return switch (value) {
            case Row row -> {
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    values.add(row.get(i));
                }
                yield line(values.toArray());
            }
            case scala.collection.Seq<?> values -> line(scala.jdk.javaapi.CollectionConverters.asJava(values).toArray());
            case List<?> values -> line(values.toArray());
            case null, default -> String.valueOf(value);
        };
    }
}
