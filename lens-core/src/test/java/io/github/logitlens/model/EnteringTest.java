package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.hook.ActivationCache;
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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows that enter the model at a layer: they have the bits of a whole run in which an editor puts the same rows there.
@Tag("bits")
class EnteringTest {

    /// Heads of an odd width; up to four blocks of 64 keys and more than the 192 that attention weighs at a time.
    private static final TinyModel MODEL = new TinyModel(3, 3, 36, 70, 300, 230, 32);
    private static final List<HookSite> PLACES = List.of(HookSite.RESID_PRE, HookSite.ATTN_Z, HookSite.ATTN_OUT, HookSite.RESID_MID,
            HookSite.MLP_OUT, HookSite.RESID_POST);
    private static final List<Engine> ENGINES = List.of(
            new Engine(new ScalarKernels(), new Workers(2)), new Engine(new VectorKernels(), new Workers(1)),
            new Engine(new VectorKernels(), new Workers(3)));

    @TempDir
    private static Path temporary;

    private static Path folder;

    @BeforeAll
    static void write() {
        SpeciesUnderTest.announce("EnteringTest");
        folder = MODEL.write(temporary.resolve("model"));
    }

    private static Gpt2Model load(Engine engine) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return Gpt2Model.load(checkpoint, engine);
        }
    }

    /// An unpatched run: what stands at each place, and the keys and values that patched runs go on behind.
    private static final class Unpatched {

        private final Gpt2Model model;
        private final int[] tokens;
        private final ActivationCache activations = ActivationCache.where(point -> PLACES.contains(point.site()));
        private final KvCache cache;

        Unpatched(Gpt2Model model, int[] tokens) {
            this.model = model;
            this.tokens = tokens;
            cache = model.newCache();
            model.run(tokens, cache, activations.hooks());
        }

        private float[] rows(HookPoint point, int first) {
            float[] all = activations.get(point).toArray();
            return Arrays.copyOfRange(all, first * MODEL.dModel(), all.length);
        }

        Sequence entering(HookPoint place, int first, float[] given) {
            Sequence sequence = switch (place.site()) {
                case ATTN_Z, ATTN_OUT -> Sequence.from(place, rows(HookSite.RESID_PRE.at(place.layer()), first), given);
                case MLP_OUT -> Sequence.from(place, rows(HookSite.RESID_MID.at(place.layer()), first), given);
                default -> Sequence.from(place, given);
            };
            return sequence.behind(cache, first);
        }

        /// The whole run, where the rows from `first` on are replaced.
        float[] edited(HookPoint place, int first, float[] given) {
            float[] residual = model.run(tokens, Hooks.none().edit(place,
                    (point, activation) -> activation.write(first * MODEL.dModel(), given, 0, given.length)));
            return Arrays.copyOfRange(residual, first * MODEL.dModel(), residual.length);
        }
    }

    private static float[] random(Random random, int rows) {
        float[] values = new float[rows * MODEL.dModel()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void rowsThatEnterALayerHaveTheBitsOfAWholeRun() {
        for (Engine engine : ENGINES) {
            Random random = new Random(7);
            try (Gpt2Model model = load(engine)) {
                int[] lengths = {1, 7, 15, 63, 70, 131, 216};
                List<Unpatched> runs = Arrays.stream(lengths)
                        .mapToObj(length -> new Unpatched(model, random.ints(length, 0, MODEL.vocabSize()).toArray())).toList();
                for (HookSite site : PLACES) {
                    for (int layer = 0; layer < (site == HookSite.RESID_POST ? 2 : 3); layer++) {
                        compare(site.at(layer), runs, model, random);
                    }
                }
            }
        }
    }

    /// Several sequences in one pass, some of one prompt, each behind a part of its own.
    private static void compare(HookPoint place, List<Unpatched> runs, Gpt2Model model, Random random) {
        List<Sequence> sequences = new ArrayList<>();
        List<float[]> expected = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Unpatched run = runs.get(random.nextInt(runs.size()));
            int first = random.nextInt(4) == 0 ? 0 : random.nextInt(run.tokens.length);
            float[] given = random(random, run.tokens.length - first);
            sequences.add(run.entering(place, first, given));
            expected.add(run.edited(place, first, given));
        }
        List<float[]> actual = model.run(sequences);
        float[] last = model.runToLast(sequences);
        int dModel = MODEL.dModel();
        for (int i = 0; i < actual.size(); i++) {
            String what = place + ", " + sequences.get(i);
            Bits.assertSame(expected.get(i), actual.get(i), () -> what);
            Bits.assertSame(Arrays.copyOfRange(expected.get(i), expected.get(i).length - dModel, expected.get(i).length),
                    Arrays.copyOfRange(last, i * dModel, (i + 1) * dModel), () -> what + ", last row");
        }
    }

    @Test
    void hooksSeeWhatComesFromThePlaceOn() {
        try (Gpt2Model model = load(ENGINES.getFirst())) {
            Unpatched run = new Unpatched(model, new int[] {1, 2, 3, 4, 5, 6, 7, 8});
            for (HookSite site : PLACES) {
                HookPoint place = site.at(1);
                float[] own = run.rows(place, 3);
                Trace all = new Trace();
                KvCache cache = model.newCache();
                model.run(Arrays.copyOf(run.tokens, 3), cache, Hooks.none());
                model.run(new int[] {4, 5, 6, 7, 8}, cache, Hooks.none().observe(point -> from(place, point), all));
                Trace seen = new Trace();
                model.run(List.of(run.entering(place, 3, own).hooks(Hooks.none().observe(point -> true, seen))));
                all.assertSame(seen, () -> "from " + place);
            }
        }
    }

    private static boolean from(HookPoint place, HookPoint point) {
        boolean inBlock = point.site().inBlock();
        HookPoint first = place.site() == HookSite.RESID_POST ? HookSite.RESID_PRE.at(place.layer() + 1) : place;
        return inBlock
                ? point.layer() > first.layer() || point.layer() == first.layer() && point.site().compareTo(first.site()) >= 0
                : point.site().compareTo(first.site()) > 0;
    }

    @Test
    void tokensBehindASharedCacheHaveTheBitsOfTheirWholeRun() {
        try (Gpt2Model model = load(ENGINES.getLast())) {
            int[] tokens = new Random(3).ints(100, 0, MODEL.vocabSize()).toArray();
            KvCache cache = model.newCache();
            float[] whole = model.run(tokens, cache, Hooks.none());
            List<Sequence> parts = List.of(Sequence.of(Arrays.copyOfRange(tokens, 70, 100)).behind(cache, 70),
                    Sequence.of(tokens).behind(cache, 0), Sequence.of(tokens[99]).behind(cache, 99));
            List<float[]> residuals = model.run(parts, 2);
            for (float[] residual : residuals) {
                Bits.assertSame(Arrays.copyOfRange(whole, whole.length - residual.length, whole.length), residual, () -> "shared");
            }
            assertEquals(100, cache.length());
        }
    }

    @Test
    void whatCannotBeginThereIsRefused() {
        try (Gpt2Model model = load(ENGINES.getFirst())) {
            float[] row = new float[MODEL.dModel()];
            KvCache cache = model.newCache();
            model.run(new int[] {1, 2}, cache, Hooks.none());
            refused("sequence: expected to begin at hook_resid_pre, hook_resid_mid or hook_resid_post of a block,"
                    + " got blocks.1.mlp.hook_pre", () -> Sequence.from(HookSite.MLP_PRE.at(1), row));
            refused("sequence: expected to begin at attn.hook_z, hook_attn_out or hook_mlp_out of a block,"
                    + " got blocks.1.hook_resid_pre", () -> Sequence.from(HookSite.RESID_PRE.at(1), row, row));
            refused("activation at blocks.1.hook_mlp_out: expected 36 values, as the residual has, got 35",
                    () -> Sequence.from(HookSite.MLP_OUT.at(1), row, new float[35]));
            for (int positions : new int[] {-1, 3}) {
                refused("positions: expected 0 to 2 of the cache, got " + positions,
                        () -> Sequence.from(HookSite.RESID_PRE.at(1), row).behind(cache, positions));
            }
            refused("residual at blocks.1.hook_resid_pre: expected a multiple of 36 values (dModel), got 35",
                    () -> model.run(List.of(Sequence.from(HookSite.RESID_PRE.at(1), new float[35]))));
            refused("sequence: expected to begin at a layer from 0 to 2 (model 'model', 3 layers), got blocks.3.hook_resid_pre",
                    () -> model.run(List.of(Sequence.from(HookSite.RESID_POST.at(2), row))));
            refused("sequence from blocks.1.hook_resid_pre: expected a cache that it is behind, got one to be written, whose earlier"
                    + " layers would have nothing", () -> model.run(List.of(Sequence.from(HookSite.RESID_PRE.at(1), row).after(cache))));
            refused("sequences: expected all to begin at one place, got blocks.1.hook_resid_pre and hook_embed",
                    () -> model.run(List.of(Sequence.from(HookSite.RESID_PRE.at(1), row), Sequence.of(1))));
            refused("caches: expected one that is written not to be read by another sequence, got both",
                    () -> model.run(List.of(Sequence.of(1).after(cache), Sequence.of(1).behind(cache, 1))));
            refused("hooks: expected none where only last positions are computed, got some",
                    () -> model.runToLast(List.of(Sequence.of(1).hooks(Hooks.none().observe(point -> true, new Trace())))));
            String before = assertThrows(IllegalArgumentException.class, () -> model.run(List.of(
                    Sequence.from(HookSite.RESID_MID.at(1), row)
                            .hooks(Hooks.none().observe(HookSite.ATTN_Z.at(1), new Trace()))))).getMessage();
            assertTrue(before.startsWith("hooks: expected a place that the run comes to, blocks.1.hook_resid_mid to layer 2"), before);
            refused("tokens: expected at most 230 (nCtx of model 'model'), got 2 cached and 229", () -> model.run(List.of(
                    Sequence.from(HookSite.RESID_PRE.at(1), new float[229 * MODEL.dModel()]).behind(cache, 2))));
        }
    }

    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
