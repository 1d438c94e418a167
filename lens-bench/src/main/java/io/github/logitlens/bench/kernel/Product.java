package io.github.logitlens.bench.kernel;

import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.Engines;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.Noise;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.bench.model.Shape;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.layer.Linear;
import io.github.logitlens.internal.matrix.PanelMatrix;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
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

/// One layer's matrix product, `[rows, depth] · [depth, columns]`, bias and storing of the result included.
///
/// As in a forward pass, each call finds its matrix in memory and not in a cache: calls go round copies that together
/// are larger than any cache. With `-p weights=hot` there is one copy.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class Product {

    private static final long COLD_BYTES = 256L << 20;

    @Param({"vector", "scalar"})
    String kernels;

    @Param({"qkv", "attnOut", "mlpIn", "mlpOut", "unembed"})
    String shape;

    @Param({"1", "5", "16", "64", "256", "832", "1024"})
    int rows;

    @Param({"1", "2"})
    int threads;

    @Param("cold")
    String weights;

    @Param("small")
    String model;

    private Arena arena;
    private Engine engine;
    private Linear[] copies;
    private RowPanels x;
    private float[] out;
    private int next;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int rows = Integer.parseInt(params.apply("rows"));
        Work.Phase product = Shape.of(params.apply("shape")).product(config, rows);
        boolean cold = params.apply("weights").equals("cold");
        return Work.Limited.of(cold ? product : new Work.Phase(product.flops(), 0));
    }

    @Setup(Level.Trial)
    public void setUp() {
        ModelSize size = ModelSize.of(model);
        Gpt2Config config = size.config();
        Shape matrix = Shape.of(shape);
        int columns = matrix.columns(config);
        engine = Engines.of(kernels, threads);
        arena = Arena.ofShared();
        float[] bias = Noise.named("bias").array(columns, 0.1f);
        long bytes = matrix.weightBytes(config);
        copies = new Linear[weights.equals("cold") ? (int) ((COLD_BYTES + bytes - 1) / bytes) : 1];
        try (Checkpoint checkpoint = Checkpoint.open(RandomModel.directory(size))) {
            for (int i = 0; i < copies.length; i++) {
                PanelMatrix panels = matrix.load(arena, checkpoint, i % config.nLayers());
                copies[i] = new Linear(panels, bias);
            }
        }
        float[] values = Noise.named("x").array(rows * matrix.depth(config), 1);
        x = packed(values, 0, rows, matrix.depth(config));
        out = new float[rows * columns];
        check(values, 0, Math.min(rows, 6), matrix.depth(config), columns);
        check(values, Math.max(0, rows - 12), rows, matrix.depth(config), columns);
    }

    /// Rows have the same bits in any batch: a few of them on the scalar kernels stand for all.
    private void check(float[] values, int begin, int end, int depth, int columns) {
        float[] expected = new float[(end - begin) * columns];
        copies[0].store(Engines.scalar(), packed(values, begin, end, depth), expected);
        copies[0].store(engine, x, out);
        Agreement.requireSameBits("product", expected, 0, out, begin * columns, expected.length);
    }

    private static RowPanels packed(float[] values, int begin, int end, int depth) {
        RowPanels packed = new RowPanels(end - begin, depth);
        for (int block = 0; block < packed.blocks(); block++) {
            packed.pack(Engines.scalar().kernels(), block, values, (begin + packed.firstRow(block)) * depth, depth, 0, depth);
        }
        return packed;
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public float[] multiply() {
        copies[next].store(engine, x, out);
        next = next + 1 == copies.length ? 0 : next + 1;
        return out;
    }
}
