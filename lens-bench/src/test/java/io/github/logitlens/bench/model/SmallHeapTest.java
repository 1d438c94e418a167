package io.github.logitlens.bench.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Hooks;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GPT-2 small's shape in a JVM with a heap of half its weights' size.
@Tag("slow")
@Tag("forks")
class SmallHeapTest {

    private static final String HEAP = "-Xmx256m";
    private static final int TOKENS = 5;
    private static final long MEMORY_BYTES = 2L << 30;
    private static final long DISK_BYTES = 1L << 30;
    private static final long SECONDS = 120;

    private static final Path MEMINFO = Path.of("/proc/meminfo");

    @TempDir
    private Path folder;

    @Test
    void aHeapOf256MegabytesIsEnoughForGpt2SmallsShape() throws IOException, InterruptedException {
        Path weights = RandomModel.place(ModelSize.SMALL);
        if (!Files.exists(weights)) {
            Files.createDirectories(weights.getParent());
            require("disk", Files.getFileStore(weights.getParent()).getUsableSpace(), DISK_BYTES);
        }
        require("memory", availableMemory(), MEMORY_BYTES);
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), HEAP,
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), SmallHeapTest.class.getName(),
                RandomModel.directory(ModelSize.SMALL).toString())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.contains("read 13 points at 5 positions"), said);
    }

    /// In the other JVM: reads every point and position of a short prompt.
    ///
    /// @param args the model's directory
    public static void main(String[] args) {
        try (LogitLens lens = LogitLens.open(Path.of(args[0]))) {
            int[] tokens = Prompts.tokens(TOKENS, lens.model().config().vocabSize());
            LensResult result = lens.run(tokens, LensOptions.defaults(), Hooks.none());
            result.points().forEach(point -> result.positions().forEach(
                    position -> assertTrue(Double.isFinite(result.reading(point, position).entropy()))));
            System.out.println("read " + result.points().size() + " points at " + result.positions().size() + " positions");
        }
    }

    /// What the system could give to a new process; where it does not say, all that there is.
    private static long availableMemory() throws IOException {
        if (!Files.isReadable(MEMINFO)) {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        }
        return Files.readAllLines(MEMINFO).stream().filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    private static void require(String what, long available, long needed) {
        if (available < needed) {
            String why = "needs " + needed + " bytes of " + what + ", " + available + " are available";
            System.out.println("*** SKIPPED: SmallHeapTest " + why + " ***");
            Assumptions.abort(why);
        }
    }
}
