package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// However a text is cut into the parts in which it comes, its ids are those of the whole.
@Timeout(60)
class StreamingEncoderTest {

    private static final int TEXTS = 3000;

    @TempDir
    private Path directory;

    private static int[] streamed(Gpt2Tokenizer tokenizer, SpecialTokens mode, String text, Random random, int most) {
        StreamingEncoder encoder = tokenizer.streamingEncoder(mode);
        IntStream.Builder ids = IntStream.builder();
        for (int at = 0; at < text.length();) {
            int end = Math.min(text.length(), at + random.nextInt(most + 1));
            Arrays.stream(encoder.accept(text.substring(at, end))).forEach(ids);
            at = end;
        }
        Arrays.stream(encoder.finish()).forEach(ids);
        return ids.build().toArray();
    }

    private static void assertSameIds(Gpt2Tokenizer tokenizer, Random random, String text) {
        for (SpecialTokens mode : SpecialTokens.values()) {
            int most = 1 + random.nextInt(30);
            assertArrayEquals(tokenizer.encode(text, mode), streamed(tokenizer, mode, text, random, most),
                    () -> mode + ", parts of up to " + most + ": " + text);
        }
    }

    @Test
    void theIdsAreThoseOfTheWholeText() {
        Random random = new Random(61);
        for (int i = 0; i < TEXTS; i++) {
            assertSameIds(Gpt2Tokenizer.gpt2(), random, RandomText.next(random, 1 + random.nextInt(60)));
        }
    }

    /// Letters, apostrophes and white space meet in each way that four characters can.
    @Test
    void everyMeetingOfClassesIsCutRight() {
        String[] characters = {"s", "l", "r", "e", "'", " ", "\n", "5", ".", "\u00A0", "😀"};
        Random random = new Random(62);
        for (int i = 0; i < Math.pow(characters.length, 4); i++) {
            StringBuilder text = new StringBuilder();
            for (int rest = i, n = 0; n < 4; n++, rest /= characters.length) {
                text.append(characters[rest % characters.length]);
            }
            assertArrayEquals(Gpt2Tokenizer.gpt2().encode(text.toString()),
                    streamed(Gpt2Tokenizer.gpt2(), SpecialTokens.TEXT, text.toString(), random, 1), text::toString);
        }
    }

    @Test
    void addedTokensOfAllKindsAreFoundAcrossParts() throws IOException {
        String[] pieces = {"<pad>", "<mask>", "<m", "ask>", "<pad", ">", " ", "  ", "hello", "world", "\n", "'", "1"};
        for (String singleWord : new String[] {"false", "true"}) {
            TestFiles.write(directory, "tokenizer.json", TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, """
                    [{"id": 260, "content": "<pad>", "single_word": %s, "lstrip": false, "rstrip": false,
                      "normalized": false, "special": true},
                     {"id": 261, "content": "<mask>", "lstrip": true, "rstrip": true, "normalized": true,
                      "special": false}]""".formatted(singleWord)));
            Gpt2Tokenizer tokenizer = Gpt2Tokenizer.load(directory);
            Random random = new Random(63);
            for (int i = 0; i < TEXTS; i++) {
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(12); n >= 0; n--) {
                    text.append(pieces[random.nextInt(pieces.length)]);
                }
                assertSameIds(tokenizer, random, text.toString());
            }
        }
    }

    @Test
    void halvesOfPairsThatMeetAreOneCharacter() {
        StreamingEncoder encoder = Gpt2Tokenizer.gpt2().streamingEncoder(SpecialTokens.TEXT);
        assertArrayEquals(Gpt2Tokenizer.gpt2().encode("a"), encoder.accept("a 😀".substring(0, 3)));
        assertEquals(0, encoder.accept("a 😀".substring(3)).length);
        assertArrayEquals(Gpt2Tokenizer.gpt2().encode(" 😀"), encoder.finish());
        encoder.accept("\ud83d");
        assertArrayEquals(Gpt2Tokenizer.gpt2().encode("\ufffd"), encoder.finish());
    }

    /// Whoever goes on behind the bytes that are certain, with another encoder, gets the same ids.
    @Test
    void aTextCanBeTakenUpWhereItsTokensAreCertain() {
        Random random = new Random(64);
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.gpt2();
        for (int i = 0; i < 300; i++) {
            String text = RandomText.next(random, 80);
            StreamingEncoder encoder = tokenizer.streamingEncoder(SpecialTokens.PARSE);
            int[] first = encoder.accept(text.substring(0, random.nextInt(text.length() + 1)));
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            int at = Math.toIntExact(encoder.bytes());
            int[] rest = tokenizer.encode(new String(utf8, at, utf8.length - at, StandardCharsets.UTF_8), SpecialTokens.PARSE);
            assertArrayEquals(tokenizer.encode(text, SpecialTokens.PARSE),
                    IntStream.concat(Arrays.stream(first), Arrays.stream(rest)).toArray(), text);
        }
    }

    @Test
    void aLongTextIsNotHeld() {
        Random random = new Random(65);
        StreamingEncoder encoder = Gpt2Tokenizer.gpt2().streamingEncoder(SpecialTokens.PARSE);
        long given = 0;
        for (int i = 0; i < 500; i++) {
            String part = RandomText.next(random, 500);
            given += part.getBytes(StandardCharsets.UTF_8).length;
            encoder.accept(part);
            long held = given - encoder.bytes();
            assertTrue(held < 1000, () -> held + " bytes held");
        }
    }

    /// Four million letters that come a hundred at a time: searched anew for each part they would take minutes.
    @Test
    void aTextWithoutAPlaceToCutIsNotSearchedForEachPart() {
        StreamingEncoder encoder = Gpt2Tokenizer.gpt2().streamingEncoder(SpecialTokens.TEXT);
        String part = "a".repeat(100);
        for (int i = 0; i < 40_000; i++) {
            assertEquals(0, encoder.accept(part).length);
        }
        assertEquals(0, encoder.bytes());
    }

    @Test
    void whoKnowsOnlyIdsReadsNoText() {
        TokenizerFormatException why = new TokenizerFormatException(TokenizerFormatException.Reason.MISSING_FILE, "none");
        StreamingEncoder encoder = Gpt2Tokenizer.idsOnly(7, why).streamingEncoder(SpecialTokens.TEXT);
        assertThrows(TokenizerFormatException.class, () -> encoder.accept("a"));
    }
}
