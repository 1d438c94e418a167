package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each cause of refusal, and what is accepted though it looks odd.
class TokenizerFilesTest {
    @TempDir
    private Path directory;

    private TokenizerFormatException assertRefused(Reason reason, String... parts) {
        TokenizerFormatException e =
                assertThrows(TokenizerFormatException.class, () -> Gpt2Tokenizer.load(directory));
        assertEquals(reason, e.reason(), e.getMessage());
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), () -> "expected '" + part + "' in: " + e.getMessage());
        }
        return e;
    }

    private void assertRefusedMerges(Reason reason, String merges, String... parts) throws IOException {
        TestFiles.small(directory);
        TestFiles.write(directory, "merges.txt", merges);
        assertRefused(reason, parts);
    }

    private void assertRefusedVocabulary(Reason reason, String vocabulary, String... parts) throws IOException {
        TestFiles.small(directory);
        TestFiles.write(directory, "vocab.json", vocabulary);
        assertRefused(reason, parts);
    }

    private void assertRefusedJson(Reason reason, String json, String... parts) throws IOException {
        TestFiles.write(directory, "tokenizer.json", json);
        assertRefused(reason, parts);
    }

    // Accepted

    @Test
    void gpt2FromItsFilesIsTheBundledOne() throws IOException {
        Gpt2Tokenizer loaded = Gpt2Tokenizer.load(TestFiles.gpt2(directory));
        assertEquals(Gpt2Tokenizer.gpt2().contentHash(), loaded.contentHash());
        assertEquals(50257, loaded.vocabSize());
        for (int id = 0; id < loaded.vocabSize(); id++) {
            assertEquals(Gpt2Tokenizer.gpt2().token(id), loaded.token(id));
        }
        for (Cases c : Cases.all()) {
            assertArrayEquals(c.ids(), loaded.encode(c.text()));
        }
    }

    @Test
    void aSmallBpeGivesTheSameFromEitherFormat() throws IOException {
        Gpt2Tokenizer two = Gpt2Tokenizer.load(TestFiles.small(directory));
        TestFiles.write(directory, "tokenizer.json", TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]"));
        Gpt2Tokenizer one = Gpt2Tokenizer.load(directory);
        TestFiles.write(directory, "tokenizer.json",
                TestFiles.tokenizerJson("[[\"h\", \"e\"], [\"l\", \"l\"], [\"he\", \"ll\"], [\"Ġ\", \"w\"]]", "[]"));
        Gpt2Tokenizer newer = Gpt2Tokenizer.load(directory);
        assertEquals(two.contentHash(), one.contentHash());
        assertEquals(two.contentHash(), newer.contentHash());
        assertEquals("hell", two.token(258).display());
        assertArrayEquals(new int[] {258, 78, 259}, Arrays.copyOf(two.encode("hello w"), 3));
        assertArrayEquals(two.encode("hello world"), one.encode("hello world"));
        assertEquals("hello world", one.decode(one.encode("hello world")));
        assertThrows(IllegalStateException.class, one::endOfText);
    }

    @Test
    void linesMayEndInCrLfAndTheLastNeedsNoEnd() throws IOException {
        String expected = Gpt2Tokenizer.load(TestFiles.small(directory)).contentHash();
        for (String merges : List.of(TestFiles.SMALL_MERGES.replace("\n", "\r\n"), TestFiles.SMALL_MERGES.strip(),
                TestFiles.SMALL_MERGES + "\n\n", TestFiles.SMALL_MERGES.replace("#version: 0.2\n", ""),
                TestFiles.SMALL_MERGES.replace("0.2", "0.2 - Trained by `huggingface/tokenizers`"))) {
            TestFiles.write(directory, "merges.txt", merges);
            assertEquals(expected, Gpt2Tokenizer.load(directory).contentHash(), merges);
        }
        TestFiles.write(directory, "vocab.json", TestFiles.vocabJson(TestFiles.smallTokens()).replace("\n", "\r\n"));
        assertEquals(expected, Gpt2Tokenizer.load(directory).contentHash());
    }

    @Test
    void onlyTheFirstLineIsAComment() throws IOException {
        List<String> tokens = new ArrayList<>(TestFiles.smallTokens());
        tokens.addAll(List.of("##", "#version"));
        TestFiles.write(directory, "vocab.json", TestFiles.vocabJson(tokens));
        TestFiles.write(directory, "merges.txt", "#version: 0.2\n# #\n");
        assertEquals("##", Gpt2Tokenizer.load(directory).token(Gpt2Tokenizer.load(directory).encode("##")[0]).text());
        TestFiles.write(directory, "merges.txt", "# #\n#version: 0.2\n");
        assertRefused(Reason.UNKNOWN_SYMBOL, "line 2");
    }

    @Test
    void addedTokensAreFoundAsHuggingFaceFindsThem() throws IOException {
        String flags = "\"single_word\": false, \"lstrip\": %s, \"rstrip\": %s, \"normalized\": false, \"special\": %s}";
        TestFiles.write(directory, "tokenizer.json", TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "["
                + "{\"id\": 260, \"content\": \"<pad>\", " + flags.formatted(false, false, true) + ","
                + "{\"id\": 261, \"content\": \"<pad><pad>\", " + flags.formatted(false, false, true) + ","
                + "{\"id\": 262, \"content\": \"wor ld\", " + flags.formatted(false, false, false) + ","
                + "{\"id\": 263, \"content\": \"<mask>\", " + flags.formatted(true, true, true) + ","
                + "{\"id\": 71, \"content\": \"h\", " + flags.formatted(false, false, true) + "]"));
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.load(directory);
        assertEquals(264, tokenizer.vocabSize());
        assertArrayEquals(new int[] {261, 260}, tokenizer.encode("<pad><pad><pad>", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {64, 263, 65}, tokenizer.encode("a \n<mask>\u3000 b", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {64, 262, 65}, tokenizer.encode("awor ldb"));
        assertArrayEquals(new int[] {71, 68}, tokenizer.encode("he", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {256}, tokenizer.encode("he"));
        assertEquals(5, tokenizer.encode("<pad>").length);
        assertEquals("awor ldb<mask>", tokenizer.decode(64, 262, 65, 263));
        assertEquals(OptionalInt.of(262), tokenizer.singleToken("wor ld"));
        assertEquals(List.of(new TokenSpan(64, 0, 1, 0, 1), new TokenSpan(263, 1, 8, 1, 8), new TokenSpan(65, 8, 9, 8, 9)),
                tokenizer.encodeWithSpans("a<mask> b", SpecialTokens.PARSE));
    }

    /// Empty text is nowhere and everywhere; as with Hugging Face, no text gives its id.
    @Test
    void anEmptyAddedTokenIsFoundInNoText() throws IOException {
        TestFiles.small(directory);
        TestFiles.write(directory, "added_tokens.json", "{\"<pad>\": 260, \"\": 261}");
        TestFiles.write(directory, "special_tokens_map.json", "{\"pad_token\": \"<pad>\"}");
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.load(directory);
        assertEquals(262, tokenizer.vocabSize());
        assertEquals("", tokenizer.decode(new int[] {261}));
        assertArrayEquals(new int[] {260}, tokenizer.encode("<pad>", SpecialTokens.PARSE));
        assertEquals(5, tokenizer.encode("<pad>", SpecialTokens.TEXT).length);
        assertEquals(0, tokenizer.encode("", SpecialTokens.PARSE).length);
    }

    @Test
    void idsBetweenMayBeFree() throws IOException {
        TestFiles.small(directory);
        TestFiles.write(directory, "vocab.json", TestFiles.vocabJson(TestFiles.smallTokens()).replace(": 259", ": 262"));
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.load(directory);
        assertEquals(263, tokenizer.vocabSize());
        assertArrayEquals(new int[] {258, 78, 262}, Arrays.copyOf(tokenizer.encode("hello w"), 3));
        assertEquals("<260>", tokenizer.token(260).display());
        assertEquals("hell<261> w", tokenizer.decode(258, 261, 262));
        assertEquals(" w", tokenizer.label(262).display());
        assertEquals("<263>", tokenizer.label(263).display());
        assertThrows(IllegalArgumentException.class, () -> tokenizer.token(263));
        assertThrows(IllegalArgumentException.class, () -> tokenizer.label(-1));
        assertEquals(OptionalInt.empty(), tokenizer.singleToken("<260>"));
        assertEquals(5, tokenizer.encode("<260>").length);
        TestFiles.write(directory, "vocab.json", TestFiles.vocabJson(TestFiles.smallTokens()).replace(": 259", ": 262")
                .replace("\n}", ",\n\"<260>\": 260,\n\"<261>\": 261}"));
        assertNotEquals(tokenizer.contentHash(), Gpt2Tokenizer.load(directory).contentHash());
    }

    @Test
    void bytesWithoutATokenAreDropped() throws IOException {
        List<String> tokens = TestFiles.smallTokens();
        tokens.removeAll(List.of("z", "Ã", "©", "Ġ"));
        tokens.addFirst("Ġ");
        TestFiles.small(directory);
        TestFiles.write(directory, "vocab.json", TestFiles.vocabJson(tokens));
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.load(directory);
        int hell = tokens.indexOf("hell");
        // Those before and after it merge.
        assertArrayEquals(new int[] {hell, 0, hell}, tokenizer.encode("hezéll héézell"));
        assertArrayEquals(new int[0], tokenizer.encode("zéz"));
        assertEquals("hell hell", tokenizer.decode(tokenizer.encode("hezéll héézell")));
        assertEquals(List.of(new TokenSpan(hell, 1, 7, 1, 7), new TokenSpan(0, 7, 8, 7, 8)),
                tokenizer.encodeWithSpans("zhezéll é"));
        assertEquals(50, tokenizer.countTokens("hézéell".repeat(50)));
        assertArrayEquals(new int[] {hell, hell}, Arrays.copyOf(tokenizer.encode("hézéell".repeat(50)), 2));
    }

    // Refused: files

    @Test
    void aMissingFileIsNamed() throws IOException {
        assertRefused(Reason.MISSING_FILE, "no vocab.json", directory.toString());
        TestFiles.small(directory);
        Files.delete(directory.resolve("merges.txt"));
        assertRefused(Reason.MISSING_FILE, "no merges.txt");
    }

    @Test
    void aDirectoryInPlaceOfAFileIsRefused() throws IOException {
        Files.createDirectory(directory.resolve("tokenizer.json"));
        assertRefused(Reason.UNREADABLE, "tokenizer.json", "regular file");
    }

    @Test
    void aHugeFileIsRefusedUnread() throws IOException {
        try (var file = new java.io.RandomAccessFile(directory.resolve("tokenizer.json").toFile(), "rw")) {
            file.setLength(TokenizerFiles.MAX_FILE_BYTES + 1L);
        }
        assertRefused(Reason.TOO_LARGE, "67108864", "67108865");
    }

    @Test
    void fiveMegabytesOfGarbageAreRefused() throws IOException {
        byte[] garbage = new byte[5 << 20];
        new Random(1).nextBytes(garbage);
        for (String file : List.of("vocab.json", "merges.txt", "tokenizer.json")) {
            TestFiles.small(directory);
            Files.write(directory.resolve(file), garbage);
            assertThrows(TokenizerFormatException.class, () -> Gpt2Tokenizer.load(directory), file);
        }
    }

    /// A number cut short is still a number, most often the id of another token; a character cut short is no UTF-8.
    @Tag("thorough")
    @Test
    void truncatedFilesAreRefused() throws IOException {
        for (String file : List.of("vocab.json", "tokenizer.json")) {
            byte[] good = smallFile(file);
            for (int length = 0; length < good.length; length += step(length, good.length)) {
                Files.write(directory.resolve(file), Arrays.copyOf(good, length));
                Reason reason = reasonOf();
                assertTrue(reason == Reason.BAD_JSON || reason == Reason.DUPLICATE_ID || reason == Reason.BAD_ENCODING
                        || length == 0 && reason == Reason.BAD_STRUCTURE, reason.name());
            }
        }
    }

    @Tag("thorough")
    @Test
    void flippedBytesAreRefusedWithATypeOrGiveAWholeTokenizer() throws IOException {
        for (String file : List.of("vocab.json", "merges.txt", "tokenizer.json")) {
            byte[] good = smallFile(file);
            for (int i = 0; i < good.length; i += step(i, good.length)) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (i % 3 == 0 ? 0x80 : i % 3 == 1 ? 0x01 : 0x20);
                Files.write(directory.resolve(file), bad);
                try {
                    assertTrue(Gpt2Tokenizer.load(directory).vocabSize() >= 260);
                } catch (TokenizerFormatException e) {
                    assertTrue(e.getMessage().contains(" (in "), e.getMessage());
                }
            }
        }
    }

    private byte[] smallFile(String file) throws IOException {
        TestFiles.small(directory);
        if (file.equals("tokenizer.json")) {
            TestFiles.write(directory, file, TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]"));
        }
        return Files.readAllBytes(directory.resolve(file));
    }

    /// Every byte near the ends, every 37th between.
    private static int step(int at, int length) {
        return at < 100 || at >= length - 60 ? 1 : 37;
    }

    private Reason reasonOf() {
        return assertThrows(TokenizerFormatException.class, () -> Gpt2Tokenizer.load(directory)).reason();
    }

    // Refused: JSON

    @Test
    void whatIsNotJsonIsRefused() throws IOException {
        for (String json : List.of("", " ", "{", "{\"a\": 0", "{\"a\" 0}", "{\"a\": 0} x", "{\"a\": 0}{", "<html>",
                "{\"a\": 0,}", "{\"\\ud800x\": 0", "[", "{\"a\": 00}")) {
            TestFiles.small(directory);
            TestFiles.write(directory, "vocab.json", json);
            Reason reason = reasonOf();
            assertTrue(reason == Reason.BAD_JSON || json.isBlank() || json.equals("[") && reason == Reason.BAD_STRUCTURE,
                    () -> json + ": " + reason);
        }
    }

    @Test
    void invalidUtf8IsRefused() throws IOException {
        TestFiles.small(directory);
        Files.write(directory.resolve("merges.txt"), new byte[] {'h', ' ', (byte) 0xFF, '\n'});
        assertRefused(Reason.BAD_ENCODING, "merges.txt", "line 1");
        TestFiles.small(directory);
        Files.write(directory.resolve("vocab.json"), new byte[] {'{', '"', (byte) 0xC3, (byte) 0x28, '"', ':', '0', '}'});
        assertRefused(Reason.BAD_ENCODING, "vocab.json");
    }

    @Test
    void deepNestingNeedsNoStack() throws IOException, InterruptedException {
        String deep = "[".repeat(2_000_000);
        for (String json : List.of(deep, "{\"x\": " + deep, "{\"added_tokens\": " + deep, "{\"model\": {\"x\": " + deep,
                "{\"a\":".repeat(500_000))) {
            TestFiles.write(directory, "tokenizer.json", json);
            List<Throwable> thrown = new ArrayList<>();
            Thread thread = new Thread(null, () -> {
                try {
                    Gpt2Tokenizer.load(directory);
                } catch (Throwable t) {
                    thrown.add(t);
                }
            }, "small stack", 256 << 10);
            thread.start();
            thread.join();
            assertEquals(TokenizerFormatException.class, thrown.getFirst().getClass());
        }
    }

    @Test
    void anotherStructureIsRefused() throws IOException {
        assertRefusedVocabulary(Reason.BAD_STRUCTURE, "[]", "an object", "an array");
        assertRefusedVocabulary(Reason.BAD_STRUCTURE, "{\"a\": \"0\"}", "\"a\"", "integer");
        assertRefusedVocabulary(Reason.BAD_STRUCTURE, "{\"a\": 1.0}", "1.0");
        assertRefusedVocabulary(Reason.BAD_STRUCTURE, "{\"a\": 3000000000}", "3000000000");
        assertRefusedVocabulary(Reason.BAD_STRUCTURE, "{\"a\":\n null}", "line 2");
        assertRefusedJson(Reason.BAD_STRUCTURE, "{}", "\"model\"");
        assertRefusedJson(Reason.BAD_STRUCTURE, "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}}", "\"merges\"");
        assertRefusedJson(Reason.BAD_STRUCTURE, "{\"model\": []}", "model", "an array");
        assertRefusedJson(Reason.BAD_STRUCTURE, TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[{\"id\": 1}]"),
                "added token", "content");
    }

    // Refused: vocabulary

    @Test
    void aTokenTwiceIsRefusedWithItsLine() throws IOException {
        assertRefusedVocabulary(Reason.DUPLICATE_TOKEN, "{\"a\": 0,\n\"b\": 1,\n\"a\": 2}", "\"a\"", "0 and 2", "line 3");
        assertRefusedVocabulary(Reason.DUPLICATE_TOKEN, "{\"<ä ß>\": 0,\n\"<ä ß>\": 2}", "\"<ä ß>\"", "0 and 2", "line 2");
    }

    @Test
    void anIdTwiceIsRefusedWithItsLine() throws IOException {
        assertRefusedVocabulary(Reason.DUPLICATE_ID, "{\"a\": 0,\n\"b\": 0}", "\"a\" and \"b\"", "line 2");
    }

    @Test
    void aNegativeIdIsRefused() throws IOException {
        assertRefusedVocabulary(Reason.BAD_STRUCTURE, "{\"a\": -1}", "\"a\"", "-1");
    }

    @Test
    void aGiganticIdAllocatesNothing() throws IOException {
        assertRefusedVocabulary(Reason.TOO_LARGE, "{\"a\": 2147483647}", "2147483647");
    }

    @Test
    void anUnknownTokenThatIsNoTokenIsRefusedIfAByteHasNone() throws IOException {
        String good = TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]")
                .replace("\"unk_token\": null", "\"unk_token\": \"<unk>\"");
        TestFiles.write(directory, "tokenizer.json", good);
        assertEquals(260, Gpt2Tokenizer.load(directory).vocabSize());
        assertRefusedJson(Reason.MISSING_BYTE, good.replace("\"!\": 0,", ""), "byte 33", "\"!\"", "\"<unk>\"");
    }

    // Refused: merges

    @Test
    void aLineThatIsNoMergeIsRefusedWithItsNumber() throws IOException {
        for (String line : List.of("h", "h e l", "h  e", " h e", "h e ", "", " ", "h\te")) {
            assertRefusedMerges(Reason.BAD_MERGE, "#version: 0.2\nh e\n" + line + "\nl l\n", "line 3");
        }
        assertRefusedJson(Reason.BAD_MERGE, TestFiles.tokenizerJson("[\"h e\", \"hell\"]", "[]"), "hell");
        assertRefusedJson(Reason.BAD_MERGE, TestFiles.tokenizerJson("[[\"h\"]]", "[]"), "two symbols");
        assertRefusedJson(Reason.BAD_MERGE, TestFiles.tokenizerJson("[[\"h\", \"e\", \"l\"]]", "[]"), "two symbols");
        assertRefusedJson(Reason.BAD_MERGE, TestFiles.tokenizerJson("[7]", "[]"), "two symbols");
    }

    @Test
    void aMergeOfOrIntoNoTokenIsRefusedWithItsNumber() throws IOException {
        assertRefusedMerges(Reason.UNKNOWN_SYMBOL, "h e\nhello w\n", "\"hello w\"", "left symbol", "line 2");
        assertRefusedMerges(Reason.UNKNOWN_SYMBOL, "h e\nh ello\n", "right symbol", "line 2");
        assertRefusedMerges(Reason.UNKNOWN_SYMBOL, "h e\nx y\n", "its result", "line 2");
        assertRefusedMerges(Reason.UNKNOWN_SYMBOL, "h e\n世 界\n", "byte alphabet", "line 2");
    }

    @Test
    void aMergeTwiceIsRefusedWithItsNumber() throws IOException {
        assertRefusedMerges(Reason.DUPLICATE_MERGE, "#version: 0.2\nh e\nl l\nh e\n", "\"h e\"", "line 4");
    }

    // Refused: tokenizers of another kind

    @Test
    void whatWouldChangeIdsIsNotIgnored() throws IOException {
        String good = TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]");
        String byteLevel = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true}";
        String[][] changes = {{"\"type\": \"BPE\"", "\"type\": \"WordPiece\"", "model.type", "\"WordPiece\""},
            {"\"ByteLevel\"", "\"Whitespace\"", "pre_tokenizer.type", "\"Whitespace\""},
            {byteLevel, "null", "pre_tokenizer", "null"},
            {byteLevel, sequence(byteLevel, "{\"type\": \"Digits\"}"), "pre_tokenizer.pretokenizers[1].type", "\"Digits\""},
            {byteLevel, sequence("{\"type\": \"Metaspace\"}", byteLevel), "pretokenizers[0].type", "\"Metaspace\""},
            {byteLevel, sequence(), "pre_tokenizer", "an object"},
            {byteLevel, sequence(split("{\"Regex\": \"\\\\d\"}", "Isolated"), byteLevel), "pattern.Regex", "\"\\d\""},
            {byteLevel, sequence(split("{\"String\": \"\"}", "Isolated"), byteLevel), "pattern.String", "\"\""},
            {byteLevel, sequence(split("{\"String\": \"a\"}", "Joined"), byteLevel), "behavior", "\"Joined\""},
            {"\"normalizer\": null", "\"normalizer\": {\"type\": \"Nmt\"}", "normalizer.type", "\"Nmt\""},
            {"\"normalizer\": null", "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"},"
                    + "{\"type\": \"BertNormalizer\"}]}", "normalizer.normalizers[1].type", "\"BertNormalizer\""},
            {"\"normalizer\": null", "\"normalizer\": {\"type\": \"Replace\", \"content\": \"\","
                    + " \"pattern\": {\"Regex\": \"a+\"}}", "normalizer.pattern.Regex", "\"a+\""},
            {"\"dropout\": null", "\"dropout\": 0.1", "model.dropout", "0.1"},
            {"\"continuing_subword_prefix\": \"\"", "\"continuing_subword_prefix\": \"##\"", "subword_prefix", "\"##\""},
            {"\"ignore_merges\": false", "\"end_of_word_suffix\": \"</w>\"", "model.end_of_word_suffix", "\"</w>\""}};
        for (String[] change : changes) {
            assertTrue(good.contains(change[0]), change[0]);
            assertRefusedJson(Reason.UNSUPPORTED, good.replace(change[0], change[1]), change[2], "expected",
                    "got " + change[3], "; give token ids in place of text");
        }
        assertRefusedJson(Reason.DUPLICATE_TOKEN, TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON,
                "[{\"id\": 260, \"content\": \"he\"}]"), "\"he\"", "256", "260");
    }

    private static String sequence(String... steps) {
        return "{\"type\": \"Sequence\", \"pretokenizers\": [" + String.join(", ", steps) + "]}";
    }

    private static String split(String pattern, String behavior) {
        return "{\"type\": \"Split\", \"pattern\": " + pattern + ", \"behavior\": \"" + behavior + "\", \"invert\": false}";
    }

    /// What else such a file has may be of other kinds as well: the model says what it is.
    @Test
    void theKindOfModelIsNamedFirst() throws IOException {
        assertRefusedJson(Reason.UNSUPPORTED, "{\"normalizer\": {\"type\": \"BertNormalizer\"}, \"pre_tokenizer\":"
                + " {\"type\": \"BertPreTokenizer\"}, \"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}}}",
                "model.type: expected \"BPE\", got \"WordLevel\" (in tokenizer.json, line 1)");
    }

    @Test
    void byteFallbackIsRefusedOnlyWhereItCouldBeUsed() throws IOException {
        String good = TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]")
                .replace("\"ignore_merges\": false", "\"byte_fallback\": true");
        TestFiles.write(directory, "tokenizer.json", good);
        assertEquals(260, Gpt2Tokenizer.load(directory).vocabSize());
        assertRefusedJson(Reason.UNSUPPORTED, good.replace("\"!\": 0,", ""), "model.byte_fallback");
    }

    @Test
    void settingsOfAbsurdDepthOrNumberAreRefused() throws IOException {
        String good = TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]");
        assertRefusedJson(Reason.TOO_LARGE, good.replace("\"normalizer\": null", "\"normalizer\": " + "[".repeat(100)
                + "]".repeat(100)), "at most 32 levels");
        assertRefusedJson(Reason.TOO_LARGE, good.replace("\"normalizer\": null", "\"normalizer\": [" + "0,".repeat(1 << 20)
                + "0]"), "1048576 values");
    }
}
