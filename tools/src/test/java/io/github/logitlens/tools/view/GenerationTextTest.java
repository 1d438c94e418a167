package io.github.logitlens.tools.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GenerationTextTest {

    @Test
    void aTerminalGetsLineFeedsAndNoOtherControlCharacter() {
        assertEquals("one\ntwo \\u001b[2J\n", GenerationText.shown("one\ntwo \u001b[2J\n", true));
        assertEquals("one\ntwo \u001b[2J\n", GenerationText.shown("one\ntwo \u001b[2J\n", false));
    }
}
