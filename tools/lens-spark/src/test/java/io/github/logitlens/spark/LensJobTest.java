package io.github.logitlens.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.ActivationFunction;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs in this JVM: what they write, what a killed one leaves for the next, what they refuse.
class LensJobTest {

    private static final List<Row> TEXTS = LocalSpark.texts(12);

    private static SparkSession session;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void start() {
        session = LocalSpark.session(directory);
    }

    @AfterAll
    static void stop() {
        session.stop();
    }

    /// What a job left: its exit code and what it said.
    private record Ended(int code, String said) {
    }

    private static Ended run(Path output, String... more) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("--output", output.toString()));
        int code = LensJob.run(new PrintStream(said, true, StandardCharsets.UTF_8), arguments.toArray(String[]::new));
        return new Ended(code, said.toString(StandardCharsets.UTF_8).strip());
    }

    private static String[] corpus(Path input, String... more) {
        return Stream.of(Stream.of(input.toString(), "--field", "text", "--partitions", "12"), Stream.of(Expected.CORPUS), Stream.of(more))
                .flatMap(words -> words).toArray(String[]::new);
    }

    private static Map<String, Long> parts(Path output) throws IOException {
        if (!Files.isDirectory(output)) {
            return Map.of();
        }
        try (Stream<Path> files = Files.list(output)) {
            return files.filter(file -> file.getFileName().toString().startsWith("part-")).collect(
                    Collectors.toMap(file -> file.getFileName().toString(), file -> file.toFile().lastModified()));
        }
    }

    @Test
    void aJobThatWasKilledGoesOn() throws Exception {
        Path input = LocalSpark.file(TEXTS, directory.resolve("texts.jsonl"));
        Path output = directory.resolve("rows");
        FutureTask<Ended> first = new FutureTask<>(() -> run(output, corpus(input)));
        new Thread(first).start();
        while (parts(output).size() < 2 && !first.isDone()) {
            Thread.sleep(2);
        }
        session.sparkContext().cancelAllJobs();
        assertEquals(1, first.get().code, first.get().said);
        Map<String, Long> left = parts(output);
        assertTrue(left.size() >= 2 && left.size() < 12, left::toString);
        assertEquals("lens: " + output + ": expected nothing there, got a file or directory; --resume goes on with it",
                run(output, corpus(input)).said);
        assertEquals(output + "/_lens.json: expected the run that it began with, options ",
                run(output, corpus(input, "--resume", "--top-k", "7", "--bos")).said.split("CorpusOptions")[0].substring("lens: ".length()));

        Ended second = run(output, corpus(input, "--resume"));

        assertEquals(0, second.code, second.said);
        assertTrue(second.said.contains("besides " + left.size() + " partitions written before"), second.said);
        assertEquals(left, parts(output).entrySet().stream().filter(part -> left.containsKey(part.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        assertEquals(Expected.rows(TEXTS), Expected.lines(session.read().parquet(output.toString())));
        assertEquals("lens: " + output + " is finished already; nothing to go on with", run(output, corpus(input, "--resume")).said);
    }

    @Test
    void filesAndTheirLinesAreTexts() throws IOException {
        Path input = Files.writeString(directory.resolve("two lines.txt"), "The Eiffel Tower is\nin Paris\n");
        String[] reading = {input.toString(), "--last", "--top-k", "1", "--format", "json"};

        assertEquals(0, run(directory.resolve("whole"), reading).code);
        Ended lines = run(directory.resolve("lines"), Stream.concat(Stream.of(reading), Stream.of("--lines")).toArray(String[]::new));

        Row whole = session.read().json(directory.resolve("whole").toString()).select("document", "position").head();
        assertTrue(whole.getString(0).startsWith("file:/") && whole.getString(0).endsWith("lines.txt"), whole.toString());
        assertEquals(10, whole.getLong(1));
        assertTrue(lines.said.startsWith("lens: 2 texts, 8 tokens, 0 texts that could not run; "), lines.said);
        assertTrue(Files.readString(directory.resolve("lines").resolve("_lens.json")).contains("\"blocks.7.hook_resid_post\""));
    }

    @Test
    void aLensThatIsNotThereEndsTheJobAtOnce() throws IOException {
        Path weights = directory.resolve("lens.safetensors");
        try (InputStream in = Checkpoint.class.getResourceAsStream("demo/tuned_lens.safetensors")) {
            Files.copy(in, weights);
        }
        Dataset<Row> rows = CorpusLens.of("--lens", weights.toString()).read(LocalSpark.table(session, TEXTS, 1));
        List<Integer> attempts = new ArrayList<>();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                attempts.add(end.taskInfo().attemptNumber());
            }
        };
        Files.delete(weights);
        session.sparkContext().addSparkListener(listener);

        String message = assertThrows(SparkException.class, rows::count).getMessage();

        session.sparkContext().removeSparkListener(listener);
        assertTrue(message.contains("lens.safetensors"), message);
        assertTrue(JobListener.of(session.sparkContext()).refusal().orElseThrow().contains("lens.safetensors"));
        assertTrue(attempts.stream().allMatch(attempt -> attempt < 3), attempts::toString);
    }

    @Test
    void whatIsWrongIsOneSentence() {
        Path output = directory.resolve("nothing");
        assertEquals(new Ended(2, "lens: expected a PATH, got none (see --help)"), run(output));
        assertEquals(new Ended(2, "lens: --stride: expected at least 1, got 0 (see --help)"), run(output, "x", "--stride", "0"));
        assertEquals(new Ended(2, "lens: --partitions: expected 1 or more, got 0 (see --help)"), run(output, "x", "--partitions", "0"));
        Ended file = run(output, "/no/such/file");
        assertTrue(file.code == 1 && file.said.contains("Path does not exist: file:/no/such/file"), file.said);
        Ended model = run(output, "x", "--model", "/no/such/model");
        assertTrue(model.code == 1 && model.said.startsWith("lens: model '/no/such/model': expected 'demo', a directory with"), model.said);
        assertTrue(Files.notExists(output));
    }

    @Test
    void tooLittleMemoryOutsideTheHeapIsSaid() {
        Gpt2Config small = new Gpt2Config(12, 12, 768, 3072, 50257, 1024, 1e-5, ActivationFunction.GELU_NEW, true, false, true);
        SparkConf conf = new SparkConf(false).set("spark.master", "yarn").set("spark.executor.memory", "4g").set("spark.executor.cores", "4")
                .set("spark.task.cpus", "2");

        String message = assertThrows(IllegalStateException.class, () -> ExecutorMemory.check("gpt2", small, conf)).getMessage();

        // 124,439,808 parameters of 4 bytes are 475 MiB; a JVM's 300 and two tasks' 128 beside them; a tenth of 4 GiB is 409.
        assertEquals("model 'gpt2': its weights need 497,759,232 bytes outside the heap of each executor, with 2 tasks at once some 903 MiB in "
                + "all, got 409 MiB: set spark.executor.memoryOverhead to 903m or more", message);
        ExecutorMemory.check("gpt2", small, conf.clone().set("spark.executor.memoryOverhead", "903m"));
        ExecutorMemory.check("gpt2", small, conf.clone().set("spark.master", "spark://host:7077"));
    }
}
