package io.github.logitlens.spark;

import io.github.logitlens.BatchOptions;
import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LensBatch;
import io.github.logitlens.LogitLens;
import io.github.logitlens.OpenOptions;
import io.github.logitlens.Prompt;
import io.github.logitlens.model.Compute;
import io.github.logitlens.tools.corpus.CorpusRows;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
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
            AtomicLong cpu = new AtomicLong();
            session.sparkContext().addSparkListener(new SparkListener() {
                @Override
                public void onTaskEnd(SparkListenerTaskEnd end) {
                    cpu.addAndGet(end.taskMetrics().executorCpuTime());
                }
            });
            // Compiled, and the model open, on all executors.
            spark(session, lens, texts(session, count, 2 * count, words, tasks));
            for (int round = 0; round < 3; round++) {
                long before = cpu.get();
                Speed spark = spark(session, lens, texts(session, 0, count, words, tasks));
                double tasksOnly = spark.tokens / ((cpu.get() - before) / 1e9);
                System.out.printf(Locale.ROOT, "%s, %s: %s; of the tasks' threads %.0f%n", String.join(" ", reading), master, spark, tasksOnly);
                if (master.startsWith("local[")) {
                    Speed alone = alone(ReadingPlan.of(reading), count, words, cores);
                    System.out.printf(Locale.ROOT, "  the library alone, %d threads: %s; Spark has %.1f %% by time, %.1f %% by processor time%n",
                            cores, alone, 100 * spark.perSecond() / alone.perSecond(), 100 * spark.perCore() / alone.perCore());
                }
            }
        }
    }

    /// Tokens in a time, and in a time of all of this process's threads: what else runs on the machine spoils the one more than the other.
    private record Speed(long tokens, long nanos, long cpuNanos) {

        static Speed of(LongSupplier work) {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long began = System.nanoTime();
            long cpu = system.getProcessCpuTime();
            long tokens = work.getAsLong();
            return new Speed(tokens, System.nanoTime() - began, system.getProcessCpuTime() - cpu);
        }

        double perSecond() {
            return tokens / (nanos / 1e9);
        }

        double perCore() {
            return tokens / (cpuNanos / 1e9);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f tokens a second, %.0f a second of a core", perSecond(), perCore());
        }
    }

    private static Speed spark(SparkSession session, CorpusLens lens, Dataset<Row> texts) {
        Progress progress = Progress.of(session.sparkContext());
        return Speed.of(() -> {
            lens.read(texts, new BitSet(), lens.check(session), progress).write().format("noop").mode("overwrite").save();
            return progress.tokens().value();
        });
    }

    /// As `lens corpus` does it, rows written as JSON and thrown away.
    private static Speed alone(ReadingPlan plan, long count, int words, int threads) {
        try (LogitLens lens = LogitLens.open(plan.model(), OpenOptions.defaults().compute(Compute.defaults().threads(threads)))) {
            return Speed.of(() -> plan.atEnd() ? ends(lens, plan, count, words) : tokens(lens, plan, count, words));
        }
    }

    private static long ends(LogitLens lens, ReadingPlan plan, long count, int words) {
        Iterator<Prompt> prompts = LongStream.range(0, count).mapToObj(number -> Prompt.of(text(number, words))).iterator();
        long tokens = 0;
        try (LensBatch batch = lens.batch(prompts, plan.optionsAtEnd(lens), plan.hooks(), BatchOptions.defaults())) {
            while (batch.hasNext()) {
                tokens += batch.next().result().tokens().size();
            }
        }
        return tokens;
    }

    private static long tokens(LogitLens lens, ReadingPlan plan, long count, int words) {
        Iterator<CorpusDocument> documents = LongStream.range(0, count)
                .mapToObj(number -> CorpusDocument.of("", Prompt.of(text(number, words)))).iterator();
        long tokens = 0;
        try (CorpusReader reader = lens.corpus(documents, plan.options(lens), plan.hooks())) {
            CorpusRows rows = new CorpusRows(true, reader.points(), plan.options(lens).lens());
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case CorpusItem.Row row -> rows.write(row, Writer.nullWriter());
                    case CorpusItem.End end -> tokens += end.tokens();
                    case CorpusItem.Refused refused -> throw new AssertionError(refused.message());
                }
            }
            return tokens;
        } catch (IOException e) {
            throw new AssertionError("nothing was written", e);
        }
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
            ProcessHandle.Info process = ProcessHandle.current().descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("/java")).findFirst().orElseThrow().info();
            System.out.printf(Locale.ROOT,
                    "from the executor's process to its first row %d ms, %d ms of cores; from its registration %d ms%n",
                    ended.get() - process.startInstant().orElseThrow().toEpochMilli(), process.totalCpuDuration().orElseThrow().toMillis(),
                    ended.get() - added.get());
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
                        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
                        System.out.printf(Locale.ROOT, "%,d texts, %.1f s, %.1f s of cores, resident %d MiB, heap %d MiB%n",
                                tasksDone * 2_500, (System.nanoTime() - began) / 1e9, system.getProcessCpuTime() / 1e9, resident(),
                                (runtime.totalMemory() - runtime.freeMemory()) >> 20);
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
