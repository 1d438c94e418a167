package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.internal.engine.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The limit of memory: reads of an off-heap segment that no cache holds.
///
/// The segment is cut into one part a thread and each part into streams that are read side by side; which number of
/// streams is fastest depends on the machine's prefetchers.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class ReadBandwidth {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int VECTOR_BYTES = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    @Param({"1", "2"})
    int threads;

    @Param({"1", "4", "8"})
    int streams;

    /// Size of the segment; a power of two, so that the sums that are checked are exact.
    @Param("512")
    int mebibytes;

    private Workers workers;
    private Arena arena;
    private MemorySegment segment;
    private float[] sums;

    public static Work work(UnaryOperator<String> params) {
        return Work.Limited.of(new Work.Phase(0, Long.parseLong(params.apply("mebibytes")) << 20));
    }

    @Setup(Level.Trial)
    public void setUp() {
        workers = new Workers(threads);
        arena = Arena.ofShared();
        segment = arena.allocate((long) mebibytes << 20, 4096);
        MemorySegment.copy(ones(), 0, segment, 0, 1 << 20);
        for (long filled = 1 << 20; filled < segment.byteSize(); filled *= 2) {
            MemorySegment.copy(segment, 0, segment, filled, Math.min(filled, segment.byteSize() - filled));
        }
        sums = new float[threads];
        float total = 0;
        for (float sum : read()) {
            total += sum;
        }
        Agreement.requireEqual("sum of a segment of ones", (float) (segment.byteSize() / 4), total);
    }

    private static MemorySegment ones() {
        float[] ones = new float[1 << 18];
        Arrays.fill(ones, 1);
        return MemorySegment.ofArray(ones);
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public float[] read() {
        workers.run(threads, this::readPart);
        return sums;
    }

    private void readPart(int thread) {
        long part = segment.byteSize() / threads / (streams * 8L * VECTOR_BYTES) * (streams * 8L * VECTOR_BYTES);
        long begin = thread * part;
        long end = thread == threads - 1 ? segment.byteSize() : begin + part;
        sums[thread] = switch (streams) {
            case 1 -> readOne(begin, end);
            case 4 -> readFour(begin, (end - begin) / 4);
            case 8 -> readEight(begin, (end - begin) / 8);
            default -> throw new IllegalArgumentException("streams: expected 1, 4 or 8, got " + streams);
        };
    }

    private float readOne(long begin, long end) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (long o = begin; o < end; o += 4L * VECTOR_BYTES) {
            s0 = s0.add(vector(o));
            s1 = s1.add(vector(o + VECTOR_BYTES));
            s2 = s2.add(vector(o + 2L * VECTOR_BYTES));
            s3 = s3.add(vector(o + 3L * VECTOR_BYTES));
        }
        return sum(s0.add(s1), s2.add(s3));
    }

    private float readFour(long begin, long stride) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        long end = begin + stride;
        for (long o = begin; o < end; o += VECTOR_BYTES) {
            s0 = s0.add(vector(o));
            s1 = s1.add(vector(o + stride));
            s2 = s2.add(vector(o + 2 * stride));
            s3 = s3.add(vector(o + 3 * stride));
        }
        return sum(s0.add(s1), s2.add(s3));
    }

    private float readEight(long begin, long stride) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        long end = begin + stride;
        for (long o = begin; o < end; o += VECTOR_BYTES) {
            s0 = s0.add(vector(o));
            s1 = s1.add(vector(o + stride));
            s2 = s2.add(vector(o + 2 * stride));
            s3 = s3.add(vector(o + 3 * stride));
            s4 = s4.add(vector(o + 4 * stride));
            s5 = s5.add(vector(o + 5 * stride));
            s6 = s6.add(vector(o + 6 * stride));
            s7 = s7.add(vector(o + 7 * stride));
        }
        return sum(s0.add(s1), s2.add(s3)) + sum(s4.add(s5), s6.add(s7));
    }

    private FloatVector vector(long offset) {
        return FloatVector.fromMemorySegment(SPECIES, segment, offset, ORDER);
    }

    private static float sum(FloatVector a, FloatVector b) {
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }
}
