package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.internal.kernel.SpeciesUnderTest;
import io.github.logitlens.internal.kernel.VectorKernels;
import io.github.logitlens.internal.vocabulary.ReadingsEquality;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The promise of equal bits, on whole models: kernels, threads, hooks, neighbours, later tokens and the cache change none.
@Tag("bits")
class ModelBitsTest {

    /// Four blocks of 64 keys, more than the 192 that attention weighs at a time, 18 panels of vocabulary, row blocks of every
    /// height.
    private static final TinyModel LONG = new TinyModel(2, 3, 36, 70, 1100, 200, 21);
    /// Products so deep that they go in slices: two of dModel, three of dMlp.
    private static final TinyModel DEEP = new TinyModel(2, 12, 780, 1600, 300, 20, 22);

    private static final Kernels SCALAR = new ScalarKernels();
    private static final Kernels VECTOR = new VectorKernels();
    private static final Map<String, Engine> ENGINES = new LinkedHashMap<>();

    static {
        ENGINES.put("scalar, 3 threads", new Engine(SCALAR, new Workers(3)));
        for (int threads : new int[] {1, 2, 3, 7}) {
            ENGINES.put("vector, " + threads + " threads", new Engine(VECTOR, new Workers(threads)));
        }
    }

    private static final Engine REFERENCE = new Engine(SCALAR, new Workers(1));
    private static final Engine SUBJECT = ENGINES.get("vector, 3 threads");

    @TempDir
    private static Path temporary;

    private static final Map<String, Path> FOLDERS = new LinkedHashMap<>();

    @BeforeAll
    static void writeModels() {
        SpeciesUnderTest.announce("ModelBitsTest");
        for (String name : Golden.TINY) {
            FOLDERS.put(name, Golden.folder(name));
        }
        FOLDERS.put("long", LONG.write(temporary.resolve("long")));
        FOLDERS.put("deep", DEEP.write(temporary.resolve("deep")));
    }

    static Stream<String> models() {
        return Stream.concat(Golden.TINY.stream(), Stream.of("long", "deep"));
    }

    private static Gpt2Model load(String name, Engine engine) {
        try (Checkpoint checkpoint = Checkpoint.open(FOLDERS.get(name))) {
            return Gpt2Model.load(checkpoint, engine);
        }
    }

    private static int[] ids(String name) {
        return switch (name) {
            case "long" -> LONG.ids(LONG.nCtx());
            case "deep" -> DEEP.ids(DEEP.nCtx());
            default -> Golden.read(name).ids();
        };
    }

    private static Trace trace(Gpt2Model model, int[] ids) {
        Trace trace = new Trace();
        model.run(ids, trace.hooks());
        return trace;
    }

    /// The residuals of all points, `[positions, points, dModel]`.
    private static float[] residuals(Gpt2Model model, Trace trace, int positions) {
        int d = model.config().dModel();
        int points = model.config().nLayers() + 1;
        float[] residuals = new float[positions * points * d];
        for (int point = 0; point < points; point++) {
            HookPoint hook = point == 0 ? HookSite.RESID_PRE.at(0) : HookSite.RESID_POST.at(point - 1);
            for (int position = 0; position < positions; position++) {
                trace.activations().get(hook).read(position * d, residuals, (position * points + point) * d, d);
            }
        }
        return residuals;
    }

    private static int[] next(int[] ids) {
        int[] next = Arrays.copyOfRange(ids, 1, ids.length + 1);
        next[ids.length - 1] = -1;
        return next;
    }

    @ParameterizedTest
    @MethodSource("models")
    void kernelsAndThreadsChangeNoBitOfWhatComponentsWrite(String name) {
        int[] ids = ids(name);
        float[] heads;
        float[] bare;
        try (Gpt2Model model = load(name, REFERENCE)) {
            float[] z = trace(model, ids).at(HookSite.ATTN_Z.at(1));
            heads = model.components().headWrites(1, z);
            bare = model.unembedding().withoutNorm().logits(Arrays.copyOf(heads, model.config().dModel()));
        }
        ENGINES.forEach((engineName, engine) -> {
            try (Gpt2Model model = load(name, engine)) {
                float[] z = trace(model, ids).at(HookSite.ATTN_Z.at(1));
                float[] actual = model.components().headWrites(1, z);
                Bits.assertSame(heads, actual, () -> "heads of " + name + ", " + engineName);
                int dModel = model.config().dModel();
                Bits.assertSame(Arrays.copyOf(heads, model.config().nHeads() * dModel),
                        model.components().headWrites(1, Arrays.copyOf(z, dModel)), () -> "one position of " + name);
                Bits.assertSame(bare, model.unembedding().withoutNorm().logits(Arrays.copyOf(actual, dModel)),
                        () -> "h · W_U of " + name + ", " + engineName);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void kernelsAndThreadsChangeNoBit(String name) {
        int[] ids = ids(name);
        int points;
        Trace expected;
        float[] logits;
        VocabularyReadings readings;
        try (Gpt2Model model = load(name, REFERENCE)) {
            points = model.config().nLayers() + 1;
            expected = trace(model, ids);
            logits = model.logits(ids);
            readings = Unembedder.behind(model.unembedding()).read(
                    residuals(model, expected, ids.length), ReadingsEquality.everything(points, next(ids), 0, 7));
        }
        ENGINES.forEach((engineName, engine) -> {
            try (Gpt2Model model = load(name, engine)) {
                Trace actual = trace(model, ids);
                expected.assertSame(actual, () -> name + ", " + engineName);
                Bits.assertSame(logits, model.logits(ids), () -> "logits of " + name + ", " + engineName);
                VocabularyReadings read = Unembedder.behind(model.unembedding()).read(
                        residuals(model, actual, ids.length), ReadingsEquality.everything(points, next(ids), 0, 7));
                ReadingsEquality.assertSame(
                        readings, 0, read, 0, ids.length, points, 2, name + ", " + engineName);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void observersChangeNoBit(String name) {
        int[] ids = ids(name);
        try (Gpt2Model model = load(name, SUBJECT)) {
            float[] expected = model.run(ids, Hooks.none());
            List<Predicate<HookPoint>> choices = new ArrayList<>(List.of(point -> true));
            for (HookSite site : HookSite.values()) {
                choices.add(point -> point.site() == site);
            }
            for (int choice = 0; choice < choices.size(); choice++) {
                int number = choice;
                float[] observed = model.run(ids, new Trace().hooks(choices.get(choice)));
                Bits.assertSame(expected, observed, () -> name + ", observing "
                        + (number == 0 ? "everything" : HookSite.values()[number - 1]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void laterTokensChangeNoBit(String name) {
        int[] ids = ids(name);
        Random random = new Random(5);
        try (Gpt2Model model = load(name, SUBJECT)) {
            Trace whole = trace(model, ids);
            for (int kept = 1; kept < ids.length; kept += 1 + kept / 3) {
                int length = kept;
                Trace cut = trace(model, Arrays.copyOf(ids, length));
                whole.assertHasRows(0, length, cut, () -> name + " cut to " + length + " tokens");
                int[] changed = ids.clone();
                for (int i = length; i < ids.length; i++) {
                    changed[i] = random.nextInt(model.config().vocabSize());
                }
                whole.assertHasRows(0, length, trace(model, changed), () -> name + " changed after " + length + " tokens");
            }
        }
    }

    @Test
    void laterTokensThatAreNotNumbersChangeNoBit() {
        int bad = 17;
        int[] ids = LONG.ids(LONG.nCtx());
        Path folder = LONG.write(temporary.resolve("nan"),
                weights -> TinyModel.fillRow(weights.get("wte.weight"), LONG.dModel(), bad, Float.NaN));
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ids[i] == bad ? bad + 1 : ids[i];
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder); Gpt2Model model = Gpt2Model.load(checkpoint, SUBJECT)) {
            Trace clean = trace(model, ids);
            for (int at : new int[] {1, 5, 6, 63, 64, 65, 100, 128, 149}) {
                int[] poisoned = ids.clone();
                poisoned[at] = bad;
                Trace trace = trace(model, poisoned);
                clean.assertHasRows(0, at, trace, () -> "NaN at position " + at);
                float after = trace.activations().get(HookSite.RESID_POST.at(1)).get(at, 0);
                assertEquals(Float.NaN, after, "the token at position " + at + " was meant to lead to NaN");
                Bits.assertSame(model.run(poisoned, Hooks.none()),
                        trace.activations().get(HookSite.RESID_POST.at(1)).toArray(), () -> "observed, NaN at " + at);
                KvCache cache = model.newCache();
                model.run(poisoned, cache, Hooks.none());
                cache.truncate(at);
                Trace again = new Trace();
                model.run(Arrays.copyOfRange(ids, at, ids.length), cache, again.hooks());
                clean.assertHasRows(at, ids.length - at, again, () -> "NaN forgotten from position " + at + " on");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theCacheInAnySplitIsTheFullPass(String name) {
        int[] ids = ids(name);
        try (Gpt2Model model = load(name, SUBJECT)) {
            Trace whole = trace(model, ids);
            float[] logits = model.logits(ids);
            for (int chunk : new int[] {1, 2, 5, 7, 64}) {
                KvCache cache = model.newCache();
                for (int from = 0; from < ids.length; from += chunk) {
                    int first = from;
                    int[] part = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + chunk));
                    Trace trace = new Trace();
                    model.run(part, cache, trace.hooks());
                    assertEquals(from + part.length, cache.length());
                    whole.assertHasRows(from, part.length, trace,
                            () -> name + " in steps of " + chunk + ", from position " + first);
                }
                cache.truncate(ids.length - 1);
                Bits.assertSame(logits, model.logits(new int[] {ids[ids.length - 1]}, cache),
                        () -> name + ": logits of the last position in steps of " + chunk);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void theLastPositionAloneIsTheFullPass(String name) {
        ENGINES.forEach((engineName, engine) -> {
            try (Gpt2Model model = load(name, engine)) {
                int[] ids = ids(name);
                for (int kept = 1; kept <= ids.length; kept += 1 + kept / 2) {
                    int length = kept;
                    int[] cut = Arrays.copyOf(ids, length);
                    Bits.assertSame(lastLogits(model, model.run(cut, Hooks.none())), model.logits(cut),
                            () -> name + " cut to " + length + " tokens, " + engineName);
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void theLastPositionAloneLeavesTheWholeCache(String name) {
        int[] ids = ids(name);
        try (Gpt2Model model = load(name, SUBJECT)) {
            Trace whole = trace(model, ids);
            for (int chunk : new int[] {1, 2, 7, 64}) {
                KvCache cache = model.newCache();
                for (int from = 0; from < ids.length - 1; from += chunk) {
                    int to = Math.min(ids.length - 1, from + chunk);
                    Bits.assertSame(model.logits(Arrays.copyOf(ids, to)), model.logits(Arrays.copyOfRange(ids, from, to), cache),
                            () -> name + " in steps of " + chunk + ", to position " + to);
                    assertEquals(to, cache.length());
                }
                Trace last = new Trace();
                model.run(new int[] {ids[ids.length - 1]}, cache, last.hooks());
                whole.assertHasRows(ids.length - 1, 1, last, () -> name + " after steps of " + chunk);
            }
        }
    }

    private static float[] lastLogits(Gpt2Model model, float[] residual) {
        int dModel = model.config().dModel();
        return model.unembedding().logits(Arrays.copyOfRange(residual, residual.length - dModel, residual.length));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aTruncatedCacheForgets(String name) {
        int[] ids = ids(name);
        Random random = new Random(6);
        try (Gpt2Model model = load(name, SUBJECT)) {
            float[] whole = model.run(ids, Hooks.none());
            int d = model.config().dModel();
            KvCache cache = model.newCache();
            for (int kept : new int[] {ids.length / 2, 3, ids.length - 1, 1, 0}) {
                int[] wrong = random.ints(ids.length - cache.length(), 0, model.config().vocabSize()).toArray();
                model.run(wrong, cache, Hooks.none());
                cache.truncate(0);
                model.run(ids, cache, Hooks.none());
                cache.truncate(kept);
                float[] rest = model.run(Arrays.copyOfRange(ids, kept, ids.length), cache, Hooks.none());
                Bits.assertSame(Arrays.copyOfRange(whole, kept * d, whole.length), rest,
                        () -> name + " truncated to " + kept + " and run again");
                cache.truncate(kept);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void promptsBesideOthersHaveTheirOwnBits(String name) throws Exception {
        int[] ids = ids(name);
        try (Gpt2Model model = load(name, SUBJECT); ExecutorService callers = Executors.newFixedThreadPool(6)) {
            List<Future<float[]>> results = new ArrayList<>();
            List<float[]> alone = new ArrayList<>();
            for (int prompt = 0; prompt < 48; prompt++) {
                int[] tokens = Arrays.copyOfRange(ids, prompt % 5, ids.length - prompt % 3);
                alone.add(model.run(tokens, Hooks.none()));
                results.add(callers.submit((Callable<float[]>) () -> model.run(tokens, Hooks.none())));
            }
            for (int prompt = 0; prompt < results.size(); prompt++) {
                int number = prompt;
                Bits.assertSame(alone.get(prompt), results.get(prompt).get(), () -> name + ", prompt " + number);
            }
        }
    }

    @Test
    void anotherModelsCacheIsRefused() {
        try (Gpt2Model model = load("tiny-a", SUBJECT); Gpt2Model other = load("tiny-a", SUBJECT)) {
            KvCache cache = other.newCache();
            assertThrows(IllegalArgumentException.class, () -> model.run(new int[] {1}, cache, Hooks.none()));
            assertThrows(IllegalArgumentException.class, () -> cache.truncate(1), "there is no position to keep");
        }
    }
}
