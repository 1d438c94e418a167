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

class LayersTest {

    /// Of a model of eight blocks.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "all; 0,1,2,3,4,5,6,7", "0; 0", "-1; 7", "5,2; 2,5", "2:5; 2,3,4", "5:; 5,6,7", ":2; 0,1", "::3; 0,3,6", "1::3; 1,4,7",
        "-4::2; 4,6", "6:40:2; 6", "0:8:100; 0", "8; !", "-9; !", "3:3; !", "8:; !"})
    void writtenFormsMeanTheirLayers(String text, String expected) {
        if (expected.equals("!")) {
            assertThrows(IllegalArgumentException.class, () -> Layers.parse(text).resolve(8));
            return;
        }
        assertArrayEquals(Arrays.stream(expected.split(",")).mapToInt(Integer::parseInt).toArray(),
                Layers.parse(text).resolve(8));
        assertEquals(Layers.parse(text), Layers.parse(Layers.parse(text).toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "last", "1:2:3:4", "0:8:0", "0:8:-1", "0:8:", "1,,2", "1.5", "99999999999"})
    void otherTextIsRefusedAndQuoted(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Layers.parse(text));
        assertTrue(e.getMessage().contains("\"" + text + "\""), e.getMessage());
    }

    @Test
    void factoriesAndTextMeanTheSame() {
        assertEquals(Layers.parse("0:12:3"), Layers.range(0, 12, 3));
        assertEquals("0:12:3", Layers.range(0, 12, 3).toString());
        assertEquals(Layers.parse("0:4"), Layers.range(0, 4));
        assertEquals(Layers.parse("1,2").hashCode(), Layers.of(1, 2).hashCode());
        assertNotEquals(Layers.of(1, 2), Layers.range(1, 2));
        assertThrows(IllegalArgumentException.class, Layers::of);
        assertThrows(IllegalArgumentException.class, () -> Layers.range(0, 4, 0));
        assertEquals("layer: expected -8 to 7 (the model has 8 layers), got 8",
                assertThrows(IllegalArgumentException.class, () -> Layers.of(8).resolve(8)).getMessage());
    }
}
