package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.model.Gpt2Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// What is captured of a run, and what the layer norm modes make of it.
class PointsTest {

    private static final int[] IDS = {464, 3139, 286, 4881, 318};
    private static final LensOptions EVERYTHING = LensOptions.defaults().points(PointKind.values());

    private static LogitLens lens;

    @BeforeAll
    static void open() {
        lens = LogitLens.open("demo");
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static int layers() {
        return lens.model().config().nLayers();
    }

    private static LensResult run(LensOptions options) {
        return lens.run(IDS, options, Hooks.none());
    }

    private static List<String> names(LensResult result) {
        return result.points().stream().map(LensPoint::name).toList();
    }

    private static float[] allLogits(LensResult result, LensPoint point, int position) {
        float[] logits = new float[result.config().vocabSize()];
        result.top(point, position).forEach(prediction -> logits[prediction.id()] = prediction.logit());
        return logits;
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void theLastRowIsTheModelsOutputBitForBit(LayerNormMode mode) {
        LensOptions options = LensOptions.defaults().points(PointKind.MLP_OUT).layers(Layers.of(-1)).layerNorm(mode)
                .topK(lens.model().config().vocabSize());
        for (int position = 1; position < IDS.length; position++) {
            LensResult result = run(options.positions(Positions.of(position)));
            Bits.assertSame(lens.model().logits(Arrays.copyOf(IDS, position + 1)),
                    allLogits(result, result.finalPoint(), position), () -> mode + ", the model's output");
            assertEquals(0.0, result.reading(result.finalPoint(), position).klToFinal());
        }
    }

    @Test
    void withoutNormTheLastRowIsTheBareProduct() {
        LensResult result = run(LensOptions.defaults().points(new PointKind[0]).layerNorm(LayerNormMode.NONE)
                .positions(Positions.last()).topK(lens.model().config().vocabSize()));
        float[] residual = lens.model().run(IDS, Hooks.none());
        float[] last = Arrays.copyOfRange(residual, residual.length - lens.model().config().dModel(), residual.length);
        Bits.assertSame(lens.model().unembedding().withoutNorm().logits(last),
                allLogits(result, result.finalPoint(), -1), () -> "h · W_U");
        assertFalse(Arrays.equals(lens.model().logits(IDS), allLogits(result, result.finalPoint(), -1)));
    }

    @Test
    void theNormalisedRowTimesTheUnembeddingIsTheLogits() {
        float[] residual = lens.model().run(IDS, Hooks.none());
        float[] last = Arrays.copyOfRange(residual, residual.length - lens.model().config().dModel(), residual.length);
        Bits.assertSame(lens.model().unembedding().logits(last),
                lens.model().unembedding().withoutNorm().logits(lens.model().unembedding().normalized(last)),
                () -> "LN_f(h), then W_U");
    }

    @Test
    void aTokensDirectionIsItsColumn() {
        float[] row = new float[lens.model().config().dModel()];
        for (int i = 0; i < row.length; i++) {
            row[i] = i % 7 - 3;
        }
        float[] logits = lens.model().unembedding().withoutNorm().logits(row);
        for (int id : new int[] {0, 63, 64, 6342, 50256}) {
            float[] direction = lens.model().unembedding().direction(id);
            float chain = 0;
            for (int i = 0; i < row.length; i++) {
                chain = Math.fma(row[i], direction[i], chain);
            }
            assertEquals(chain, logits[id], "id " + id);
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> lens.model().unembedding().direction(50257))
                .getMessage().contains("got 50257"));
    }

    @Test
    void modesChangeTheirOwnRowsOnly() {
        LensResult recomputed = run(EVERYTHING);
        LensResult frozen = run(EVERYTHING.layerNorm(LayerNormMode.FROZEN));
        for (LensPoint point : recomputed.points()) {
            boolean last = point.equals(recomputed.finalPoint());
            assertEquals(last, recomputed.top(point, -1).equals(frozen.top(frozen.point(point.name()), -1)), point.name());
        }
        assertEquals(LayerNormMode.FROZEN, frozen.options().layerNorm());
    }

    @Test
    void morePointsFewerLayersOtherPositionsChangeNoReading() {
        for (LayerNormMode mode : LayerNormMode.values()) {
            LensResult all = run(EVERYTHING.layerNorm(mode));
            for (LensOptions options : List.of(
                    EVERYTHING.layerNorm(mode).layers(Layers.of(1, 3)),
                    EVERYTHING.layerNorm(mode).points(PointKind.HEAD, PointKind.MLP_OUT),
                    EVERYTHING.layerNorm(mode).positions(Positions.of(1, -1)))) {
                LensResult some = run(options);
                for (LensPoint point : some.points()) {
                    for (int position : some.positions()) {
                        LensReading expected = all.reading(all.point(point.name()), position);
                        LensReading actual = some.reading(point, position);
                        assertEquals(expected.top(), actual.top(), mode + " " + point.name());
                        assertEquals(expected.klToFinal(), actual.klToFinal(), mode + " " + point.name());
                        assertEquals(expected.entropy(), actual.entropy(), mode + " " + point.name());
                    }
                }
            }
        }
    }

    @Test
    void layersKeepTheEmbeddingAndTheFinalPoint() {
        LensResult result = run(LensOptions.defaults().points(PointKind.EMBED, PointKind.MLP_OUT, PointKind.RESID_POST)
                .layers(Layers.range(1, 6, 3)));
        assertEquals(List.of("embed", "blocks.1.hook_mlp_out", "blocks.1.hook_resid_post", "blocks.4.hook_mlp_out",
                "blocks.4.hook_resid_post", "blocks." + (layers() - 1) + ".hook_resid_post"), names(result));
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> run(LensOptions.defaults().layers(Layers.of(layers())))).getMessage()
                .startsWith("layer: expected " + -layers() + " to " + (layers() - 1)));
    }

    /// What the model is asked to show decides what it has to compute apart and what is copied.
    @Test
    void onlyWhatIsAskedForIsCaptured() {
        int[] positions = {1, 4};
        List<LensPoint> points = run(EVERYTHING.layers(Layers.of(2))).points().stream()
                .filter(point -> point.kind() == PointKind.HEAD || point.kind() == PointKind.RESID_POST).toList();
        ResidualStack stack = new ResidualStack(lens.model(), points, positions);
        Hooks hooks = stack.observe(Hooks.none());
        Set<HookPoint> wanted = IntStream.range(0, layers()).boxed()
                .flatMap(layer -> Arrays.stream(HookSite.values()).filter(HookSite::inBlock).map(site -> site.at(layer)))
                .filter(HookAccess.of(hooks)::wants).collect(Collectors.toSet());
        assertEquals(Set.of(HookSite.ATTN_Z.at(2), HookSite.RESID_POST.at(2), HookSite.RESID_POST.at(layers() - 1)), wanted);
        assertEquals(positions.length * points.size() * lens.model().config().dModel(), stack.values().length);
    }

    @Test
    void aRunTooLargeToHoldIsRefusedInWords() {
        LensPoint point = PointKind.RESID_POST.at(0);
        List<LensPoint> many = java.util.Collections.nCopies(100_000, point);
        String message = assertThrows(IllegalArgumentException.class,
                () -> new ResidualStack(lens.model(), many, new int[1024])).getMessage();
        assertTrue(message.contains("100000 points at 1024 positions"), message);
    }

    @Test
    void headsWriteWhatTheirBlocksAttentionWritesLessItsBias() {
        Gpt2Model model = lens.model();
        int dModel = model.config().dModel();
        for (int layer = 0; layer < layers(); layer++) {
            ActivationCache cache = ActivationCache.of(HookSite.ATTN_Z.at(layer), HookSite.ATTN_OUT.at(layer));
            model.run(IDS, cache.hooks());
            float[] writes = model.components().headWrites(layer, cache.get(HookSite.ATTN_Z.at(layer)).toArray());
            float[] bias = model.components().attentionBias(layer);
            float[] out = cache.get(HookSite.ATTN_OUT.at(layer)).toArray();
            for (int position = 0; position < IDS.length; position++) {
                for (int i = 0; i < dModel; i++) {
                    double sum = bias[i];
                    double magnitude = Math.abs(bias[i]);
                    for (int head = 0; head < model.config().nHeads(); head++) {
                        float write = writes[(position * model.config().nHeads() + head) * dModel + i];
                        sum += write;
                        magnitude += Math.abs(write);
                    }
                    assertEquals(sum, out[position * dModel + i], 4 * Math.sqrt(dModel) * 0x1p-24 * magnitude,
                            "layer " + layer + ", position " + position + ", dimension " + i);
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> model.components().headWrites(0, new float[dModel + 1]));
        assertThrows(IllegalArgumentException.class, () -> model.components().headWrites(layers(), new float[dModel]));
    }

    @Test
    void aTokensEmbeddingIsItsRow() {
        Gpt2Model model = lens.model();
        ActivationCache cache = ActivationCache.of(HookSite.EMBED.at(0));
        model.run(IDS, cache.hooks());
        int dModel = model.config().dModel();
        float[] rows = cache.get(HookSite.EMBED.at(0)).toArray();
        for (int position = 0; position < IDS.length; position++) {
            Bits.assertSame(Arrays.copyOfRange(rows, position * dModel, (position + 1) * dModel),
                    model.components().embedding(IDS[position]), () -> "W_E");
        }
        for (int id : new int[] {-1, model.config().vocabSize()}) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> model.components().embedding(id)).getMessage()
                    .startsWith("token: expected an id from 0 to 50256, got " + id));
        }
    }

    @Test
    void neuronsAndTheirBiasAddUpToWhatTheMlpWrites() {
        Gpt2Model model = lens.model();
        int layer = 3;
        ActivationCache cache = ActivationCache.of(HookSite.MLP_POST.at(layer), HookSite.MLP_OUT.at(layer));
        model.run(IDS, cache.hooks());
        float[] direction = model.unembedding().direction(6342);
        double[] along = new double[direction.length];
        Arrays.setAll(along, i -> direction[i]);
        double[] neurons = model.components().neuronsAlong(layer, along);
        float[] bias = model.components().mlpBias(layer);
        double sum = 0;
        double expected = 0;
        double magnitude = 0;
        for (int i = 0; i < along.length; i++) {
            sum += bias[i] * along[i];
            expected += cache.get(HookSite.MLP_OUT.at(layer)).get(4, i) * along[i];
        }
        for (int neuron = 0; neuron < neurons.length; neuron++) {
            float[] row = model.components().neuron(layer, neuron);
            double dot = 0;
            for (int i = 0; i < along.length; i++) {
                dot += row[i] * along[i];
                magnitude += Math.abs(row[i] * along[i] * cache.get(HookSite.MLP_POST.at(layer)).get(4, neuron));
            }
            assertEquals(dot, neurons[neuron], 0.0);
            sum += neurons[neuron] * cache.get(HookSite.MLP_POST.at(layer)).get(4, neuron);
        }
        assertEquals(expected, sum, Math.sqrt(neurons.length) * 0x1p-24 * magnitude);
        assertThrows(IllegalArgumentException.class, () -> model.components().neuron(layer, neurons.length));
        assertThrows(IllegalArgumentException.class, () -> model.components().neuron(layer, -1));
        assertThrows(IllegalArgumentException.class, () -> model.components().neuron(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> model.components().neuronsAlong(layer, new double[3]));
    }

    @Test
    void aStoppedRunReadsTheSameAndComparesNothing() {
        LensResult whole = run(EVERYTHING);
        LensResult stopped = run(EVERYTHING.stopAfter(2));
        assertTrue(stopped.stopped());
        assertFalse(whole.stopped());
        assertEquals("blocks.2.hook_resid_post", stopped.points().getLast().name());
        assertEquals(names(whole).subList(0, stopped.points().size()), names(stopped));
        for (LensPoint point : stopped.points()) {
            LensReading expected = whole.reading(point, -1);
            LensReading actual = stopped.reading(point, -1);
            assertEquals(expected.top(), actual.top());
            assertEquals(expected.entropy(), actual.entropy());
            assertTrue(Double.isNaN(actual.klToFinal()));
            assertTrue(Double.isNaN(stopped.value(LensMetric.KL_TO_FINAL, point, -1)));
        }
        String message = assertThrows(IllegalStateException.class, stopped::finalPoint).getMessage();
        assertTrue(message.contains("stopped after layer 2"), message);
        assertEquals(message, assertThrows(IllegalStateException.class, () -> stopped.decisionLayer(-1)).getMessage());
    }

    @Test
    void stoppingAfterTheLastLayerIsAWholeRun() {
        LensResult whole = run(LensOptions.defaults());
        LensResult stopped = run(LensOptions.defaults().stopAfter(layers() - 1));
        assertFalse(stopped.stopped());
        assertEquals(whole.reading(whole.finalPoint(), -1), stopped.reading(stopped.finalPoint(), -1));
        assertEquals(whole.decisionLayer(-1), stopped.decisionLayer(-1));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> run(LensOptions.defaults().stopAfter(layers())))
                .getMessage().contains("got " + layers()));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> LensOptions.defaults().stopAfter(-1)).getMessage()
                .contains("got -1"));
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> LensOptions.defaults().stopAfter(1).layerNorm(LayerNormMode.FROZEN)).getMessage().contains("frozen"));
    }

    @Test
    void laterBlocksDoNotRunAfterTheStop() {
        List<Integer> ran = new ArrayList<>();
        lens.run(IDS, LensOptions.defaults().stopAfter(1), Hooks.none().observe(
                point -> point.site() == HookSite.MLP_OUT, (point, activation) -> ran.add(point.layer())));
        assertEquals(List.of(0, 1), ran);
        float[] residual = lens.model().run(IDS, 1, Hooks.none());
        ActivationCache cache = ActivationCache.of(HookSite.RESID_POST.at(1));
        lens.model().run(IDS, cache.hooks());
        assertArrayEquals(cache.get(HookSite.RESID_POST.at(1)).toArray(), residual);
        assertThrows(IllegalArgumentException.class, () -> lens.model().run(IDS, layers(), Hooks.none()));
    }

    @Test
    void decisionsRunThroughResidualsOnly() {
        LensResult plain = run(LensOptions.defaults());
        LensResult withWrites = run(LensOptions.defaults().points(
                PointKind.EMBED, PointKind.ATTN_OUT, PointKind.MLP_OUT, PointKind.HEAD, PointKind.RESID_POST));
        for (int position : plain.positions()) {
            assertEquals(plain.decisionLayer(position).name(), withWrites.decisionLayer(position).name());
        }
        assertEquals(names(plain), withWrites.residualPoints().stream().map(LensPoint::name).toList());
    }

    @Test
    void anEditorsHeadsAreTheHeadsRead() {
        Hooks silent = Hooks.none().edit(HookSite.ATTN_Z.at(1), (point, z) -> z.fill(0));
        LensOptions options = LensOptions.defaults().points(PointKind.HEAD).layers(Layers.of(1))
                .layerNorm(LayerNormMode.NONE).positions(Positions.last());
        LensResult result = lens.run(IDS, options, silent);
        for (LensPoint point : result.points()) {
            boolean head = point.kind() == PointKind.HEAD;
            assertEquals(head, result.top(point, -1).stream().allMatch(prediction -> prediction.logit() == 0), point.name());
        }
    }

    @Test
    void modesAndKindsAreNamedOnTheCommandLine() {
        for (LayerNormMode mode : LayerNormMode.values()) {
            assertSame(mode, LayerNormMode.named(mode.key().toUpperCase(java.util.Locale.ROOT)));
        }
        for (PointKind kind : PointKind.values()) {
            assertSame(kind, PointKind.named(kind.key()));
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> LayerNormMode.named("ln")).getMessage().contains("frozen"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> PointKind.named("mlp")).getMessage().contains("mlp_out"));
    }
}
