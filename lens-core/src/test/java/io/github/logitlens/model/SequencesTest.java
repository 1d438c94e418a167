package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.internal.kernel.SpeciesUnderTest;
import io.github.logitlens.internal.kernel.VectorKernels;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several sequences in one pass: each has the bits, the hooks and the cache that it has alone.
@Tag("bits")
class SequencesTest {

    /// Heads of an odd width; up to four blocks of 64 keys and more than the 192 that attention weighs at a time.
    private static final TinyModel MODEL = new TinyModel(2, 3, 36, 70, 300, 230, 31);
    private static final Map<String, Engine> ENGINES = new LinkedHashMap<>();

    static {
        ENGINES.put("scalar, 2 threads", new Engine(new ScalarKernels(), new Workers(2)));
        ENGINES.put("vector, 1 thread", new Engine(new VectorKernels(), new Workers(1)));
        ENGINES.put("vector, 3 threads", new Engine(new VectorKernels(), new Workers(3)));
    }

    private static final Engine REFERENCE = new Engine(new ScalarKernels(), new Workers(1));

    @TempDir
    private static Path temporary;

    private static Path folder;

    @BeforeAll
    static void write() {
        SpeciesUnderTest.announce("SequencesTest");
        folder = MODEL.write(temporary.resolve("model"));
    }

    private static Gpt2Model load(Engine engine) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return Gpt2Model.load(checkpoint, engine);
        }
    }

    private static int[] tokens(Random random, int length) {
        return random.ints(length, 0, MODEL.vocabSize()).toArray();
    }

    /// Lengths around those of row blocks and key blocks among random ones.
    private static int length(Random random) {
        int[] edges = {1, 1, 2, 5, 6, 7, 12, 63, 64, 65};
        return random.nextInt(4) == 0 ? 1 + random.nextInt(220) : edges[random.nextInt(edges.length)];
    }

    /// One sequence, alone and among others.
    private record Case(int[] past, int[] tokens, boolean kept, boolean hooked, boolean edited) {

        static Case random(Random random) {
            boolean kept = random.nextBoolean();
            int past = kept && random.nextBoolean() ? 1 + random.nextInt(9) : 0;
            return new Case(SequencesTest.tokens(random, past), SequencesTest.tokens(random, length(random)), kept,
                    random.nextInt(3) == 0, random.nextInt(3) == 0);
        }

        Hooks hooks(Trace trace) {
            Hooks hooks = edited
                    ? Hooks.none().edit(HookSite.ATTN_SCORES.at(0), (point, scores) -> scores.set(0.5f, 1, 0, 0))
                            .edit(HookSite.ATTN_RESULT.at(1), (point, result) -> result.set(2, 0, 1, 3))
                            .edit(HookSite.LN2_SCALE.at(0), (point, scale) -> scale.set(1.5f, 0))
                            .edit(HookSite.ATTN_Q.at(1), (point, q) -> q.set(-1, 0, 2, 5))
                            .edit(HookSite.MLP_POST.at(1), (point, post) -> post.set(3, 0, 7))
                    : Hooks.none();
            return hooked ? hooks.observe(point -> true, trace) : hooks;
        }

        KvCache cache(Gpt2Model model) {
            KvCache cache = model.newCache();
            if (past.length > 0) {
                model.run(past, cache, Hooks.none());
            }
            return cache;
        }

        Sequence sequence(Trace trace, KvCache cache) {
            Sequence sequence = Sequence.of(tokens).hooks(hooks(trace));
            return kept ? sequence.after(cache) : sequence;
        }
    }

    /// What a pass leaves of one sequence.
    private record Left(float[] residual, Trace trace, KvCache cache) {
    }

    private static List<Left> run(Gpt2Model model, List<Case> cases) {
        List<Trace> traces = cases.stream().map(each -> new Trace()).toList();
        List<KvCache> caches = cases.stream().map(each -> each.cache(model)).toList();
        List<float[]> residuals = model.run(IntStream.range(0, cases.size())
                .mapToObj(i -> cases.get(i).sequence(traces.get(i), caches.get(i))).toList());
        return IntStream.range(0, cases.size())
                .mapToObj(i -> new Left(residuals.get(i), traces.get(i), caches.get(i))).toList();
    }

    @Test
    void sequencesBesideOthersHaveTheBitsThatTheyHaveAlone() {
        Random random = new Random(41);
        List<List<Case>> batches = new ArrayList<>();
        for (int batch = 0; batch < 12; batch++) {
            batches.add(IntStream.rangeClosed(0, random.nextInt(9)).mapToObj(i -> Case.random(random)).toList());
        }
        List<List<Left>> alone = new ArrayList<>();
        List<float[]> later = new ArrayList<>();
        try (Gpt2Model model = load(REFERENCE)) {
            for (List<Case> batch : batches) {
                alone.add(batch.stream().map(each -> run(model, List.of(each)).getFirst()).toList());
                alone.getLast().forEach(left -> later.add(model.run(new int[] {7}, left.cache, Hooks.none())));
            }
        }
        ENGINES.forEach((name, engine) -> {
            int seen = 0;
            try (Gpt2Model model = load(engine)) {
                for (int b = 0; b < batches.size(); b++) {
                    List<Left> together = run(model, batches.get(b));
                    for (int i = 0; i < together.size(); i++) {
                        String what = name + ", batch " + b + ", sequence " + i;
                        Left expected = alone.get(b).get(i);
                        Left actual = together.get(i);
                        Bits.assertSame(expected.residual, actual.residual, () -> what);
                        expected.trace.assertSame(actual.trace, () -> what);
                        assertEquals(expected.cache.length() - 1, actual.cache.length(), what);
                        Bits.assertSame(later.get(seen++), model.run(new int[] {7}, actual.cache, Hooks.none()),
                                () -> what + ": the position after it, from its cache");
                    }
                }
            }
        });
    }

    @Test
    void anotherSequencesNumbersThatAreNoneChangeNoBit() {
        int bad = 17;
        Path poisoned = MODEL.write(temporary.resolve("nan"),
                weights -> TinyModel.fillRow(weights.get("wte.weight"), MODEL.dModel(), bad, Float.NaN));
        try (Checkpoint checkpoint = Checkpoint.open(poisoned);
                Gpt2Model model = Gpt2Model.load(checkpoint, ENGINES.get("vector, 3 threads"))) {
            Sequence clean = Sequence.of(3, 4, 5, 6, 7, 8, 9, 10);
            Sequence none = Sequence.of(bad, bad, bad, bad, bad);
            List<float[]> together = model.run(List.of(none, clean, none, clean, none));
            assertTrue(Float.isNaN(together.get(2)[0]));
            Supplier<String> what = () -> "beside a sequence of NaN";
            Bits.assertSame(model.run(List.of(clean)).getFirst(), together.get(1), what);
            Bits.assertSame(together.get(1), together.get(3), what);
        }
    }

    @Test
    void hooksAreCalledOncePerPointAndSequenceInTheirOrder() {
        try (Gpt2Model model = load(REFERENCE)) {
            List<String> calls = new ArrayList<>();
            List<Sequence> sequences = new ArrayList<>();
            for (int length : new int[] {3, 1, 5}) {
                sequences.add(Sequence.of(tokens(new Random(length), length)).hooks(Hooks.none().observe(point -> true,
                        (point, activation) -> calls.add(point + " " + length + " " + Arrays.toString(activation.shape())))));
            }
            model.run(sequences);
            for (HookPoint point : List.of(HookSite.RESID_PRE.at(0), HookSite.MLP_OUT.at(1), HookSite.RESID_POST.at(1))) {
                assertEquals(List.of(point + " 3 [3, 36]", point + " 1 [1, 36]", point + " 5 [5, 36]"),
                        calls.stream().filter(call -> call.startsWith(point + " ")).toList());
            }
            assertEquals(List.of("blocks.1.attn.hook_pattern 3 [3, 3, 3]", "blocks.1.attn.hook_pattern 1 [3, 1, 1]",
                            "blocks.1.attn.hook_pattern 5 [3, 5, 5]"),
                    calls.stream().filter(call -> call.startsWith("blocks.1.attn.hook_pattern")).toList());
            assertEquals(calls.size(), calls.stream().distinct().count());
        }
    }

    @Test
    void forkedCachesGoOnApart() {
        Random random = new Random(5);
        int[] prefix = tokens(random, 70);
        try (Gpt2Model model = load(ENGINES.get("vector, 3 threads"))) {
            KvCache cache = model.newCache();
            model.run(prefix, cache, Hooks.none());
            List<KvCache> forks = List.of(cache, cache.fork(), cache.fork());
            List<int[]> texts = new ArrayList<>(List.of(prefix, prefix, prefix));
            for (int step = 0; step < 3; step++) {
                List<Sequence> sequences = new ArrayList<>();
                for (int i = 0; i < forks.size(); i++) {
                    int[] next = tokens(random, 1 + i);
                    texts.set(i, IntStream.concat(IntStream.of(texts.get(i)), IntStream.of(next)).toArray());
                    sequences.add(Sequence.of(next).after(forks.get(i)));
                }
                List<float[]> residuals = model.run(sequences);
                for (int i = 0; i < forks.size(); i++) {
                    float[] whole = model.run(texts.get(i), Hooks.none());
                    int number = i;
                    Bits.assertSame(Arrays.copyOfRange(whole, whole.length - residuals.get(i).length, whole.length),
                            residuals.get(i), () -> "fork " + number);
                    assertEquals(texts.get(i).length, forks.get(i).length());
                }
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingRuns() {
        try (Gpt2Model model = load(REFERENCE)) {
            KvCache cache = model.newCache();
            assertEquals("sequences: expected at least one, got none",
                    refused(() -> model.run(List.of())));
            assertEquals("caches: expected another one for each sequence, got one twice",
                    refused(() -> model.run(List.of(Sequence.of(1).after(cache), Sequence.of(2).after(cache)))));
            assertEquals("last layer: expected 1, since caches keep every layer, got 0",
                    refused(() -> model.run(List.of(Sequence.of(1).after(cache)), 0)));
            assertTrue(refused(() -> model.run(List.of(Sequence.of(1).after(cache), Sequence.of(300)))).contains("got 300"));
            assertEquals(0, cache.length());
            assertArrayEquals(model.run(new int[] {1, 2}, 0, Hooks.none()), model.run(List.of(Sequence.of(1, 2)), 0).getFirst());
        }
    }

    private static String refused(Runnable run) {
        return assertThrows(IllegalArgumentException.class, run::run).getMessage();
    }
}
