package io.github.logitlens.internal.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextWidthTest {

    @ParameterizedTest
    @CsvSource({"abc, 3", "é, 1", "e\u0301, 1", "日本, 4", "한, 2", "🙂, 2", "ｆ, 2", "ﾊ, 1", "…, 1", "Москва, 6", "שלום, 4"})
    void columnsOfATerminal(String text, int width) {
        assertEquals(width, TextWidth.of(text));
    }

    @Test
    void paddingCountsColumns() {
        assertEquals("日本 ", TextWidth.padded("日本", 5));
        assertEquals(" 日本", TextWidth.leftPadded("日本", 5));
        assertEquals("日本", TextWidth.padded("日本", 2));
    }
}
