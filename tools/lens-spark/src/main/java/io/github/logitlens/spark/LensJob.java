package io.github.logitlens.spark;

import io.github.logitlens.error.LensException;
import io.github.logitlens.tools.Argument;
import io.github.logitlens.tools.OptionGroup;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// `lens corpus` for `spark-submit`: texts from any source of Spark's become a table of readings, [CorpusLens]'s rows.
///
/// ```console
/// $ spark-submit --class io.github.logitlens.spark.LensJob lens-spark-VERSION-cluster.jar --lines --output readings texts.txt
/// ```
///
/// Texts are dealt out to partitions by their names, else by themselves, so that a job that goes on finds each where it was, whatever the
/// files and the cluster. Each partition's rows are one file of the output.
public final class LensJob {

    private static final int FAILED = 1;
    private static final int USAGE = 2;
    /// Of texts in a partition: minutes of a core, with the bundled model or one like GPT-2 small.
    private static final long PARTITION_BYTES = 1 << 18;
    private static final int MOST_PARTITIONS = 100_000;
    private static final String TEXT = "text";

    private final Argument<List<String>> paths = Argument.texts(PositionalParamSpec.builder().paramLabel("PATH").arity("0..*")
            .hideParamSyntax(true).description("What is read: files and directories on any file system that Spark has. Each file is a text."));

    private final Argument<Boolean> lines = Argument.flag("--lines", "Each line of a file is a text.");

    private final Argument<String> input = Argument.text("--input-format", "FORMAT",
            "text, json (an object a line), parquet, or another of Spark's sources. Default: json with --field, else text.");

    private final Argument<List<String>> inputOptions = Argument.texts(OptionSpec.builder("--input-option").paramLabel("KEY=VALUE")
            .description("An option of the source. May be repeated."));

    private final Argument<String> output = Argument.text("--output", "PATH", "A directory for the rows, on any file system that Spark has.");

    private final Argument<String> format = Argument.text("--format", "FORMAT",
            "parquet, json, orc, or another of Spark's formats that writes files. Default: parquet.").usually("parquet");

    private final Argument<List<String>> outputOptions = Argument.texts(OptionSpec.builder("--output-option").paramLabel("KEY=VALUE")
            .description("An option of the format. May be repeated."));

    private final Argument<Integer> partitions = Argument.number("--partitions", "N",
            "Tasks into which the texts are divided. Default: one for each 256 KiB of input, at least three for each core.");

    private final Argument<Boolean> resume = Argument.flag("--resume",
            "Go on with what an earlier run left of --output. Partitions that are written stay.");

    private final ReadingPlan plan = new ReadingPlan();

    private final PrintStream err;
    private final CommandSpec spec = CommandSpec.create().name("lens-spark");
    private final CommandLine line;

    private LensJob(PrintStream err) {
        this.err = err;
        spec.usageMessage().customSynopsis("spark-submit … LensJob [OPTIONS] --output PATH PATH...")
                .description("", "Reads every token of texts, as lens corpus does, on a cluster.", "").sortOptions(false);
        for (OptionGroup group : List.of(paths, lines, input, inputOptions, output, format, outputOptions, partitions, resume, plan,
                Argument.help())) {
            group.addTo(spec);
        }
        line = new CommandLine(spec).setExpandAtFiles(false);
    }

    /// Runs a job, and ends the JVM with 1 if it failed and with 2 if its arguments are wrong.
    ///
    /// @param arguments see `--help`
    public static void main(String[] arguments) {
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        int code = run(err, arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    /// Runs a job in the session that there is, or in one that it makes and stops.
    ///
    /// @param err where it says how it went
    /// @return 0 if all rows are written, 1 if it failed, 2 if the arguments are wrong
    static int run(PrintStream err, String... arguments) {
        LensJob job = new LensJob(err);
        try {
            CommandLine.ParseResult parsed = job.line.parseArgs(arguments);
            if (parsed.isUsageHelpRequested()) {
                job.line.usage(System.out);
                return 0;
            }
            return job.run(job.checked(ReadingPlan.words(parsed)));
        } catch (ParameterException e) {
            err.println("lens: " + e.getMessage() + " (see --help)");
            return USAGE;
        }
    }

    private CorpusLens checked(List<String> words) {
        if (paths.get().isEmpty()) {
            throw new ParameterException(line, "expected a PATH, got none");
        }
        if (!output.isGiven()) {
            throw new ParameterException(line, "--output: expected it, got nothing");
        }
        if (partitions.isGiven() && partitions.get() < 1) {
            throw new ParameterException(line, "--partitions: expected 1 or more, got " + partitions.get());
        }
        try {
            return CorpusLens.of(words);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, e.getMessage(), e);
        }
    }

    private int run(CorpusLens lens) {
        boolean made = SparkSession.getActiveSession().isEmpty();
        SparkSession session = SparkSession.builder().config(new SparkConf().setIfMissing("spark.app.name", "lens corpus")).getOrCreate();
        try {
            write(session, lens);
            return 0;
        } catch (Exception e) {
            err.println("lens: " + message(session, e));
            return FAILED;
        } finally {
            if (made) {
                session.stop();
            }
        }
    }

    /// What went wrong, in a sentence if it is one of ours.
    private static String message(SparkSession session, Exception e) {
        return switch (e) {
            case LensException _, IllegalArgumentException _, IllegalStateException _, IOException _, AnalysisException _ -> e.getMessage();
            case SparkException _ -> JobListener.of(session.sparkContext()).refusal().orElse(e.getMessage());
            default -> e.toString();
        };
    }

    private void write(SparkSession session, CorpusLens lens) throws IOException {
        JobOutput out = new JobOutput(output.get(), session.sparkContext().hadoopConfiguration());
        if (out.exists() && !resume.get()) {
            throw new IllegalArgumentException(out + ": expected nothing there, got a file or directory; --resume goes on with it");
        }
        if (out.exists() && out.isFinished()) {
            err.println("lens: " + out + " is finished already; nothing to go on with");
            return;
        }
        CorpusLens.Checked checked = lens.check(session);
        Dataset<Row> source = source(session, lens.plan());
        BigInteger bytes = source.queryExecution().optimizedPlan().stats().sizeInBytes().bigInteger();
        List<String> run = identity(lens, checked, bytes);
        OptionalInt before = out.partitions(run);
        int count = partitions(session, bytes, before);
        if (before.isEmpty()) {
            out.begin(run, count, checked);
        }
        Progress progress = Progress.of(session.sparkContext());
        BitSet done = out.done();
        lens.read(dealt(texts(source, lens.plan()), lens.plan(), count), done, checked, progress).write().mode("append").format(format.get())
                .options(map(outputOptions, "--output-option"))
                // What a task commits appears at once, under its partition's number; else a run that is killed would leave nothing.
                .option("mapreduce.fileoutputcommitter.algorithm.version", "2").option("maxRecordsPerFile", "0")
                .save(output.get());
        err.println("lens: " + progress.texts().value() + " texts, " + progress.tokens().value() + " tokens, " + progress.failed().value()
                + " texts that could not run" + (done.isEmpty() ? "" : ", besides " + done.cardinality() + " partitions written before") + "; "
                + progress.speed().value() + " tokens a second; rows are in " + out);
    }

    private int partitions(SparkSession session, BigInteger bytes, OptionalInt before) {
        if (before.isPresent() && partitions.isGiven() && partitions.get() != before.getAsInt()) {
            throw new IllegalArgumentException("--partitions: expected " + before.getAsInt() + ", with which the run began, got "
                    + partitions.get());
        }
        long pieces = bytes.divide(BigInteger.valueOf(PARTITION_BYTES)).min(BigInteger.valueOf(MOST_PARTITIONS)).longValue();
        return before.orElseGet(() -> partitions.given()
                .orElse((int) Math.max(pieces, 3L * session.sparkContext().defaultParallelism())));
    }

    /// All that a run has to have in common with one that goes on with it.
    private List<String> identity(CorpusLens lens, CorpusLens.Checked checked, BigInteger bytes) {
        return List.of("model " + checked.provenance().modelId() + ", weights " + checked.provenance().weightsSha256(),
                "options " + checked.protocol(), "edits " + checked.provenance().edits() + " from " + checked.provenance().editSources(),
                "columns " + lens.plan().field() + ", passed on " + lens.plan().kept(),
                "input " + inputFormat() + " " + inputOptions.get() + (lines.get() ? ", lines" : "") + " of " + paths.get() + ", " + bytes
                        + " bytes",
                "output " + format.get() + " " + outputOptions.get());
    }

    private String inputFormat() {
        return input.given().orElse(spec.findOption("--field").getValue() == null ? TEXT : "json");
    }

    private Dataset<Row> source(SparkSession session, ReadingPlan plan) {
        var reader = session.read().format(inputFormat());
        if (inputFormat().equals(TEXT)) {
            reader = reader.option("wholetext", !lines.get());
        }
        if (inputFormat().equals("json") && plan.kept().isEmpty()) {
            // The types of all columns would cost a reading of all files.
            String id = plan.id(List.of("id")).orElseThrow();
            reader = reader.schema("`" + id + "` string, `" + plan.field() + "` string");
        }
        return reader.options(map(inputOptions, "--input-option")).load(paths.get().toArray(String[]::new));
    }

    private Dataset<Row> texts(Dataset<Row> source, ReadingPlan plan) {
        if (!inputFormat().equals(TEXT)) {
            return source;
        }
        Column text = source.col("value").as(plan.field());
        return lines.get() ? source.select(text) : source.select(source.metadataColumn("_metadata").getField("file_path").as("id"), text);
    }

    /// The texts in their partitions.
    private static Dataset<Row> dealt(Dataset<Row> texts, ReadingPlan plan, int count) {
        List<String> columns = Arrays.asList(texts.columns());
        Column text = CorpusLens.column(texts, plan.field());
        Column name = plan.id(columns).map(id -> functions.coalesce(CorpusLens.column(texts, id), text)).orElse(text);
        return texts.repartition(count, name);
    }

    private Map<String, String> map(Argument<List<String>> options, String name) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String option : options.get()) {
            int equals = option.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(name + ": expected KEY=VALUE, got \"" + option + "\"");
            }
            map.put(option.substring(0, equals), option.substring(equals + 1));
        }
        return map;
    }
}
