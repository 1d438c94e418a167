package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The scanner against GPT-2's pattern itself, run by the JDK's engine with the classes of Unicode 14.
class PreTokenizerTest {
    /// The letters and numbers that JDK 25 (Unicode 16) knows and Unicode 14 does not: 9392, none of which Unicode 14 had
    /// assigned at all.
    private static final String SINCE_UNICODE_14 = """
            1C89-1C8A A7CB-A7CD A7DA-A7DC 105C0-105F3 10D40-10D65 10D6F-10D85 10EC2-10EC4 1123F-11240 11380-11389
            1138B 1138E 11390-113B5 113B7 113D1 113D3 116D0-116E3 11BC0-11BE0 11BF0-11BF9 11F02 11F04-11F10
            11F12-11F33 11F50-11F59 1342F 13441-13446 13460-143FA 16100-1611D 16130-16139 16D40-16D6C 16D70-16D79
            18CFF 1B132 1B155 1CCF0-1CCF9 1D2C0-1D2D3 1DF25-1DF2A 1E030-1E06D 1E4D0-1E4EB 1E4F0-1E4F9 1E5D0-1E5ED
            1E5F0-1E5FA 2B739 2EBF0-2EE5D 31350-323AF
            """;
    private static final int NEWER_CHARACTERS = 9392;

    private static final Pattern GPT2 = pattern();

    private static Pattern pattern() {
        StringBuilder newer = new StringBuilder("[");
        for (String range : SINCE_UNICODE_14.strip().split("\\s+")) {
            String[] ends = range.split("-");
            newer.append("\\x{").append(ends[0]).append("}-\\x{").append(ends[ends.length - 1]).append('}');
        }
        String letter = "[\\p{L}&&[^" + newer + "]]]";
        String number = "[\\p{N}&&[^" + newer + "]]]";
        String space = "\\p{IsWhite_Space}";
        String other = "[^" + space + "\\p{L}\\p{N}]|" + newer + "]";
        return Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?" + letter + "+| ?" + number + "+| ?(?:" + other + ")+|" + space
                + "+(?!" + "[^" + space + "])|" + space + "+");
    }

    @Test
    void everyCodePointHasTheClassOfUnicode14() {
        Pattern letters = Pattern.compile("\\p{L}");
        Pattern numbers = Pattern.compile("\\p{N}");
        Pattern spaces = Pattern.compile("\\p{IsWhite_Space}");
        boolean[] newer = new boolean[0x110000];
        int count = 0;
        for (String range : SINCE_UNICODE_14.strip().split("\\s+")) {
            String[] ends = range.split("-");
            for (int c = Integer.parseInt(ends[0], 16); c <= Integer.parseInt(ends[ends.length - 1], 16); c++) {
                newer[c] = true;
                count++;
            }
        }
        assertEquals(NEWER_CHARACTERS, count);
        int spaceCount = 0;
        for (int c = 0; c < 0x110000; c++) {
            String character = Character.toString(c);
            byte expected = newer[c] ? CharClasses.OTHER
                    : letters.matcher(character).matches() ? CharClasses.LETTER
                    : numbers.matcher(character).matches() ? CharClasses.NUMBER
                    : spaces.matcher(character).matches() ? CharClasses.SPACE : CharClasses.OTHER;
            assertEquals(expected, CharClasses.of(c), Integer.toHexString(c));
            spaceCount += expected == CharClasses.SPACE ? 1 : 0;
        }
        assertEquals(25, spaceCount);
    }

    /// Of the planes where nothing is assigned, all of one class as the table of all code points above says, one in 97.
    @Tag("slow")
    @Test
    void everyCodePointIsCutAsThePatternCutsItInSeveralContexts() {
        String[] contexts = {"a@a", "1@1!@", " @", "  @  a", "'@ @'s", "\n@@'re "};
        for (String context : contexts) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < 0x110000; c += c < 0x40000 || c >= 0xE0000 && c < 0xE1000 ? 1 : 97) {
                if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                    text.append(context.replace("@", Character.toString(c)));
                    if (text.length() > 4000) {
                        assertSameCuts(text.toString(), context);
                        text.setLength(0);
                    }
                }
            }
            assertSameCuts(text.toString(), context);
        }
    }

    @Test
    void everyCodePointAtTheEndOfATextIsCutAsThePatternCutsIt() {
        for (int c = 0; c < 0x20000; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                assertSameCuts("a " + Character.toString(c), "end");
            }
        }
    }

    @Test
    void randomTextsAreCutAsThePatternCutsThem() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            assertSameCuts(RandomText.next(random, 1 + random.nextInt(60)), "seed " + seed + ", text " + i);
        }
    }

    private static void assertSameCuts(String text, String where) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Matcher matcher = GPT2.matcher(text);
        int at = 0;
        int unit = 0;
        while (at < bytes.length) {
            int end = PreTokenizer.next(bytes, at, bytes.length);
            String cut = new String(bytes, at, end - at, StandardCharsets.UTF_8);
            boolean found = matcher.find(unit);
            String expected = found ? matcher.group() : "";
            if (!expected.equals(cut) || matcher.start() != unit) {
                assertEquals(expected, cut, where + ", at unit " + unit + " of " + text);
            }
            at = end;
            unit = matcher.end();
        }
        assertEquals(text.length(), unit, where);
    }
}
