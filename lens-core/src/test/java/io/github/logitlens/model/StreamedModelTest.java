package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.internal.kernel.VectorKernels;
import io.github.logitlens.internal.vocabulary.ReadingsEquality;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyQuery;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A model whose weights stay in their file is the model that was loaded, bit for bit.
class StreamedModelTest {

    /// No width is a whole number of panels; 18 panels of vocabulary.
    private static final TinyModel ODD = new TinyModel(2, 3, 36, 70, 1100, 40, 21);
    private static final TinyModel DEEP = new TinyModel(2, 12, 780, 1600, 300, 20, 22);
    private static final Map<String, Engine> ENGINES = Map.of(
            "scalar, 1 thread", new Engine(new ScalarKernels(), new Workers(1)),
            "scalar, 3 threads", new Engine(new ScalarKernels(), new Workers(3)),
            "vector, 3 threads", new Engine(new VectorKernels(), new Workers(3)));
    private static final Engine REFERENCE = ENGINES.get("scalar, 1 thread");
    private static final Map<String, Path> FOLDERS = new LinkedHashMap<>();

    @TempDir
    private static Path temporary;

    @BeforeAll
    static void writeModels() {
        for (String name : Golden.TINY) {
            FOLDERS.put(name, Golden.folder(name));
        }
        FOLDERS.put("odd", ODD.write(temporary.resolve("odd")));
        FOLDERS.put("deep", DEEP.write(temporary.resolve("deep")));
    }

    static Stream<String> models() {
        return Stream.concat(Golden.TINY.stream(), Stream.of("odd", "deep", "demo"));
    }

    private static Checkpoint open(String name) {
        return name.equals("demo") ? Checkpoint.demo() : Checkpoint.open(FOLDERS.get(name));
    }

    private static int[] ids(Gpt2Model model) {
        return IntStream.range(0, Math.min(13, model.config().nCtx())).map(i -> (i * 37 + 5) % model.config().vocabSize()).toArray();
    }

    /// What a model says in every way it can be asked.
    private record Answers(Trace trace, float[] logits, float[] afterCache, VocabularyReadings readings, float[] heads,
            float[] neuron, double[] along, float[] direction) {

        static Answers of(Gpt2Model model) {
            int[] ids = ids(model);
            int d = model.config().dModel();
            Trace trace = new Trace();
            float[] residual = model.run(ids, trace.hooks());
            KvCache cache = model.newCache();
            model.run(Arrays.copyOf(ids, ids.length - 1), cache, Hooks.none());
            float[] afterCache = model.logits(new int[] {ids[ids.length - 1]}, cache);
            VocabularyQuery query = ReadingsEquality.everything(1, next(ids), 0, 7);
            float[] direction = model.unembedding().direction(3);
            double[] wide = IntStream.range(0, d).mapToDouble(i -> direction[i]).toArray();
            return new Answers(trace, model.logits(ids), afterCache, Unembedder.behind(model.unembedding()).read(residual, query),
                    model.components().headWrites(1, trace.at(HookSite.ATTN_Z.at(1))), model.components().neuron(1, 5),
                    model.components().neuronsAlong(0, wide), direction);
        }

        private static int[] next(int[] ids) {
            int[] next = Arrays.copyOfRange(ids, 1, ids.length + 1);
            next[ids.length - 1] = -1;
            return next;
        }

        void assertSame(Answers other, int positions, String what) {
            trace.assertSame(other.trace, () -> what);
            Bits.assertSame(logits, other.logits, () -> what + ": logits");
            Bits.assertSame(afterCache, other.afterCache, () -> what + ": logits after the cache");
            ReadingsEquality.assertSame(readings, 0, other.readings, 0, positions, 1, 2, what);
            Bits.assertSame(heads, other.heads, () -> what + ": heads");
            Bits.assertSame(neuron, other.neuron, () -> what + ": neuron");
            assertArrayEquals(along, other.along, what);
            Bits.assertSame(direction, other.direction, () -> what + ": direction");
        }
    }

    @Tag("thorough")
    @ParameterizedTest
    @MethodSource("models")
    void saysWhatTheLoadedModelSays(String name) {
        Answers expected;
        int positions;
        try (Checkpoint checkpoint = open(name); Gpt2Model model = Gpt2Model.load(checkpoint, REFERENCE)) {
            expected = Answers.of(model);
            positions = ids(model).length;
        }
        ENGINES.forEach((engineName, engine) -> {
            try (Checkpoint checkpoint = open(name); Gpt2Model model = Gpt2Model.stream(checkpoint, engine)) {
                expected.assertSame(Answers.of(model), positions, name + ", " + engineName);
                assertTrue(model.nonFiniteWeights().isEmpty(), name);
            }
        });
    }

    @Test
    void concurrentRunsDoNotShareWhatTheyRead() throws Exception {
        try (Checkpoint checkpoint = open("deep");
                Gpt2Model model = Gpt2Model.stream(checkpoint, ENGINES.get("scalar, 3 threads"));
                ExecutorService callers = Executors.newFixedThreadPool(4)) {
            float[] expected = model.logits(ids(model));
            Callable<float[]> run = () -> model.logits(ids(model));
            for (var logits : callers.invokeAll(Collections.nCopies(12, run))) {
                Bits.assertSame(expected, logits.get(), () -> "beside other runs");
            }
        }
    }

    /// Found again in every run, and counted once.
    @Test
    void weightsThatAreNoNumbersAreCountedAsRunsComeToThem() {
        Map<String, Long> expected = Map.of("h.1.mlp.c_fc.weight", 2L, "wte.weight", 40L);
        Path folder = ODD.write(temporary.resolve("nan"), weights -> {
            weights.get("h.1.mlp.c_fc.weight")[3] = Float.NaN;
            weights.get("h.1.mlp.c_fc.weight")[700] = Float.POSITIVE_INFINITY;
            Arrays.fill(weights.get("wte.weight"), 64 * ODD.dModel() - 20, 64 * ODD.dModel() + 20, Float.NEGATIVE_INFINITY);
        });
        ENGINES.forEach((engineName, engine) -> {
            try (Checkpoint checkpoint = Checkpoint.open(folder); Gpt2Model model = Gpt2Model.stream(checkpoint, engine)) {
                assertEquals(Map.of(), model.nonFiniteWeights(), "before a run");
                for (int run = 0; run < 2; run++) {
                    model.logits(new int[] {5, 6, 7});
                    assertEquals(expected, model.nonFiniteWeights(), engineName);
                }
            }
        });
    }

    @Test
    void aFileCutShortBetweenRunsIsNoticed() throws IOException {
        Path folder = ODD.write(temporary.resolve("cut"));
        try (Checkpoint checkpoint = Checkpoint.open(folder); Gpt2Model model = Gpt2Model.stream(checkpoint, REFERENCE)) {
            model.logits(new int[] {5});
            try (FileChannel file = FileChannel.open(folder.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
                file.truncate(file.size() / 2);
            }
            SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> model.logits(new int[] {5}));
            assertEquals(SafeTensorsException.Reason.FILE_CHANGED, e.reason(), e.getMessage());
        }
    }

    @Test
    void aClosedCheckpointIsNoticed() {
        Checkpoint checkpoint = open("odd");
        try (Gpt2Model model = Gpt2Model.stream(checkpoint, REFERENCE)) {
            model.logits(new int[] {5});
            checkpoint.close();
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> model.logits(new int[] {5}));
            assertTrue(e.getMessage().contains("closed"), e.getMessage());
        }
    }
}
