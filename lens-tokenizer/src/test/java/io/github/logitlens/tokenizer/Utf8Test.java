package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Test {
    /// What Python, Rust and the WHATWG standard give; `?` stands for U+FFFD.
    @ParameterizedTest
    @CsvSource({
        "41, A", "C3A9, é", "F09F9880, 😀", "80, ?", "BF, ?", "C0AF, ??", "C1BF, ??", "C2, ?", "C241, ?A", "E2, ?", "E282, ?",
        "E28241, ?A", "E08080, ???", "E09FBF, ???", "EDA080, ???", "EDA341, ??A", "EDBFBF, ???", "F0, ?", "F09F, ?", "F09F98, ?",
        "F09F9841, ?A", "F0808080, ????", "F08FBFBF, ????", "F4908080, ????", "F5808080, ????", "FE, ?", "FF, ?", "EFBFBD, ?",
        "F09F98F09F9880, ?😀", "E2E282AC, ?€", "EDA080EDB080, ??????"})
    void illFormedBytesDecodeAsTheStandardSays(String hex, String expected) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertEquals(expected.replace('?', '\uFFFD'), Utf8.decode(bytes, 0, bytes.length));
    }

    @Test
    void randomBytesDecodeAsTheDecoderOfTheStandardDoes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int[] leads = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1,
            0xF4, 0xF5, 0xFF};
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(9)];
            for (int b = 0; b < bytes.length; b++) {
                bytes[b] = (byte) (random.nextBoolean() ? leads[random.nextInt(leads.length)] : random.nextInt());
            }
            String expected = standard(bytes);
            if (!expected.equals(Utf8.decode(bytes, 0, bytes.length))) {
                assertEquals(expected, Utf8.decode(bytes, 0, bytes.length),
                        "seed " + seed + ", bytes " + HexFormat.of().formatHex(bytes));
            }
        }
    }

    /// The UTF-8 decoder of the WHATWG encoding standard, step by step as written there.
    private static String standard(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int codePoint = 0;
        int seen = 0;
        int needed = 0;
        int lower = 0x80;
        int upper = 0xBF;
        for (int i = 0; i < bytes.length; i++) {
            int b = bytes[i] & 0xFF;
            if (needed == 0) {
                if (b <= 0x7F) {
                    text.append((char) b);
                } else if (b >= 0xC2 && b <= 0xDF) {
                    needed = 1;
                    codePoint = b & 0x1F;
                } else if (b >= 0xE0 && b <= 0xEF) {
                    lower = b == 0xE0 ? 0xA0 : lower;
                    upper = b == 0xED ? 0x9F : upper;
                    needed = 2;
                    codePoint = b & 0xF;
                } else if (b >= 0xF0 && b <= 0xF4) {
                    lower = b == 0xF0 ? 0x90 : lower;
                    upper = b == 0xF4 ? 0x8F : upper;
                    needed = 3;
                    codePoint = b & 0x7;
                } else {
                    text.append('\uFFFD');
                }
            } else if (b < lower || b > upper) {
                codePoint = needed = seen = 0;
                lower = 0x80;
                upper = 0xBF;
                i--;
                text.append('\uFFFD');
            } else {
                lower = 0x80;
                upper = 0xBF;
                codePoint = codePoint << 6 | b & 0x3F;
                if (++seen == needed) {
                    text.appendCodePoint(codePoint);
                    codePoint = needed = seen = 0;
                }
            }
        }
        return needed > 0 ? text.append('\uFFFD').toString() : text.toString();
    }

    @Test
    void textsAreEncodedAsTheJdkEncodesThem() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            String text = RandomText.next(random, random.nextInt(300));
            assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), encode(text), "seed " + seed + ", text " + i);
        }
        // Longer than a chunk, with a pair of surrogates at every place relative to its end.
        for (int before = 4090; before < 4100; before++) {
            String text = "x".repeat(before) + "😀".repeat(5000) + "\u20AC".repeat(20000);
            assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), encode(text));
        }
    }

    @Test
    void aLoneSurrogateIsAReplacementCharacterAndNotAQuestionMark() {
        for (String text : new String[] {"\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D", "\uD83D\uD83D\uDE00", "x".repeat(4095)
                + "\uD83D", "x".repeat(4095) + "\uD83Dy"}) {
            byte[] expected = text.replaceAll("[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]", "\uFFFD")
                    .getBytes(StandardCharsets.UTF_8);
            assertArrayEquals(expected, encode(text));
        }
        assertArrayEquals(new int[] {4210}, Gpt2Tokenizer.gpt2().encode("\uDC00"));
        assertArrayEquals(new int[] {4210}, Gpt2Tokenizer.gpt2().encode("\uD83D"));
    }

    private static byte[] encode(String text) {
        Utf8Text utf8 = Utf8Text.of(text);
        return Arrays.copyOf(utf8.bytes(), utf8.length());
    }
}
