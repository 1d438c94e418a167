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
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.layer.Linear;
import io.github.logitlens.internal.matrix.RowPanels;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
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

/// Every matrix of the model once, with one row: what a decoded token reads, and nothing else.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class MatrixVector {

    @Param({"vector", "scalar"})
    String kernels;

    @Param({"1", "2"})
    int threads;

    @Param("small")
    String model;

    private record Step(Linear matrix, RowPanels x, float[] out) {
    }

    private Arena arena;
    private Engine engine;
    private List<Step> steps;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        return Work.Limited.of(new Work.Phase(0, ModelWork.run(config, 1, 0, 1).bytes()));
    }

    @Setup(Level.Trial)
    public void setUp() {
        ModelSize size = ModelSize.of(model);
        engine = Engines.of(kernels, threads);
        arena = Arena.ofShared();
        steps = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(RandomModel.directory(size))) {
            for (int layer = 0; layer < size.config().nLayers(); layer++) {
                for (Shape shape : List.of(Shape.QKV, Shape.ATTN_OUT, Shape.MLP_IN, Shape.MLP_OUT)) {
                    add(shape, checkpoint, layer);
                }
            }
            add(Shape.UNEMBED, checkpoint, 0);
        }
        multiply();
        for (Step step : steps) {
            float[] expected = new float[step.out().length];
            step.matrix().store(Engines.scalar(), step.x(), expected);
            Agreement.requireSameBits("matrix times vector", expected, step.out());
        }
    }

    private void add(Shape shape, Checkpoint checkpoint, int layer) {
        int depth = shape.depth(checkpoint.config());
        float[] out = new float[shape.columns(checkpoint.config())];
        RowPanels x = new RowPanels(1, depth);
        x.pack(Engines.scalar().kernels(), 0, Noise.named("x").array(depth, 1), 0, depth, 0, depth);
        Linear matrix = new Linear(shape.load(arena, checkpoint, layer), new float[out.length]);
        steps.add(new Step(matrix, x, out));
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public Object multiply() {
        for (Step step : steps) {
            step.matrix().store(engine, step.x(), step.out());
        }
        return steps;
    }
}
