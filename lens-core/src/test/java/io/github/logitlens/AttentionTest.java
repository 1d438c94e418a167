package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Attention patterns and what is made of them, against the float64 oracle.
class AttentionTest {

    /// Of what the oracle's own code loses in float32; Java's float32 adds in another order. Twice the worst measured.
    private static final double BUDGET = 4;

    static Stream<String> fixtures() {
        return Stream.concat(Golden.TINY.stream(), Stream.of("demo/attention"));
    }

    private static LogitLens open(String name) {
        return name.startsWith("demo") ? LogitLens.open("demo") : LogitLens.open(Golden.folder(name));
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void patternsAndScoresMatch(String name) {
        Golden golden = Golden.attention(name);
        int[] ids = golden.ids();
        int seqLen = ids.length;
        double worst = 0;
        try (LogitLens lens = open(name)) {
            Attention attention = lens.attention(ids, AttentionOptions.defaults(), Hooks.none());
            int nHeads = attention.config().nHeads();
            assertEquals(attention.config().nLayers() * nHeads, attention.heads().size());
            for (int i = 0; i < attention.heads().size(); i++) {
                AttentionHead head = attention.heads().get(i);
                assertEquals(List.of(i / nHeads, i % nHeads), List.of(head.layer(), head.head()));
                double budget = BUDGET * golden.entry("float32_error").get(head.layer()).doubleValue() + 1e-7;
                for (int query = 0; query < seqLen; query++) {
                    for (int key = 0; key < seqLen; key++) {
                        double error = Math.abs(golden.tensor("pattern")[(i * seqLen + query) * seqLen + key] - head.weight(query, key));
                        assertTrue(error <= budget, head + ", query " + query + ", key " + key + ": " + error + " > " + budget);
                        worst = Math.max(worst, error / budget);
                    }
                }
                near(golden, "previous", i, head, AttentionHead::previous, budget);
                near(golden, "first", i, head, AttentionHead::first, budget);
                near(golden, "induction", i, head, AttentionHead::induction, budget * seqLen);
                // d(−a ln a)/da grows as ln a, but so small an a is off by a part of itself.
                near(golden, "entropy", i, head, AttentionHead::entropy, budget * seqLen * Math.log(1 / budget));
            }
        }
        System.out.printf(Locale.ROOT, "AttentionTest %s: %.2f of the budget%n", name, worst);
    }

    private static void near(Golden golden, String score, int i, AttentionHead head, ToDoubleFunction<AttentionHead> actual, double budget) {
        double expected = golden.tensor(score)[i];
        double got = actual.applyAsDouble(head);
        assertTrue(Double.isNaN(expected) ? Double.isNaN(got) : Math.abs(expected - got) <= budget,
                head.label() + " " + score + ": expected " + expected + " ± " + budget + ", got " + got);
    }

    @Test
    void someHeadsOfSomeLayersAreThoseOfAllOfThem() {
        try (LogitLens lens = LogitLens.open("demo")) {
            Attention all = lens.attention("The cat sat on the mat", AttentionOptions.defaults().bos(Bos.PREPEND));
            Attention some = lens.attention("The cat sat on the mat",
                    AttentionOptions.defaults().bos(Bos.PREPEND).layers(Layers.of(2, 5)).heads(-1, 1));
            assertEquals(List.of("L2H1", "L2H3", "L5H1", "L5H3"), some.heads().stream().map(AttentionHead::label).toList());
            assertEquals(7, some.tokens().size());
            for (AttentionHead head : some.heads()) {
                assertEquals(all.head(head.layer(), head.head()).toString(), head.toString());
                assertEquals(all.head(head.layer(), head.head()).weight(6, 2), head.weight(6, 2));
            }
            assertEquals(some.head(5, 3).toString(), some.head(-3, -1).toString());
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> some.head(0, 1));
            assertEquals("head: expected one of [L2H1, L2H3, L5H1, L5H3], got L0H1", e.getMessage());
        }
    }

    @Test
    void anEditedRunShowsWhatWasEditedAndSaysSo() {
        try (LogitLens lens = LogitLens.open("demo")) {
            int[] ids = lens.tokens("The cat sat", Bos.NONE);
            Attention edited = lens.attention(ids, AttentionOptions.defaults().layers(Layers.of(0)),
                    Hooks.none().edit(HookSite.ATTN_PATTERN.at(0), (point, a) -> a.set(0.25f, 1, 2, 0)));
            assertEquals(0.25f, edited.head(0, 1).weight(2, 0));
            assertFalse(edited.provenance().edits().isEmpty());
        }
    }

    @Test
    void aTokenThatNothingPrecedesHasNoScores() {
        try (LogitLens lens = LogitLens.open("demo")) {
            AttentionHead one = lens.attention("The", AttentionOptions.defaults()).head(0, 0);
            assertEquals(1f, one.weight(0, 0));
            for (double score : new double[] {one.entropy(), one.previous(), one.first(), one.induction()}) {
                assertTrue(Double.isNaN(score));
            }
            AttentionHead two = lens.attention("The cat", AttentionOptions.defaults()).head(0, 0);
            assertEquals(1, two.previous() + two.weight(1, 1), 1e-6);
            assertTrue(Double.isNaN(two.induction()), "no token is repeated");
        }
    }

    @Test
    void whatIsNotThereIsRefused() {
        try (LogitLens lens = LogitLens.open("demo")) {
            assertEquals("head: expected -4 to 3 (each layer has 4 heads), got 4", assertThrows(IllegalArgumentException.class,
                    () -> lens.attention("The", AttentionOptions.defaults().heads(4))).getMessage());
            assertEquals("layer: expected -8 to 7 (the model has 8 layers), got 8", assertThrows(IllegalArgumentException.class,
                    () -> lens.attention("The", AttentionOptions.defaults().layers(Layers.of(8)))).getMessage());
            assertEquals("prompt: expected at least one token, got an empty text", assertThrows(IllegalArgumentException.class,
                    () -> lens.attention("", AttentionOptions.defaults())).getMessage());
        }
    }
}
