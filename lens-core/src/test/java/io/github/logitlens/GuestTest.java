package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Guest;
import io.github.logitlens.fixtures.JavaProcess;
import io.github.logitlens.fixtures.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library as a guest in someone's process: what it does to the threads, files and memory of its host.
@Tag("forks")
class GuestTest {

    /// A heap whose pages are all there from the start, and compiled code from the start: what grows is what was kept.
    private static final List<String> STEADY = List.of(JavaProcess.VECTOR, "-Dlens.kernels=vector", "-Xms64m", "-Xmx64m",
            "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch");
    private static final int CYCLES = 1000;
    private static final int WARM_UP = 200;
    /// Its weights are 600 kB.
    private static final TinyModel SMALL = new TinyModel(2, 2, 16, 64, 9000, 64, 1);
    /// The bundled model, whose weights are 33 MB; `-Dlens.test.cycles=1000` for a longer look.
    private static final int BUNDLED_CYCLES = Integer.getInteger("lens.test.cycles", 40);
    private static final int BUNDLED_WARM_UP = 20;
    /// Of the small models one in twenty-five, of the bundled one none may have been kept.
    private static final long GROWTH_KILOBYTES = 24 << 10;
    /// A worker that spins takes a second of processor time in a second; one that wakes up now and then, milliseconds.
    private static final long IDLE_MICROS = 5_000;

    private static Map<String, String> run(List<String> options, String... arguments) {
        JavaProcess.Result result = JavaProcess.run(options, Guest.class, arguments);
        assertEquals(0, result.exit(), result.err());
        Map<String, String> lines = new HashMap<>();
        result.out().lines().forEach(line -> lines.put(line.replaceFirst(" .*", ""), line.replaceFirst("\\S* ", "")));
        return lines;
    }

    @Test
    void threadsStartWithTheFirstModelAreDaemonsAndSleepWhenThereIsNothingToDo() {
        Map<String, String> seen = run(List.of(JavaProcess.VECTOR, "-Dlens.threads=4"), "threads");
        assertEquals("0", seen.get("before"), "threads before anything was opened");
        assertEquals("3", seen.get("workers"), "the caller is the fourth");
        assertEquals("0", seen.get("not-daemons"));
        assertEquals("0", seen.get("left"), "workers that are left some time after the last model was closed");
        long micros = Long.parseLong(seen.get("idle-micros"));
        System.out.println("GuestTest: " + micros + " µs of processor time in an idle second");
        assertTrue(micros < IDLE_MICROS, micros + " µs");
    }

    @Tag("slow")
    @Test
    void openingAndClosingAThousandTimesKeepsNothing(@TempDir Path directory) {
        cycles(SMALL.write(directory).toString(), WARM_UP, CYCLES);
    }

    @Tag("slow")
    @Test
    void openingAModelWhoseTokenizerIsBrokenKeepsNothing(@TempDir Path directory) throws IOException {
        SMALL.write(directory);
        Files.writeString(directory.resolve("tokenizer.json"), "{\"model\": ");
        cycles(directory.toString(), WARM_UP, CYCLES);
    }

    @Test
    void openingAndClosingTheBundledModelKeepsNothing() {
        cycles("demo", BUNDLED_WARM_UP, BUNDLED_CYCLES);
    }

    private static void cycles(String model, int warmUp, int cycles) {
        if (!Files.isReadable(Path.of("/proc/self/status"))) {
            System.out.println("*** SKIPPED: GuestTest needs /proc to count files and memory ***");
            Assumptions.abort("no /proc");
        }
        Map<String, String> seen = run(STEADY, "cycles", model, Integer.toString(warmUp), Integer.toString(cycles));
        String[] before = seen.get("before").split(" ");
        String[] after = seen.get("after").split(" ");
        System.out.println("GuestTest: threads, open files, resident kB after " + warmUp + " cycles " + String.join(", ", before)
                + "; " + cycles + " cycles later " + String.join(", ", after));
        assertTrue(Integer.parseInt(after[0]) <= Integer.parseInt(before[0]), "threads: " + after[0]);
        assertEquals(before[1], after[1], "open files");
        long growth = Long.parseLong(after[2]) - Long.parseLong(before[2]);
        assertTrue(growth < GROWTH_KILOBYTES, growth + " kB more than before");
    }
}
