package io.github.logitlens.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenRef;
import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Edits as values. The model has 3 layers, 3 heads, dModel 21.
class EditsTest {

    private static final int[] IDS = Golden.read("tiny-odd").ids();

    private static Gpt2Model model;

    @BeforeAll
    static void open() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("tiny-odd"))) {
            model = Gpt2Model.load(checkpoint);
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void theWrittenFormIsReadBack() {
        Edit edit = Edits.zeroHead(1, 2);
        assertEquals("zero:L1H2", edit.toString());
        assertEquals(edit, Edits.parse("zero:L1H2"));
        assertEquals(edit, Edits.parse(" zero:L1H2 "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zero:L1H2", "zero:L0-2H0-1@5", "zero:embed@0,3", "mean:L1.mlp_out@2:6", "resample:L1H2@-1",
        "patch:L1.resid_post@5", "patch:L1.resid_pre@-1=L2.resid_post@3", "patch:L0-1.attn_out=L2.mlp_out", "scale:L1.n7*0.5",
        "scale:L1.n7-9@1:*-2", "steer:L1.resid_mid*2.5=unembed: Paris", "steer:pos_embed*1=embed:id:7", "steer:L1.resid_pre*1e-7=diff",
        "steer:L1.resid_pre*3=diff@-2", "replace:L1.attn.q@3=some dir/q,1=2*3@4.safetensors", "erase:L1.resid_post=lens: a",
        "swap:L2.resid_post@-1=unembed: a|b|embed:id:3", "cut:L1H0-2@6/0", "cut:L1.attn.pattern@2:6/0,1,renorm", "zero:L1H2.q",
        "zero:L2.mlp.pre", "zero:L1.ln1.normalized"})
    void everyWrittenFormIsPrintedAndReadBack(String text) {
        Edit edit = Edits.parse(text);
        assertEquals(text.replace("1e-7", "1.0E-7"), edit.toString());
        assertEquals(edit, Edits.parse(edit.toString()));
        assertEquals(edit.hashCode(), Edits.parse(edit.toString()).hashCode());
    }

    @Test
    void factoriesMakeWhatTheTextSays() {
        Place head = Place.head(1, 2);
        Place residual = Place.of(HookSite.RESID_POST.at(1));
        Prompt other = Prompt.ids(1, 2, 3);
        assertEquals(Edits.parse("zero:blocks.1.hook_resid_post@5"), Edits.zero(residual).at(5));
        assertEquals(Edits.parse("mean:L1H2", List.of(other)), Edits.mean(head).from(other));
        assertEquals(Edits.parse("resample:L1H2@last", List.of(other)), Edits.resample(head).at(Positions.last()).from(other));
        assertEquals(Edits.parse("patch:L1.resid_post", List.of(Prompt.of("x"))), Edits.patch(residual).from("x"));
        assertEquals(Edits.parse("patch:L1.resid_post@5=L2.resid_post@-1", List.of(other)),
                Edits.patch(residual, Place.parse("L2.resid_post"), Positions.of(-1)).at(5).from(other));
        assertEquals(Edits.parse("scale:L1.n7*0.5"), Edits.scale(Place.neuron(1, 7), 0.5));
        assertEquals(Edits.parse("steer:L1.resid_post*2=unembed: a"), Edits.steer(residual, 2, Direction.unembed(TokenRef.of(" a"))));
        assertEquals(Edits.parse("replace:L1.resid_post=v.safetensors"), Edits.replace(residual, Direction.file(Path.of("v.safetensors"))));
        assertEquals(Edits.parse("cut:L1H2@3/0,renorm"), Edits.cutRenormalized(head, Positions.of(3), Positions.of(0)));
        assertEquals(Edits.steer(residual, 1, Direction.of(1, 2)), Edits.steer(residual, 1, Direction.of(1, 2)));
        assertEquals("steer:L1.resid_post*1=[2 values, sha256 b9c80b5adeca]", Edits.steer(residual, 1, Direction.of(1, 2)).toString());
    }

    @Test
    void aHeadWithoutInputIsWhatAnEditorMakesByHand() {
        float[] byHand = model.run(IDS, Hooks.none().edit(HookSite.ATTN_Z.at(1), (point, z) -> {
            for (int position = 0; position < IDS.length; position++) {
                for (int i = 0; i < 7; i++) {
                    z.set(0, position, 2, i);
                }
            }
        }));
        Bits.assertSame(byHand, model.run(IDS, Hooks.of(Edits.zeroHead(1, 2))), () -> "zero:L1H2");
    }

    @Test
    void ablationsOfTwoHeadsCommute() {
        Edit one = Edits.zeroHead(1, 2);
        Edit other = Edits.zeroHead(0, 1);
        Bits.assertSame(model.run(IDS, Hooks.of(one, other)), model.run(IDS, Hooks.of(other, one)), () -> "both orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zero", "zero:", "zero:L1", "zero:H2", "zero:L1H2H3", "zero:L-1H2", "null:L1H2", "L1H2", "", "zero:L1234567H1",
        "zero:L5-2H1", "zero:L1.nothing", "zero:L1H2.pattern", "zero:L1H2@x", "zero:L1H2*2", "zero:L1H2=3", "scale:L1H2", "scale:L1H2*x",
        "scale:L1H2*Infinity", "steer:L1.resid_post*2", "steer:L1.resid_post*2=", "swap:L1.resid_post=unembed: a", "cut:L1H2", "cut:L1H2@3",
        "cut:L1.resid_post@3/0", "cut:L1H2@3/0,renormed", "patch:L1.resid_post=nowhere@3", "zero:L1.attn.pattern", "zero:L1H2@"})
    void whatIsNoEditIsRefused(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Edits.parse(text)).getMessage();
        assertTrue(message.startsWith("edit") && message.contains("expected") && message.contains("got"), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "zero:L3H0 | expected a head from L0H0 to L2H2, got L3H0",
        "zero:L0-3H0 | expected a head from L0H0 to L2H2, got L0-3H0",
        "zero:L3.attn_out | expected a layer from L0 to L2, got L3.attn_out",
        "zero:L1.n50 | expected a neuron from n0 to n49 (dMlp), got L1.n50",
        "patch:L1.resid_post | expected one prompt to take from, got 0",
        "steer:L1.resid_post*1=diff | expected 2 prompts to take from, got 0",
        "patch:L1.resid_post=L1H2 | expected a place of 21 values to take from, got 7 of L1H2",
        "patch:L0-2.resid_post=L0-1.resid_post | expected one layer to take from, or 3, got 2",
        "steer:L1H2*1=unembed:id:3 | expected a place of the residual stream or of what is written into it, such as resid_post or mlp_out, got L1H2",
        "erase:L1.mlp_out=lens:id:3 | expected a place that a lens reads, resid_pre, resid_mid or resid_post, got L1.mlp_out",
        "cut:L0H3@3/0 | expected a head from L0H0 to L2H2, got L0H3"})
    void whatTheModelHasNotIsRefusedBeforeAnythingRuns(String text, String message) {
        Hooks hooks = Hooks.of(Edits.parse(text)).observe(HookSite.EMBED.at(0), (point, a) -> {
            throw new AssertionError("the run began");
        });
        assertEquals("edit " + text + ": " + message,
                assertThrows(IllegalArgumentException.class, () -> model.run(IDS, hooks)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "zero:L1H2@17 | position: expected -17 to 16 (the prompt has 17 tokens), got 17",
        "zero:L1H2@-18 | position: expected -17 to 16 (the prompt has 17 tokens), got -18",
        "zero:L1H2@15:18 | position: expected a range within 0:17 (the prompt has 17 tokens), got 15:18",
        "cut:L1H2@3/17 | position: expected -17 to 16 (the prompt has 17 tokens), got 17",
        "cut:L1H2@3/4 | expected a key that the query sees, at or before it, got key 4 and query 3",
        "cut:L1H2@1/0:2,renorm | expected a key to be left for query 1, got none; without renorm it sees nothing",
        "steer:L1.resid_post*1=unembed:id:3 | expected to be prepared for the model that it takes something from; LogitLens does so for its runs, and LogitLens.prepare for others"})
    void whatThePromptHasNotIsRefusedBeforeAnythingRuns(String text, String message) {
        Hooks hooks = Hooks.of(Edits.parse(text)).observe(HookSite.EMBED.at(0), (point, a) -> {
            throw new AssertionError("the run began");
        });
        assertEquals("edit " + text + ": " + message,
                assertThrows(IllegalArgumentException.class, () -> model.run(IDS, hooks)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"zero:L3H0", "zero:L0H3"})
    void aHeadThatTheModelHasNotIsRefusedBeforeAnythingRuns(String text) {
        Hooks hooks = Hooks.of(Edits.parse(text)).observe(HookSite.EMBED.at(0), (point, a) -> {
            throw new AssertionError("the run began");
        });
        assertEquals("edit " + text + ": expected a head from L0H0 to L2H2, got " + text.substring(5),
                assertThrows(IllegalArgumentException.class, () -> model.run(IDS, hooks)).getMessage());
    }
}
