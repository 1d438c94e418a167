package io.github.logitlens.spark;

import io.github.logitlens.CorpusOptions;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LogitLens;
import io.github.logitlens.OpenOptions;
import io.github.logitlens.Positions;
import io.github.logitlens.Provenance;
import io.github.logitlens.error.LensException;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/// The lens as a function on Spark's rows: texts in, readings out, by the arguments of `lens corpus`, with its bits for any number of
/// executors, cores and partitions. Immutable, and for any number of threads and tables.
///
/// ```java
/// Dataset<Row> readings = CorpusLens.of("--model", "gpt2", "--window", "512", "--metric", "entropy").read(texts);
/// readings.select("document", "position", "surprisal").write().parquet("readings");
/// ```
///
/// A row of readings has the fields of a row of `lens corpus`, with their names; what is read at each point is an array, whose points the
/// column's metadata names:
///
/// | column | type | |
/// |---|---|---|
/// | `document` | string | the text's name, from the column `id`; null where there is none |
/// | `position` | long | the token's, from 0 |
/// | `id`, `bytes` | int, string | the token, and its bytes in hexadecimal |
/// | `context` | int | how many tokens the model saw before it |
/// | `surprisal` | array of double | `−ln p` of the token at each point, in nats |
/// | `rank` | array of int | its place among all tokens, 1 for the most likely |
/// | `decision` | int | the index of the point from which on the model's first choice stays |
/// | `entropy`, … | array of double | what `--metric` asks for |
/// | `tracked` | array of struct | what `--track` asks for: `id`, and by point `logit`, `probability`, `rank` |
/// | | | what `--keep` passes on |
/// | `reason`, `message` | string | why a text could not run, as a constant of [io.github.logitlens.Outcome.Reason] and in words; else null |
///
/// With `--last` each text has one row, of what is expected behind its last token: without `id`, `bytes`, `surprisal` and `rank`, and with
/// `top`, an array by point of the most likely tokens (`id`, `logit`, `probability`).
public final class CorpusLens {

    private final List<String> words;
    private final ReadingPlan plan;

    private CorpusLens(List<String> words) {
        this.words = words;
        plan = ReadingPlan.of(words);
    }

    /// A lens by the arguments of a command line.
    ///
    /// @param arguments of `lens corpus`: `--model`, `--window`, `--stride`, `--metric`, `--track`, `--lens`, `--edit`, and so on; besides
    ///                  `--field` (the column of the texts, `text` by default), `--id` (of their names), `--keep` and `--last`
    /// @return the lens; no model is opened yet
    /// @throws IllegalArgumentException if one of them is not known, or impossible for every model
    public static CorpusLens of(String... arguments) {
        return of(List.of(arguments));
    }

    static CorpusLens of(List<String> arguments) {
        return new CorpusLens(arguments);
    }

    /// The readings of texts. Nothing runs before somebody asks for rows, and each time somebody does, everything is read again: write
    /// them, or `persist()` them.
    ///
    /// An executor opens the model once, for all of its tasks, each of which computes on `spark.task.cpus` threads. The driver opens it too,
    /// for a moment and without its weights, so that what is impossible is refused here.
    ///
    /// @param texts a table with a column of texts, each of them one document; a partition is a task, of minutes rather than hours
    /// @return a row for each token, or with `--last` for each text; those of a text follow each other
    /// @throws IllegalArgumentException if a column is not there, or the arguments do not fit the model
    /// @throws IllegalStateException    if the model has no room in an executor's memory
    /// @throws LensException            if the model cannot be used
    public Dataset<Row> read(Dataset<Row> texts) {
        return read(texts, new BitSet(), check(texts.sparkSession()), Progress.of(texts.sparkSession().sparkContext()));
    }

    /// @param done partitions that are left out
    Dataset<Row> read(Dataset<Row> texts, BitSet done, Checked checked, Progress progress) {
        JobListener.of(texts.sparkSession().sparkContext());
        List<String> columns = Arrays.asList(texts.columns());
        List<String> kept = plan.kept();
        Column[] chosen = new Column[TextReader.KEPT + kept.size()];
        Optional<String> id = plan.id(columns);
        chosen[TextReader.ID] = (id.isPresent() ? column(texts, id.get()) : functions.lit(null)).cast(DataTypes.StringType);
        chosen[TextReader.TEXT] = column(texts, plan.field()).cast(DataTypes.StringType);
        for (int i = 0; i < kept.size(); i++) {
            chosen[TextReader.KEPT + i] = column(texts, kept.get(i));
        }
        List<StructField> passed = kept.stream().map(name -> texts.schema().apply(name)).toList();
        ReadingRows rows = new ReadingRows(plan.atEnd(), kept.size(), plan.fields(checked.points, checked.options));
        StructType schema = rows.schema(checked.points, passed);
        Dataset<Row> read = texts.select(chosen).mapPartitions(new TextReader(words, done, progress), Encoders.row(schema));
        // An encoder drops what a schema says about its columns.
        return read.select(Arrays.stream(schema.fields()).map(field -> read.col(quoted(field.name())).as(field.name(), field.metadata()))
                .toArray(Column[]::new));
    }

    static Column column(Dataset<Row> texts, String name) {
        if (!Arrays.asList(texts.columns()).contains(name)) {
            throw new IllegalArgumentException(
                    "column: expected \"" + name + "\", got " + (texts.columns().length == 0 ? "none" : String.join(", ", texts.columns())));
        }
        return texts.col(quoted(name));
    }

    private static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    ReadingPlan plan() {
        return plan;
    }

    /// What is known of a reading before it begins.
    ///
    /// @param options    what is read
    /// @param protocol   the same in a line, with windows and stride
    /// @param points     where
    /// @param provenance what the rows are made with
    /// @param config     the model's
    record Checked(LensOptions options, String protocol, List<LensPoint> points, Provenance provenance, Gpt2Config config) {
    }

    /// Opens the model without its weights, and refuses what does not fit it.
    Checked check(SparkSession session) {
        SparkContext context = session.sparkContext();
        try (LogitLens lens = LogitLens.open(SharedModel.place(plan.model()), OpenOptions.defaults().streamed(true))) {
            LensOptions options = plan.reading(lens);
            CorpusOptions windows = plan.atEnd() ? CorpusOptions.defaults().lens(options.positions(Positions.all())) : plan.options(lens);
            try (CorpusReader none = lens.corpus(Collections.emptyIterator(), windows, plan.hooks())) {
                String protocol = plan.atEnd() ? options.toString() : none.options().toString();
                Provenance provenance = none.provenance();
                ExecutorMemory.check(lens.model().id(), lens.model().config(), context.getConf());
                return new Checked(options, protocol, none.points(), provenance, lens.model().config());
            }
        }
    }
}
