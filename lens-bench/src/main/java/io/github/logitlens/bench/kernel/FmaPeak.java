package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.internal.engine.Workers;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
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
import org.openjdk.jmh.annotations.Warmup;

/// The limit of arithmetic: fused multiply-adds on values that never leave the registers.
///
/// Twelve independent chains cover the latency of two units (4 cycles × 2) and still fit, with the two factors, into
/// sixteen registers.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class FmaPeak {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    /// Multiply-adds of one chain and call: the same number whatever the width of the vectors.
    private static final int CHAIN_LENGTH = 1 << 25;
    private static final int STEPS = CHAIN_LENGTH / SPECIES.length();
    private static final float FACTOR = 0.75f;
    private static final float TERM = 0.3f;

    @Param({"1", "2"})
    int threads;

    private Workers workers;
    private float[] ends;

    public static Work work(UnaryOperator<String> params) {
        int threads = Integer.parseInt(params.apply("threads"));
        return Work.Limited.of(new Work.Phase(2.0 * CHAINS * CHAIN_LENGTH * threads, 0));
    }

    @Setup(Level.Trial)
    public void setUp() {
        workers = new Workers(threads);
        ends = new float[threads];
        float expected = 0;
        for (int chain = 0; chain < CHAINS; chain++) {
            float x = chain;
            for (int step = 0; step < STEPS; step++) {
                x = Math.fma(x, FACTOR, TERM);
            }
            expected += x;
        }
        for (float end : multiplyAdd()) {
            Agreement.requireEqual("sum of the chains", expected, end);
        }
    }

    @Benchmark
    public float[] multiplyAdd() {
        workers.run(threads, thread -> ends[thread] = chains(
                FloatVector.broadcast(SPECIES, FACTOR), FloatVector.broadcast(SPECIES, TERM)));
        return ends;
    }

    private static float chains(FloatVector factor, FloatVector term) {
        FloatVector x0 = FloatVector.zero(SPECIES);
        FloatVector x1 = FloatVector.broadcast(SPECIES, 1);
        FloatVector x2 = FloatVector.broadcast(SPECIES, 2);
        FloatVector x3 = FloatVector.broadcast(SPECIES, 3);
        FloatVector x4 = FloatVector.broadcast(SPECIES, 4);
        FloatVector x5 = FloatVector.broadcast(SPECIES, 5);
        FloatVector x6 = FloatVector.broadcast(SPECIES, 6);
        FloatVector x7 = FloatVector.broadcast(SPECIES, 7);
        FloatVector x8 = FloatVector.broadcast(SPECIES, 8);
        FloatVector x9 = FloatVector.broadcast(SPECIES, 9);
        FloatVector x10 = FloatVector.broadcast(SPECIES, 10);
        FloatVector x11 = FloatVector.broadcast(SPECIES, 11);
        for (int step = 0; step < STEPS; step++) {
            x0 = x0.fma(factor, term);
            x1 = x1.fma(factor, term);
            x2 = x2.fma(factor, term);
            x3 = x3.fma(factor, term);
            x4 = x4.fma(factor, term);
            x5 = x5.fma(factor, term);
            x6 = x6.fma(factor, term);
            x7 = x7.fma(factor, term);
            x8 = x8.fma(factor, term);
            x9 = x9.fma(factor, term);
            x10 = x10.fma(factor, term);
            x11 = x11.fma(factor, term);
        }
        FloatVector sum = x0.add(x1).add(x2).add(x3).add(x4).add(x5).add(x6).add(x7).add(x8).add(x9).add(x10).add(x11);
        return sum.lane(0);
    }
}
