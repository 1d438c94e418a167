package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tokenizer.Token;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The identities of direct logit attribution, and what a user asks for and gets.
class AttributionTest {

    private static final String PROMPT = "The Eiffel Tower is in";

    private static LogitLens lens;

    @BeforeAll
    static void open() {
        lens = LogitLens.open("demo");
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static String refused(Runnable run) {
        return assertThrows(IllegalArgumentException.class, run::run).getMessage();
    }

    /// A float32 sum of so many terms, each the end of a chain: a part in a million of what was added.
    private static double rounding(Attribution a) {
        double magnitude = Math.abs(a.bias());
        for (Contribution component : a.components()) {
            magnitude += Math.abs(component.logit());
        }
        return 2e-6 * magnitude + 2e-6 * Math.abs(a.logit());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void componentsAndBiasAddUpToTheLogitOfAnyModel(long seed, @TempDir Path folder) {
        TinyModel shape = new TinyModel((int) seed % 3 + 1, (int) seed % 2 + 1, 24, 40, 130, 20, 100 + seed);
        shape.write(folder);
        int[] ids = shape.ids(13);
        try (LogitLens tiny = LogitLens.open(folder)) {
            float[] logits = tiny.model().logits(ids);
            for (int token : new int[] {0, 7, 129}) {
                Attribution one = tiny.attribute(ids, AttributionOptions.of(TokenRef.of(token)), Hooks.none());
                assertEquals(logits[token], one.logit());
                assertEquals(one.logit(), one.sum(), 1e-4, "token " + token);
                assertEquals(one.logit() - one.sum(), one.residue());
                assertTrue(one.residualError() < 1e-4, "Σ components = residual, off by " + one.residualError());
                Attribution two = tiny.attribute(
                        ids, AttributionOptions.of(TokenRef.of(token)).versus(TokenRef.of(64)), Hooks.none());
                assertEquals((double) logits[token] - logits[64], two.logit());
                assertEquals(two.logit(), two.sum(), 1e-4);
                Attribution other = tiny.attribute(ids, AttributionOptions.of(TokenRef.of(64)), Hooks.none());
                for (int c = 0; c < one.components().size(); c++) {
                    assertEquals(one.components().get(c).logit() - other.components().get(c).logit(),
                            two.components().get(c).logit(), 1e-10, "a difference is the difference of two attributions");
                }
                assertEquals(one.bias() - other.bias(), two.bias(), 1e-12);
                assertNotEquals(0, two.bias(), "the bias does not cancel");
            }
        }
    }

    @Test
    void theSumClosesAtEveryPositionOfTheBundledModel() {
        int length = lens.tokenizer().encode(PROMPT).length;
        for (int position = 0; position < length; position++) {
            Attribution a = lens.attribute(PROMPT, AttributionOptions.of(" Paris").versus(" London").position(position));
            assertEquals(position, a.position());
            assertTrue(Math.abs(a.residue()) <= rounding(a), "residue " + a.residue() + ", rounding " + rounding(a));
        }
    }

    /// The rows of the frozen lens are the same numbers, computed another way: with the lens's float32 products.
    @Test
    void contributionsAreTheFrozenLensesLogits() {
        int[] ids = lens.tokenizer().encode(PROMPT);
        Attribution a = lens.attribute(PROMPT, AttributionOptions.of(" Paris"));
        LensResult result = lens.run(ids, LensOptions.defaults().points(PointKind.HEAD, PointKind.MLP_OUT)
                .layerNorm(LayerNormMode.FROZEN).positions(Positions.last()).track(" Paris"), Hooks.none());
        List<TrackedToken> track = result.track(" Paris", -1);
        int compared = 0;
        for (Contribution component : a.components()) {
            if (component.kind() == Contribution.Kind.HEAD || component.kind() == Contribution.Kind.MLP) {
                assertEquals(component.logit(), track.get(result.points().indexOf(result.point(component.name()))).logit(), 1e-4, component.label());
                compared++;
            }
        }
        assertEquals(result.points().size() - 1, compared);
        assertEquals(a.logit(), track.getLast().logit());
    }

    @Test
    void componentsStandInTheOrderOfTheForwardPass() {
        Attribution a = lens.attribute(PROMPT, AttributionOptions.of(" Paris"));
        int heads = a.config().nHeads();
        assertEquals(List.of("Embedding", "Position", "L0H0", "L0H1"),
                a.components().stream().limit(4).map(Contribution::label).toList());
        assertEquals(List.of("Layer 0 attn bias", "Layer 0 MLP", "L1H0"),
                a.components().stream().skip(2 + heads).limit(3).map(Contribution::label).toList());
        assertEquals(List.of("hook_embed", "hook_pos_embed", "blocks.0.attn.hook_result.0"),
                a.components().stream().limit(3).map(Contribution::name).toList());
        assertEquals(List.of("blocks.0.attn.b_O", "blocks.0.hook_mlp_out"),
                a.components().stream().skip(2 + heads).limit(2).map(Contribution::name).toList());
        assertEquals(a.components().size(), a.components().stream().map(Contribution::name).distinct().count());
        List<Double> magnitudes = a.strongest().stream().map(c -> Math.abs(c.logit())).toList();
        assertEquals(magnitudes.stream().sorted(Comparator.reverseOrder()).toList(), magnitudes);
        assertEquals(a.components().stream().collect(Collectors.toSet()), a.strongest().stream().collect(Collectors.toSet()));
    }

    @Test
    void neuronsAreThoseThatContributeMostAndMatchTheirPromotions() {
        Attribution a = lens.attribute(PROMPT, AttributionOptions.of(" Paris").neurons(3));
        int paris = lens.tokenizer().requireSingleToken(" Paris");
        for (Contribution component : a.components()) {
            boolean mlp = component.kind() == Contribution.Kind.MLP;
            assertEquals(mlp ? 3 : 0, component.neurons().size(), component.label());
        }
        Contribution.Neuron neuron = a.components().getLast().neurons().getFirst();
        assertEquals("L" + (a.config().nLayers() - 1) + "N" + neuron.neuron(), neuron.label());
        NeuronPromotions promotions = lens.neuron(
                neuron.layer(), neuron.neuron(), a.config().vocabSize(), LayerNormMode.FROZEN);
        float perUnit = promotions.promoted().stream().filter(t -> t.token().id() == paris).findFirst().orElseThrow().logit();
        assertEquals(neuron.logit(), neuron.activation() * perUnit / a.scale(), 1e-5 * Math.abs(neuron.logit()) + 1e-6);
        assertEquals(List.of(), lens.attribute(PROMPT, AttributionOptions.of(" Paris")).components().getLast().neurons());
    }

    @Test
    void aNeuronsPromotionsAreTheEndsOfOneOrder() {
        for (LayerNormMode mode : LayerNormMode.values()) {
            NeuronPromotions all = lens.neuron(2, 5, 50257, mode);
            assertEquals(mode, all.provenance().layerNorm());
            assertEquals(50257, all.promoted().size());
            for (int i = 1; i < 50257; i++) {
                NeuronPromotions.TokenLogit one = all.promoted().get(i - 1);
                NeuronPromotions.TokenLogit two = all.promoted().get(i);
                assertTrue(one.logit() > two.logit() || one.logit() == two.logit() && one.token().id() < two.token().id());
            }
            NeuronPromotions some = lens.neuron(2, 5, 4, mode);
            assertEquals(all.promoted().subList(0, 4), some.promoted());
            assertEquals(all.demoted().subList(0, 4), some.demoted());
            assertEquals(all.promoted().getLast().logit(), some.demoted().getFirst().logit());
        }
        float[] row = lens.model().components().neuron(2, 5);
        assertEquals(lens.model().unembedding().withoutNorm().logits(row)[6342],
                lens.neuron(2, 5, 50257, LayerNormMode.NONE).promoted().stream().filter(t -> t.token().id() == 6342)
                        .findFirst().orElseThrow().logit());
        assertTrue(refused(() -> lens.neuron(99, 0, 5, LayerNormMode.NONE)).startsWith("layer: expected 0 to"));
        assertTrue(refused(() -> lens.neuron(0, 1 << 20, 5, LayerNormMode.NONE)).startsWith("neuron: expected 0 to"));
        assertTrue(refused(() -> lens.neuron(0, 0, 0, LayerNormMode.NONE)).contains("top-k"));
    }

    @Test
    void whatAnEditorAddsIsNoComponents() {
        int[] ids = lens.tokenizer().encode(PROMPT);
        Hooks push = Hooks.none().edit(HookSite.RESID_MID.at(3), (point, x) -> {
            for (int i = 0; i < 10; i++) {
                x.set(x.get(6, i) + 1, 6, i);
            }
        });
        Attribution a = lens.attribute(ids, AttributionOptions.of(" Paris"), push);
        assertEquals(1, a.residualError(), 1e-3, "the ten dimensions are off by one");
        assertTrue(Math.abs(a.residue()) > 100 * rounding(a), "residue " + a.residue());
        assertEquals(a.logit() - a.sum(), a.residue());
    }

    @Test
    void theAnswerSaysWhatWasAsked() {
        AttributionOptions options =
                AttributionOptions.of(" Paris").versus(" London").position(-2).neurons(1).bos(Bos.PREPEND);
        Attribution a = lens.attribute(PROMPT, options);
        assertEquals(options, a.options());
        assertEquals("demo", a.modelId());
        assertEquals(8, a.tokens().size());
        assertEquals(6, a.position());
        assertEquals(" Paris", a.token().text());
        assertEquals(Optional.of(" London"), a.versus().map(Token::text));
        assertEquals("AttributionOptions[token= Paris, versus= London, position=-2, neurons=1, bos=PREPEND, specialTokens=TEXT]",
                options.toString());
        assertTrue(a.toString().contains("\" Paris\" − \" London\""), a.toString());
        assertThrows(UnsupportedOperationException.class, () -> a.components().clear());
    }

    @Test
    void whatIsNotThereIsRefused() {
        assertTrue(refused(() -> AttributionOptions.of(" Paris").versus(" Paris")).contains("another token"));
        assertTrue(refused(() -> lens.attribute(PROMPT, AttributionOptions.of(" Paris").versus(TokenRef.of(6342))))
                .contains("another token"));
        assertTrue(refused(() -> AttributionOptions.of(" Paris").neurons(-1)).contains("got -1"));
        assertTrue(refused(() -> lens.attribute(PROMPT, AttributionOptions.of("Paris "))).contains("expected one token"));
        assertTrue(refused(() -> lens.attribute(PROMPT, AttributionOptions.of(TokenRef.of(50257)))).contains("got 50257"));
        assertTrue(refused(() -> lens.attribute(PROMPT, AttributionOptions.of(" Paris").position(7))).contains("got 7"));
        assertTrue(refused(() -> lens.attribute("", AttributionOptions.of(" Paris"))).contains("an empty text"));
    }
}
