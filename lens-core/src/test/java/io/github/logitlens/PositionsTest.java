package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionsTest {

    /// Of a prompt of six tokens.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "all; 0,1,2,3,4,5", "last; 5", "0; 0", "5; 5", "-1; 5", "-6; 0", "' 2 '; 2", "0:3; 0,1,2", "3:; 3,4,5", ":2; 0,1",
        ":; 0,1,2,3,4,5", "-2:; 4,5", ":-4; 0,1", "1:-1; 1,2,3,4", "-3:-1; 3,4", "4:40; 4,5", "-40:1; 0", "3,1,3,-1; 1,3,5",
        "' 1 : 3 '; 1,2", "2147483646:,0; !", "6; !", "-7; !", "0,6; !", "3:3; !", "4:2; !", "6:; !", "40:50; !"})
    void writtenFormsMeanTheirPositions(String text, String expected) {
        if (expected.equals("!")) {
            assertThrows(IllegalArgumentException.class, () -> Positions.parse(text).resolve(6));
            return;
        }
        int[] positions = Arrays.stream(expected.split(",")).mapToInt(Integer::parseInt).toArray();
        assertArrayEquals(positions, Positions.parse(text).resolve(6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "first", "1:2:3", "1,,2", ",", "1.5", "0x1", "99999999999", "-", "--1", "1 2", "ALL"})
    void otherTextIsRefusedAndQuoted(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Positions.parse(text));
        assertTrue(e.getMessage().contains("\"" + text + "\""), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "last", "3", "-2", "1,4", "0:3", "3:", ":2", ":", "-5:-2"})
    void theTextReadsBack(String text) {
        Positions positions = Positions.parse(text);
        assertEquals(positions, Positions.parse(positions.toString()));
        assertEquals(positions.hashCode(), Positions.parse(positions.toString()).hashCode());
    }

    @Test
    void factoriesAndTextMeanTheSame() {
        assertEquals(Positions.last(), Positions.of(-1));
        assertEquals(Positions.parse("last"), Positions.last());
        assertEquals(Positions.parse("0:40"), Positions.range(0, 40));
        assertEquals(Positions.parse("2,3"), Positions.of(2, 3));
        assertNotEquals(Positions.of(2, 3), Positions.range(2, 3));
        assertEquals("last", Positions.of(-1).toString());
    }

    @Test
    void noPositionIsRefused() {
        assertThrows(IllegalArgumentException.class, Positions::of);
    }

    @Test
    void theGivenArrayIsCopied() {
        int[] given = {1, 2};
        Positions positions = Positions.of(given);
        given[0] = 5;
        assertArrayEquals(new int[] {1, 2}, positions.resolve(6));
    }

    /// Of a prompt of six tokens: what reaches beyond it is not cut off.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "all; 6", "last; 1", "0:6; 6", "5:; 1", "-6:; 6", ":-5; 1", "-6:-1; 5", "1,3; 2", "0:7; !", "6:; !", "-7:; !", ":-7; !", "0:40; !"})
    void aWholeRangeLiesWithinThePrompt(String text, String count) {
        Positions positions = Positions.parse(text);
        if (count.equals("!")) {
            assertEquals("position: expected a range within 0:6 (the prompt has 6 tokens), got " + text,
                    assertThrows(IllegalArgumentException.class, () -> positions.resolveWhole(6)).getMessage());
            return;
        }
        assertArrayEquals(positions.resolve(6), positions.resolveWhole(6));
        assertEquals(Integer.parseInt(count), positions.resolveWhole(6).length);
    }

    @Test
    void aPositionOutsideNamesTheRangeAndTheLength() {
        assertEquals("position: expected -1 to 0 (the prompt has 1 token), got 1",
                assertThrows(IllegalArgumentException.class, () -> Positions.of(1).resolve(1)).getMessage());
        assertEquals("position: expected -6 to 5 (the prompt has 6 tokens), got 6",
                assertThrows(IllegalArgumentException.class, () -> Positions.of(6).resolve(6)).getMessage());
    }
}
