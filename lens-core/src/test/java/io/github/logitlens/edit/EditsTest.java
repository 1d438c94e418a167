package io.github.logitlens.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    @ValueSource(strings = {"zero", "zero:", "zero:L1", "zero:H2", "zero:L1H2H3", "zero:L-1H2", "null:L1H2", "L1H2", "", "zero:L1234567H1"})
    void whatIsNoEditIsRefused(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Edits.parse(text)).getMessage();
        assertTrue(message.startsWith("edit") && message.contains("expected") && message.contains("got"), message);
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
