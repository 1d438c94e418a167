package io.github.logitlens.bench.report;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.hook.Hooks;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// What memory one whole lens of a long prompt takes on top of an open model, in a JVM of its own.
///
/// Two parts are counted. In the heap, what is in use right after a collection, at the most, while a collection is forced some ten
/// times a second: what the lens holds, and not what a lazy collector leaves lying about. Outside of the heap, how much the whole process
/// grows at the most, the heap's pages having been touched before. Both are compared with what was there just before, after
/// lenses of a shorter prompt, so that what compilers take is not counted.
final class FullLensMemory {

    /// A heap of a fixed size that is there from the start.
    static final List<String> JVM_OPTIONS =
            List.of("-Dlens.kernels=vector", "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

    private static final int TOKENS = 1024;
    private static final int WARM_UP_TOKENS = 64;
    private static final double WARM_UP_SECONDS = 3;
    private static final long PAUSE_NANOS = 50_000_000;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    /// Written there, it makes the most memory so far what it is now.
    private static final String RESET_PEAK = "5";

    private FullLensMemory() {
    }

    static boolean canMeasure() {
        return Files.isReadable(STATUS) && Files.isWritable(RESET);
    }

    /// Prints the bytes.
    public static void main(String[] args) throws IOException, InterruptedException {
        try (LogitLens lens = LogitLens.open(RandomModel.directory(ModelSize.SMALL))) {
            long begin = System.nanoTime();
            do {
                read(lens, WARM_UP_TOKENS);
            } while (System.nanoTime() - begin < 1e9 * WARM_UP_SECONDS);
            System.gc();
            long heapBefore = heapAfterCollection();
            Files.writeString(RESET, RESET_PEAK);
            long before = bytes("VmRSS");
            AtomicLong heapMost = new AtomicLong(heapBefore);
            Thread collector = Thread.ofPlatform().daemon().start(() -> {
                while (!Thread.interrupted()) {
                    System.gc();
                    heapMost.accumulateAndGet(heapAfterCollection(), Math::max);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            });
            LensResult result = read(lens, TOKENS);
            collector.interrupt();
            collector.join();
            long outside = bytes("VmHWM") - before;
            if (result.positions().size() != TOKENS) {
                throw new IllegalStateException("positions: expected " + TOKENS + ", got " + result.positions().size());
            }
            System.out.println(heapMost.get() - heapBefore + outside);
        }
    }

    private static long heapAfterCollection() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getCollectionUsage).mapToLong(MemoryUsage::getUsed).sum();
    }

    private static LensResult read(LogitLens lens, int tokens) {
        int vocabulary = lens.model().config().vocabSize();
        return lens.run(IntStream.range(0, tokens).map(pos -> (pos * 7919 + 13) % vocabulary).toArray(),
                LensOptions.defaults(), Hooks.none());
    }

    private static long bytes(String what) throws IOException {
        return Pattern.compile(what + ":\\s+(\\d+) kB").matcher(Files.readString(STATUS)).results()
                .mapToLong(found -> 1024 * Long.parseLong(found.group(1))).findFirst().orElseThrow();
    }
}
