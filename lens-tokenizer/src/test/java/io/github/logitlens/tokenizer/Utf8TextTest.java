package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Texts longer than the 4096 units that are encoded at a time, and what stands at the seam.
class Utf8TextTest {

    private static final int CHUNK = 4096;

    private static String decoded(Utf8Text text) {
        return Utf8.decode(text.bytes(), 0, text.length());
    }

    /// A pair that is cut by the end of a chunk, or begins one, or ends one, stays a pair.
    @ParameterizedTest
    @ValueSource(ints = {CHUNK - 2, CHUNK - 1, CHUNK, 2 * CHUNK - 3, 2 * CHUNK - 2, 2 * CHUNK - 1})
    void aPairAtTheSeamStaysAPair(int before) {
        String text = "a".repeat(before) + "😀b";
        assertEquals(text, decoded(Utf8Text.of(text)));
        assertEquals(text, decoded(Utf8Text.of("<" + text + ">", 1, text.length() + 1)));
    }

    /// The chunk before it ended in the other half of a pair.
    @Test
    void aLoneHalfAtTheEndIsNotJoinedWithWhatStoodThereBefore() {
        String text = "x\uDE00" + "x".repeat(CHUNK - 2) + "\uD83D";
        assertEquals("x\uFFFD" + "x".repeat(CHUNK - 2) + "\uFFFD", decoded(Utf8Text.of(text)));
    }

    /// Three bytes a unit, more than there is room for at first.
    @ParameterizedTest
    @ValueSource(ints = {1, CHUNK, 5 * CHUNK, 50 * CHUNK})
    void wideTextsGetTheRoomTheyNeed(int units) {
        String text = "世".repeat(units);
        Utf8Text utf8 = Utf8Text.of(text);
        assertEquals(3 * units, utf8.length());
        assertEquals(text, decoded(utf8));
        assertDoesNotThrow(() -> utf8.eight(utf8.length()), "the padding");
    }
}
