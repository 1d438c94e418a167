package io.github.logitlens.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
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

    private static final List<Row> TEXTS = LocalSpark.texts(7);

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
        Dataset<Row> rows = CorpusLens.of(Expected.CORPUS).read(LocalSpark.table(session, TEXTS, partitions));

        assertEquals(List.of("document", "position", "id", "bytes", "context", "surprisal", "rank", "decision", "entropy", "klToFinal",
                "tracked", "year", "reason", "message"), List.of(rows.columns()));
        assertEquals(Expected.rows(TEXTS), Expected.lines(rows));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void lastRowsAreThoseOfTheLens(int partitions) {
        Dataset<Row> rows = CorpusLens.of("--model", "demo", "--last", "--top-k", "3", "--metric", "entropy")
                .read(LocalSpark.table(session, TEXTS, partitions));

        assertEquals(List.of("document", "position", "context", "decision", "entropy", "top", "reason", "message"), List.of(rows.columns()));
        assertEquals(Expected.lastRows(TEXTS), Expected.lines(rows));
    }

    @Test
    void schemaNamesPointsAndUnits() {
        StructType schema = CorpusLens.of(Expected.CORPUS).read(LocalSpark.table(session, TEXTS, 1)).schema();

        String[] points = schema.apply("surprisal").metadata().getStringArray("points");
        assertEquals(List.of("blocks.0.hook_resid_post", "blocks.5.hook_resid_post", "blocks.7.hook_resid_post"), List.of(points));
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
}
