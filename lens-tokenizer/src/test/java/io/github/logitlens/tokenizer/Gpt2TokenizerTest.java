package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.OptionalInt;

import org.junit.jupiter.api.Test;

class Gpt2TokenizerTest {
    private final Gpt2Tokenizer tokenizer = Gpt2Tokenizer.gpt2();

    @Test
    void everyRecordedCaseGivesItsIdsAndComesBack() {
        List<Cases> cases = Cases.all();
        assertEquals(599, cases.size());
        for (Cases c : cases) {
            assertArrayEquals(c.ids(), tokenizer.encode(c.text()), () -> c.group() + ": " + c.text());
            assertEquals(c.text(), tokenizer.decode(c.ids()));
        }
    }

    @Test
    void theDocumentedExamplesHold() {
        assertArrayEquals(new int[] {464, 412, 733, 417, 8765, 318, 287}, tokenizer.encode("The Eiffel Tower is in"));
        assertEquals("The Eiffel Tower", tokenizer.decode(464, 412, 733, 417, 8765));
        assertArrayEquals(new int[] {15496, 995}, tokenizer.encode("Hello world"));
        assertEquals(OptionalInt.of(6342), tokenizer.singleToken(" Paris"));
        assertEquals(OptionalInt.empty(), tokenizer.singleToken("Paris "));
        assertEquals(OptionalInt.of(50256), tokenizer.singleToken("<|endoftext|>"));
        assertEquals(50257, tokenizer.vocabSize());
        assertEquals(50256, tokenizer.endOfText());
        assertArrayEquals(new int[] {27, 91, 437, 1659, 5239, 91, 29}, tokenizer.encode("<|endoftext|>"));
        assertArrayEquals(new int[] {50256}, tokenizer.encode("<|endoftext|>", SpecialTokens.PARSE));
    }

    @Test
    void aTextOfSeveralTokensIsRefusedWithItsPiecesAndItsSiblings() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> tokenizer.requireSingleToken("Paris "));
        assertEquals("token text \"Paris \": expected one token, got 2: \"Paris\" | \" \"; did you mean \" Paris\" (6342)"
                + " or \"Paris\" (40313)?", e.getMessage());
    }
}
