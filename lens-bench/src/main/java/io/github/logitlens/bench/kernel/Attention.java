package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.Engines;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.bench.model.Noise;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.bench.model.Shape;
import io.github.logitlens.internal.layer.CausalSelfAttention;
import io.github.logitlens.internal.layer.Linear;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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

/// One layer of attention over a whole prompt, all but its last projection: queries, keys and values, scores, softmax,
/// and the weighted sum.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class Attention {

    private static final int CHECKED_ROWS = 70;

    @Param({"vector", "scalar"})
    String kernels;

    @Param({"5", "64", "256", "1024"})
    int tokens;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private Arena arena;
    private Supplier<RowPanels> heads;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return Work.Limited.of(ModelWork.heads(config, Integer.parseInt(params.apply("tokens")), 0));
    }

    @Setup(Level.Trial)
    public void setUp() {
        ModelSize size = ModelSize.of(model);
        Gpt2Config config = size.config();
        int dModel = config.dModel();
        arena = Arena.ofShared();
        CausalSelfAttention attention;
        try (Checkpoint checkpoint = Checkpoint.open(RandomModel.directory(size))) {
            attention = new CausalSelfAttention(
                    new Linear(Shape.QKV.load(arena, checkpoint, 0), new float[3 * dModel]),
                    new Linear(Shape.ATTN_OUT.load(arena, checkpoint, 0), new float[dModel]),
                    config.nHeads(), (float) (1 / Math.sqrt(config.dHead())));
        }
        float[] values = Noise.named("x").array(tokens * dModel, 0.5f);
        heads = AttentionHeads.of(attention, Engines.of(kernels, threads), packed(values, tokens, dModel), config);
        // A later position changes no earlier one: the first rows on the scalar kernels stand for all.
        int checked = Math.min(tokens, CHECKED_ROWS);
        RowPanels expected = AttentionHeads.of(
                attention, Engines.scalar(), packed(values, checked, dModel), config).get();
        RowPanels actual = attend();
        for (int row = 0; row < checked; row++) {
            Agreement.requireSameBits("attention, row " + row, unpacked(expected, row), unpacked(actual, row));
        }
    }

    private static float[] unpacked(RowPanels rows, int row) {
        float[] values = new float[rows.depth()];
        rows.unpack(row, values, 0);
        return values;
    }

    private static RowPanels packed(float[] values, int rows, int dModel) {
        RowPanels packed = new RowPanels(rows, dModel);
        for (int block = 0; block < packed.blocks(); block++) {
            packed.pack(Engines.scalar().kernels(), block, values, packed.firstRow(block) * dModel, dModel, 0, dModel);
        }
        return packed;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public RowPanels attend() {
        return heads.get();
    }
}
