package io.github.logitlens.spark;

import io.github.logitlens.BatchOptions;
import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LensBatch;
import io.github.logitlens.LogitLens;
import io.github.logitlens.OpenOptions;
import io.github.logitlens.Outcome;
import io.github.logitlens.Prompt;
import io.github.logitlens.model.Compute;
import io.github.logitlens.tools.corpus.CorpusRows;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/// Measures what the page on sizing says, on texts that are made as they are needed:
///
///     SizingRun speed MODEL MASTER TEXTS WORDS TASKS [ARGUMENT...]   tokens a second, against the library alone
///     SizingRun start MODEL                                          an executor's start to its first row
///     SizingRun many MASTER TEXTS WORDS [ARGUMENT...]                time and memory for each hundred thousand texts at their ends
final class SizingRun {

    private static final String[] WORDS = ("the of and to in a is was for on that with as by it at from his he an be are which were had has "
            + "first city new year people time state world war school team music film house river north south president university")
            .split(" ");
    private static final long TENTH = 100_000;

    private SizingRun() {
    }

    /// A text of some words, always the same for its number.
    static String text(long number, int words) {
        Random random = new Random(number);
        StringBuilder text = new StringBuilder("The");
        for (int i = 1; i < words; i++) {
            text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    private static Dataset<Row> texts(SparkSession session, long from, long to, int words, int tasks) {
        return session.range(from, to, 1, tasks).map((MapFunction<Long, String>) number -> text(number, words), Encoders.STRING()).toDF("text");
    }

    private static SparkSession session(String master) throws IOException {
        return LocalSpark.builder(master, Files.createTempDirectory("lens-sizing"))
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executorEnv.JAVA_HOME", System.getProperty("java.home")).getOrCreate();
    }

    public static void main(String[] arguments) throws Exception {
        List<String> rest = List.of(arguments).subList(1, arguments.length);
        switch (arguments[0]) {
            case "speed" -> speed(rest);
            case "start" -> start(rest.getFirst());
            case "many" -> many(rest);
            default -> throw new IllegalArgumentException("expected speed, start or many, got " + arguments[0]);
        }
    }

    private static void speed(List<String> rest) throws Exception {
        String master = rest.get(1);
        long count = Long.parseLong(rest.get(2));
        int words = Integer.parseInt(rest.get(3));
        int tasks = Integer.parseInt(rest.get(4));
        List<String> reading = Stream.concat(Stream.of("--model", rest.getFirst()), rest.stream().skip(5)).toList();
        int cores = Stream.of(master.replaceAll(".*\\[|\\]", "").split(",")).limit(2).mapToInt(Integer::parseInt).reduce(1, (a, b) -> a * b);
        try (SparkSession session = session(master)) {
            CorpusLens lens = CorpusLens.of(reading);
            // Compiled, and the model open, on all executors.
            spark(session, lens, texts(session, count, 2 * count, words, tasks));
            for (int round = 0; round < 3; round++) {
                double spark = spark(session, lens, texts(session, 0, count, words, tasks));
                System.out.printf(Locale.ROOT, "%s, %s: %.0f tokens a second%n", String.join(" ", reading), master, spark);
                if (master.startsWith("local[")) {
                    double alone = alone(ReadingPlan.of(reading), count, words, cores);
                    System.out.printf(Locale.ROOT, "  the library alone, %d threads: %.0f; Spark has %.1f %%%n", cores, alone, 100 * spark / alone);
                }
            }
        }
    }

    private static double spark(SparkSession session, CorpusLens lens, Dataset<Row> texts) {
        Progress progress = Progress.of(session.sparkContext());
        long began = System.nanoTime();
        lens.read(texts, new java.util.BitSet(), lens.check(session), progress).write().format("noop").mode("overwrite").save();
        return progress.tokens().value() / ((System.nanoTime() - began) / 1e9);
    }

    /// As `lens corpus` does it, rows written as JSON and thrown away.
    private static double alone(ReadingPlan plan, long count, int words, int threads) throws IOException {
        try (LogitLens lens = LogitLens.open(plan.model(), OpenOptions.defaults().compute(Compute.defaults().threads(threads)))) {
            Iterator<String> texts = LongStream.range(0, count).mapToObj(number -> text(number, words)).iterator();
            AtomicLong tokens = new AtomicLong();
            long began = System.nanoTime();
            if (plan.atEnd()) {
                Iterator<Prompt> prompts = map(texts);
                try (LensBatch batch = lens.batch(prompts, plan.optionsAtEnd(lens), plan.hooks(), BatchOptions.defaults())) {
                    batch.forEachRemaining(outcome -> tokens.addAndGet(((Outcome.Read) outcome).result().tokens().size()));
                }
            } else {
                Iterator<CorpusDocument> documents = LongStream.range(0, count)
                        .mapToObj(number -> CorpusDocument.of("", Prompt.of(text(number, words)))).iterator();
                try (CorpusReader reader = lens.corpus(documents, plan.options(lens))) {
                    CorpusRows rows = new CorpusRows(true, reader.points(), plan.options(lens).lens());
                    while (reader.hasNext()) {
                        switch (reader.next()) {
                            case CorpusItem.Row row -> rows.write(row, Writer.nullWriter());
                            case CorpusItem.End end -> tokens.addAndGet(end.tokens());
                            case CorpusItem.Refused refused -> throw new AssertionError(refused.message());
                        }
                    }
                }
            }
            return tokens.get() / ((System.nanoTime() - began) / 1e9);
        }
    }

    private static Iterator<Prompt> map(Iterator<String> texts) {
        return new Iterator<>() {

            @Override
            public boolean hasNext() {
                return texts.hasNext();
            }

            @Override
            public Prompt next() {
                return Prompt.of(texts.next());
            }
        };
    }

    /// One executor, one text: from when it is there to when its task has ended, of which the JVM's own start is no part.
    private static void start(String model) throws Exception {
        try (SparkSession session = session("local-cluster[1,1,1024]")) {
            AtomicLong added = new AtomicLong();
            AtomicLong ended = new AtomicLong();
            CountDownLatch both = new CountDownLatch(2);
            session.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onExecutorAdded(SparkListenerExecutorAdded event) {
                    added.compareAndSet(0, System.currentTimeMillis());
                    both.countDown();
                }

                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    ended.set(end.taskInfo().finishTime());
                    both.countDown();
                }
            });
            CorpusLens.of("--model", model, "--last").read(texts(session, 0, 1, 8, 1)).count();
            both.await();
            long process = ProcessHandle.current().descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("/java"))
                    .findFirst().orElseThrow().info().startInstant().orElseThrow().toEpochMilli();
            System.out.printf(Locale.ROOT, "from the executor's process to its first row %d ms, from its registration %d ms%n",
                    ended.get() - process, ended.get() - added.get());
        }
    }

    private static void many(List<String> rest) throws Exception {
        long count = Long.parseLong(rest.get(1));
        int words = Integer.parseInt(rest.get(2));
        List<String> reading = new ArrayList<>(List.of("--model", "demo", "--last"));
        reading.addAll(rest.subList(3, rest.size()));
        Path output = Files.createTempDirectory("lens-many");
        try (SparkSession session = session(rest.getFirst())) {
            CorpusLens lens = CorpusLens.of(reading);
            int tasks = (int) Math.max(1, count / 2_500);
            long began = System.nanoTime();
            int each = (int) Math.max(1, TENTH / 2_500);
            AtomicLong done = new AtomicLong();
            session.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    long tasksDone = done.incrementAndGet();
                    if (tasksDone % each == 0) {
                        Runtime runtime = Runtime.getRuntime();
                        System.out.printf(Locale.ROOT, "%,d texts, %.1f s, resident %d MiB, heap %d MiB%n", tasksDone * 2_500,
                                (System.nanoTime() - began) / 1e9, resident(), (runtime.totalMemory() - runtime.freeMemory()) >> 20);
                    }
                }
            });
            lens.read(texts(session, 0, count, words, tasks)).write().mode("overwrite").parquet(output.toString());
            System.out.printf(Locale.ROOT, "%,d rows in %.1f s, %,d bytes of Parquet%n", session.read().parquet(output.toString()).count(),
                    (System.nanoTime() - began) / 1e9, bytes(output));
        }
    }

    private static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                    .findFirst().orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
