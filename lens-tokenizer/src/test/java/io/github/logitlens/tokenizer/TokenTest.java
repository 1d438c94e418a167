package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class TokenTest {
    private static String display(String text) {
        return new Token(0, text.getBytes(StandardCharsets.UTF_8)).display();
    }

    @Test
    void charactersAreShownAndControlsAndBrokenBytesAreEscaped() {
        assertEquals(" Paris", display(" Paris"));
        assertEquals("\\n\\n", display("\n\n"));
        assertEquals("\\t\\r\\x00\\x1b\\x7f", display("\t\r\0\u001B\u007F"));
        assertEquals("é世😀", display("é世😀"));
        assertEquals("\\xc2\\x85", display("\u0085"));
        assertEquals("\\xe2\\x80\\xae", display("\u202E"));
        assertEquals("\\xef\\xbf\\xbd", display("\uFFFD"));
        assertEquals("❤\\xef\\xb8\\x8f", display("❤\uFE0F"), "a variation selector");
        assertEquals("\\xe3\\x85\\xa4", display("\u3164"), "a filler");
        assertEquals(" \\xe2\\x80", new Token(0, new byte[] {' ', (byte) 0xE2, (byte) 0x80}).display());
    }

    @Test
    void noTokenOfGpt2IsShownWithAReplacementCharacterOrAControl() {
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.gpt2();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            String shown = tokenizer.token(id).display();
            assertFalse(shown.contains("\uFFFD") || shown.chars().anyMatch(Character::isISOControl), shown);
        }
    }

    @Test
    void aTokenKeepsItsBytesToItself() {
        byte[] bytes = {'a', (byte) 0x80};
        Token token = new Token(7, bytes);
        bytes[0] = 'b';
        token.bytes()[0] = 'c';
        assertArrayEquals(new byte[] {'a', (byte) 0x80}, token.bytes());
        assertEquals("6180", token.hex());
        assertEquals("a\uFFFD", token.text());
        assertEquals("Token[id=7, \"a\\x80\"]", token.toString());
        assertEquals(new Token(7, new byte[] {'a', (byte) 0x80}), token);
        assertEquals(new Token(7, new byte[] {'a', (byte) 0x80}).hashCode(), token.hashCode());
        assertNotEquals(new Token(8, new byte[] {'a', (byte) 0x80}), token);
        assertNotEquals(new Token(7, new byte[] {'a'}), token);
    }

    @Test
    void jsonOfATokenHasItsTextAndReadsBack() throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper();
        Token paris = Gpt2Tokenizer.gpt2().token(6342);
        String json = mapper.writeValueAsString(paris);
        assertEquals("{\"id\":6342,\"text\":\" Paris\",\"bytes\":\"IFBhcmlz\"}", json);
        assertEquals(paris, mapper.readValue(json, Token.class));
    }

    @Test
    void aTextThatIsNotThatOfTheBytesIsRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new Token(7, "b", new byte[] {'a'}));
        assertEquals("text of token 7: expected \"a\", got \"b\"", e.getMessage());
    }
}
