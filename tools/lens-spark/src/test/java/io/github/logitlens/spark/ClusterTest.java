package io.github.logitlens.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two executors, each a JVM of its own, one of which dies in mid-job: the rows are those of one machine.
@Tag("slow")
class ClusterTest {

    @TempDir
    private Path directory;

    @Test
    void anExecutorThatDiesLeavesNoTrace() throws Exception {
        List<Row> texts = LocalSpark.texts(7);
        Path input = LocalSpark.file(texts, directory.resolve("texts.jsonl"));
        Path output = directory.resolve("rows");
        try (SparkSession session = LocalSpark.builder("local-cluster[2,1,1024]", directory)
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", "-Dlens.kernels=scalar -XX:+UseSerialGC")
                .config("spark.executorEnv.JAVA_HOME", System.getProperty("java.home")).getOrCreate()) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            FutureTask<Integer> job = new FutureTask<>(() -> LensJob.run(new PrintStream(said, true, StandardCharsets.UTF_8),
                    Stream.of(Stream.of(input.toString(), "--field", "text", "--partitions", "8", "--output", output.toString()),
                            Stream.of(Expected.CORPUS)).flatMap(words -> words).toArray(String[]::new)));
            new Thread(job).start();
            while (!job.isDone() && (parts(output) < 1 || executors().size() < 2)) {
                Thread.sleep(5);
            }
            List<ProcessHandle> executors = executors();
            assertEquals(2, executors.size(), said::toString);
            long written = parts(output);
            assertTrue(executors.getFirst().destroyForcibly());

            assertEquals(0, job.get(), said::toString);
            assertTrue(written >= 1 && written < 8, written + " partitions were written when the executor died");
            assertEquals(Expected.rows(texts), Expected.lines(session.read().parquet(output.toString())));
        }
        assertEquals(List.of(), executors());
    }

    private static long parts(Path output) throws Exception {
        if (Files.notExists(output)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(output)) {
            return files.filter(file -> file.getFileName().toString().startsWith("part-")).count();
        }
    }

    /// The JVMs that this one has started; nothing else here starts any.
    private static List<ProcessHandle> executors() {
        return ProcessHandle.current().descendants()
                .filter(process -> process.isAlive() && process.info().command().orElse("").endsWith("/java")).toList();
    }
}
