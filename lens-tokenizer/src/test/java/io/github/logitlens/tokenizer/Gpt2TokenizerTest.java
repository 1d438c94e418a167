package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

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
        assertEquals("<50300>", tokenizer.label(50300).display());
        assertEquals(Optional.of(tokenizer.token(50256)), tokenizer.specialTokenIn("a<|endoftext|>b"));
        assertEquals(Optional.empty(), tokenizer.specialTokenIn("a<|endoftext|b"));
        assertEquals(2, tokenizer.countTokens("Hello world"));
        assertTrue(tokenizer.readsTexts());
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

    @Test
    void spansCoverTheTextInUnitsAndCodePoints() {
        assertEquals(List.of(new TokenSpan(17250, 0, 2, 0, 2), new TokenSpan(30325, 2, 5, 2, 4),
                new TokenSpan(222, 3, 5, 3, 4), new TokenSpan(0, 5, 6, 4, 5)), tokenizer.encodeWithSpans("Hi 😀!"));
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String text = RandomText.next(random, random.nextInt(80));
            List<TokenSpan> spans = tokenizer.encodeWithSpans(text);
            assertArrayEquals(tokenizer.encode(text), spans.stream().mapToInt(TokenSpan::id).toArray());
            int end = 0;
            for (TokenSpan span : spans) {
                String where = "seed " + seed + ", " + span + " of " + text;
                assertTrue(span.start() <= end && span.end() >= end && span.end() > span.start(), where);
                assertEquals(text.codePointCount(0, span.start()), span.codePointStart(), where);
                assertEquals(text.codePointCount(0, span.end()), span.codePointEnd(), where);
                String own = tokenizer.token(span.id()).text();
                assertTrue(own.contains("\uFFFD") || own.equals(text.substring(span.start(), span.end())), where);
                end = span.end();
            }
            assertEquals(text.length(), end, "seed " + seed + ", text " + text);
        }
    }

    @Test
    void aLoneSurrogateHasASpanOfItsOwnUnit() {
        assertEquals(List.of(new TokenSpan(64, 0, 1, 0, 1), new TokenSpan(4210, 1, 2, 1, 2), new TokenSpan(65, 2, 3, 2, 3)),
                tokenizer.encodeWithSpans("a\uD83Db"));
    }

    @Test
    void everyTextComesBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            String text = RandomText.next(random, random.nextInt(100));
            assertEquals(text, tokenizer.decode(tokenizer.encode(text)), "seed " + seed);
            assertEquals(text, tokenizer.decode(tokenizer.encode(text, SpecialTokens.PARSE)), "seed " + seed);
        }
    }

    @Test
    void streamedTextIsTheTextDecodedAtOnceAndHasNoHalfCharacters() {
        StreamingDecoder emoji = tokenizer.streamingDecoder();
        assertEquals(" ", emoji.accept(30325));
        assertEquals("😀", emoji.accept(222));
        assertEquals("", emoji.finish());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            boolean isText = random.nextBoolean();
            int[] ids = isText ? tokenizer.encode(RandomText.next(random, 40))
                    : random.ints(20, 0, random.nextBoolean() ? 256 : 50257).toArray();
            StreamingDecoder decoder = tokenizer.streamingDecoder();
            StringBuilder text = new StringBuilder();
            for (int id : ids) {
                String part = decoder.accept(id);
                assertTrue(!isText || !part.contains("\uFFFD") || tokenizer.decode(ids).contains("\uFFFD"), "seed " + seed);
                text.append(part);
            }
            text.append(decoder.finish());
            assertEquals(tokenizer.decode(ids), text.toString(), "seed " + seed + ", ids " + Arrays.toString(ids));
        }
        StreamingDecoder cut = tokenizer.streamingDecoder();
        cut.accept(30325);
        assertEquals("\uFFFD", cut.finish());
        assertEquals("", cut.finish());
    }

    @Test
    void anExplanationEndsInTheIdsOfTheText() {
        Explanation.PreToken world = tokenizer.explain("Hello world").preTokens().get(1);
        assertEquals(" world", world.text());
        assertEquals("20776f726c64", world.hex());
        assertEquals(List.of(tokenizer.token(995)), world.tokens());
        assertEquals(List.of(" w", "or", "ld", " wor", " world"),
                world.merges().stream().map(merge -> merge.result().text()).toList());
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            String text = RandomText.next(random, random.nextInt(60));
            for (SpecialTokens mode : SpecialTokens.values()) {
                Explanation explanation = tokenizer.explain(text, mode);
                assertArrayEquals(tokenizer.encode(text, mode), explanation.preTokens().stream()
                        .flatMap(part -> part.tokens().stream()).mapToInt(Token::id).toArray(), "seed " + seed);
                for (Explanation.PreToken part : explanation.preTokens()) {
                    for (Explanation.Merge merge : part.merges()) {
                        assertEquals(merge.result().hex(), merge.left().hex() + merge.right().hex());
                        assertTrue(part.hex().startsWith(merge.result().hex(), 2 * merge.offset()));
                    }
                }
            }
        }
    }

    @Test
    void theSpecialTokenIsFoundAnywhereWhenAskedFor() {
        assertArrayEquals(new int[] {64, 50256, 50256, 65}, tokenizer.encode("a<|endoftext|><|endoftext|>b", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {27, 91, 437, 1659, 5239, 91}, tokenizer.encode("<|endoftext|", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {220, 50256, 220}, tokenizer.encode(" <|endoftext|> ", SpecialTokens.PARSE));
    }

    @Test
    void idsThatAreNoTokenAreRefusedByName() {
        for (int id : new int[] {-1, 50257, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            for (Executable use : new Executable[] {() -> tokenizer.token(id), () -> tokenizer.decode(464, id),
                () -> tokenizer.tokens(id), () -> tokenizer.streamingDecoder().accept(id)}) {
                IllegalArgumentException e = assertThrows(IllegalArgumentException.class, use);
                assertEquals("token id: expected 0 to 50256, got " + id, e.getMessage());
            }
        }
    }

    @Test
    void nullIsRefusedAndEmptyIsEmpty() {
        assertEquals("text", assertThrows(NullPointerException.class, () -> tokenizer.encode(null)).getMessage());
        assertEquals("directory", assertThrows(NullPointerException.class, () -> Gpt2Tokenizer.load(null)).getMessage());
        assertArrayEquals(new int[0], tokenizer.encode(""));
        assertArrayEquals(new int[0], tokenizer.encode("", SpecialTokens.PARSE));
        assertEquals("", tokenizer.decode());
        assertEquals(List.of(), tokenizer.encodeWithSpans(""));
        assertEquals(List.of(), tokenizer.explain("").preTokens());
        assertEquals(OptionalInt.empty(), tokenizer.singleToken(""));
        assertThrows(IllegalArgumentException.class, () -> tokenizer.requireSingleToken(""));
    }

    @Test
    void everyTokenIsFoundByItsText() {
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            String text = tokenizer.token(id).text();
            if (!text.contains("\uFFFD")) {
                assertEquals(id, tokenizer.requireSingleToken(text), text);
            }
        }
    }

    @Test
    void theBundledFilesAreGpt2sOwn() throws IOException, NoSuchAlgorithmException {
        assertEquals("196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783", sha256("vocab.json"));
        assertEquals("1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5", sha256("merges.txt"));
    }

    /// Written into every result: it must be the same for ever.
    @Test
    void theHashOfGpt2sTokenizerIsWhatItWas() {
        assertEquals("9e832dc131dd491fb44cfcbb425ee69d6db445eafba80ae397c65865c1f697f7", tokenizer.contentHash());
    }

    private static String sha256(String file) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(TestFiles.resource(file)));
    }
}
