package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which tokenizer a model's directory has: that of its own files, with their settings, GPT-2's where nothing speaks of one,
/// and never another.
class DirectoryTest {
    private static final int GPT2 = 50257;

    @TempDir
    private Path directory;

    private void write(String file, String text) throws IOException {
        TestFiles.write(directory, file, text);
    }

    private TokenizerFormatException refused(int vocabSize) {
        return assertThrows(TokenizerFormatException.class, () -> Gpt2Tokenizer.of(directory, vocabSize));
    }

    /// The small BPE with `tokens` from id 260 on.
    private void small(String... tokens) throws IOException {
        List<String> all = TestFiles.smallTokens();
        all.addAll(List.of(tokens));
        TestFiles.small(directory);
        write("vocab.json", TestFiles.vocabJson(all));
    }

    private Gpt2Tokenizer load() {
        return Gpt2Tokenizer.load(directory);
    }

    // GPT-2's, or none

    @Test
    void nothingAndGpt2sVocabularyIsGpt2s() throws IOException {
        assertEquals(Optional.empty(), Gpt2Tokenizer.find(directory));
        assertSame(Gpt2Tokenizer.gpt2(), Gpt2Tokenizer.of(directory, GPT2));
        write("config.json", "{\"vocab_size\": 50257, \"task_specific_params\": {\"a\": []}}");
        write("tokenizer_config.json", "{\"model_max_length\": 1024, \"tokenizer_class\": \"GPT2Tokenizer\","
                + " \"bos_token\": \"<|endoftext|>\", \"add_prefix_space\": false, \"pad_token\": null}");
        assertSame(Gpt2Tokenizer.gpt2(), Gpt2Tokenizer.of(directory, GPT2));
        assertSame(Gpt2Tokenizer.gpt2(), Gpt2Tokenizer.ofOrIdsOnly(directory, GPT2));
    }

    @Test
    void nothingAndAnotherVocabularyIsRefused() {
        TokenizerFormatException e = refused(274);
        assertEquals(Reason.MISSING_FILE, e.reason());
        assertEquals("tokenizer: expected tokenizer.json, or vocab.json and merges.txt, for a vocabulary of 274 (GPT-2's own"
                + " has 50257), got neither (in " + directory + "); add the model's tokenizer files, or give token ids in"
                + " place of text", e.getMessage());
        assertEquals(Reason.MISSING_FILE, assertThrows(TokenizerFormatException.class, this::load).reason());
    }

    @ParameterizedTest
    @CsvSource({"tokenizer_config.json, '{\"pad_token\": \"[PAD]\"}'",
        "tokenizer_config.json, '{\"add_prefix_space\": true}'", "tokenizer_config.json, '{\"add_bos_token\": true}'",
        "tokenizer_config.json, '{\"additional_special_tokens\": [{\"content\": \"<a>\"}]}'",
        "tokenizer_config.json, '{\"added_tokens_decoder\": {\"50257\": {\"content\": \"<a>\"}}}'",
        "special_tokens_map.json, '{\"bos_token\": \"<s>\"}'", "added_tokens.json, '{\"<a>\": 50257}'"})
    void settingsOfAnotherVocabularyWithoutThatAreRefused(String file, String settings) throws IOException {
        write(file, settings);
        TokenizerFormatException e = refused(GPT2);
        assertEquals(Reason.MISSING_FILE, e.reason());
        assertTrue(e.getMessage().contains("beside " + file + ", which"), e.getMessage());
    }

    @Test
    void halfAVocabularyIsRefusedByWhatIsMissing() throws IOException {
        TestFiles.small(directory);
        Files.delete(directory.resolve("merges.txt"));
        assertTrue(refused(GPT2).getMessage().contains("got no merges.txt"), refused(GPT2).getMessage());
        TestFiles.small(directory);
        Files.delete(directory.resolve("vocab.json"));
        assertTrue(refused(GPT2).getMessage().contains("got no vocab.json"), refused(GPT2).getMessage());
        assertThrows(TokenizerFormatException.class, () -> Gpt2Tokenizer.find(directory));
    }

    // Other kinds

    @ParameterizedTest
    @CsvSource({"spiece.model, SentencePiece", "tokenizer.model, SentencePiece", "sentencepiece.bpe.model, SentencePiece",
        "m.spm, SentencePiece", "vocab.txt, WordPiece", "zh-vocab.txt, WordPiece", "yttm.model, YouTokenToMe",
        "encoder.model, YouTokenToMe", "ru.yttm, YouTokenToMe", "p50k.tiktoken, tiktoken", "tekken.json, tiktoken",
        "vocab.bpe, merges.txt", "encoder.json, vocab.json", "bpe.codes, fastBPE", "meta.pkl, nanoGPT"})
    void aFileOfAnotherTokenizerIsRefusedByItsName(String file, String kind) throws IOException {
        write(file, "?");
        TokenizerFormatException e = refused(GPT2);
        assertEquals(Reason.UNSUPPORTED, e.reason());
        String message = e.getMessage();
        assertTrue(message.startsWith("tokenizer: expected GPT-2's byte-level BPE (tokenizer.json, or vocab.json and"
                + " merges.txt), got " + file + ", "), message);
        assertTrue(message.contains(kind) && message.endsWith("(in " + directory + "); give token ids in place of text"),
                message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer_config.json", "config.json"})
    void anotherClassIsRefusedByItsName(String file) throws IOException {
        write(file, "{\"vocab_size\": 50257,\n\"tokenizer_class\": \"BertTokenizerFast\"}");
        TokenizerFormatException e = refused(GPT2);
        assertEquals(Reason.UNSUPPORTED, e.reason());
        assertEquals("tokenizer_class: expected GPT2Tokenizer, got \"BertTokenizerFast\" (in " + file + ", line 2); give token"
                + " ids in place of text", e.getMessage());
        // CLIP's files have the names of GPT-2's.
        TestFiles.small(directory);
        assertEquals(e.getMessage(), refused(GPT2).getMessage());
        write("spiece.model", "?");
        assertTrue(refused(GPT2).getMessage().contains("got spiece.model, SentencePiece's model, for a BertTokenizerFast"),
                refused(GPT2).getMessage());
        // tokenizer.json says by itself what it is.
        write("tokenizer.json", TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]"));
        assertEquals(260, Gpt2Tokenizer.of(directory, 260).vocabSize());
    }

    @Test
    void theTokenizersOwnClassGoesBeforeTheModels() throws IOException {
        small();
        write("config.json", "{\"tokenizer_class\": \"BertTokenizer\"}");
        write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2TokenizerFast\"}");
        assertEquals(260, load().vocabSize());
        write("tokenizer_config.json", "{\"tokenizer_class\": null}");
        assertThrows(TokenizerFormatException.class, this::load);
        write("config.json", "[]");
        assertEquals(260, load().vocabSize());
    }

    @Test
    void aVocabularyOfGpt2sKindGoesBeforeOtherFiles() throws IOException {
        small();
        write("spiece.model", "?");
        assertEquals(260, load().vocabSize());
    }

    // Ids only

    @Test
    void idsNeedNoTokenizerAndTextsGetTheRefusal() throws IOException {
        write("spiece.model", "?");
        Gpt2Tokenizer ids = Gpt2Tokenizer.ofOrIdsOnly(directory, 300);
        assertFalse(ids.readsTexts());
        assertEquals(300, ids.vocabSize());
        assertEquals("<7>", ids.token(7).display());
        assertEquals("<299><0>", ids.decode(299, 0));
        assertEquals("<1000>", ids.label(1000).display());
        assertEquals(OptionalInt.empty(), ids.bos());
        assertEquals(Optional.empty(), ids.specialTokenIn("<|endoftext|>"));
        assertEquals(64, ids.contentHash().length());
        assertNotEquals(Gpt2Tokenizer.ofOrIdsOnly(directory, 301).contentHash(), ids.contentHash());
        for (Runnable use : List.<Runnable>of(() -> ids.encode("in the a"), () -> ids.encode("a", SpecialTokens.PARSE),
                () -> ids.countTokens("a"), () -> ids.encodeWithSpans("a"), () -> ids.explain("a"), () -> ids.singleToken("<7>"),
                () -> ids.requireSingleToken("a"), ids::requireBos, ids::endOfText)) {
            TokenizerFormatException e = assertThrows(TokenizerFormatException.class, use::run);
            assertEquals(refused(300).getMessage(), e.getMessage());
            assertEquals(Reason.UNSUPPORTED, e.reason());
        }
        assertThrows(IllegalArgumentException.class, () -> Gpt2Tokenizer.idsOnly(0, refused(300)));
        small();
        assertTrue(Gpt2Tokenizer.ofOrIdsOnly(directory, 300).readsTexts());
        Files.delete(directory.resolve("merges.txt"));
        Files.delete(directory.resolve("spiece.model"));
        assertFalse(Gpt2Tokenizer.ofOrIdsOnly(directory, 300).readsTexts());
        write("merges.txt", "h\n");
        assertEquals(Reason.BAD_MERGE, assertThrows(TokenizerFormatException.class,
                () -> Gpt2Tokenizer.ofOrIdsOnly(directory, 300)).reason());
    }

    // Added and special tokens

    @Test
    void wordsAddedBesideAVocabularyMatchInEveryText() throws IOException {
        small();
        write("added_tokens.json", "{\"<NUM>\": 260, \"<pad>\": 261}");
        write("special_tokens_map.json", "{\"pad_token\": \"<pad>\"}");
        Gpt2Tokenizer tokenizer = load();
        assertArrayEquals(new int[] {256, 220, 260, 220, 258}, tokenizer.encode("he <NUM> hell"));
        assertEquals(5, tokenizer.encode("<pad>").length);
        assertArrayEquals(new int[] {261}, tokenizer.encode("<pad>", SpecialTokens.PARSE));
        assertEquals(Optional.of(tokenizer.token(261)), tokenizer.specialTokenIn("he <NUM> <pad> <pad>"));
        assertEquals(Optional.empty(), tokenizer.specialTokenIn("he <NUM> <pad"));
    }

    /// `é` is a letter of the byte alphabet too, in which it is the byte `E9`.
    @Test
    void anAddedWordIsItsOwnText() throws IOException {
        small();
        write("added_tokens.json", "{\"né\": 260, \"世 界\": 261}");
        Gpt2Tokenizer tokenizer = load();
        assertArrayEquals(new int[] {64, 260, 261}, tokenizer.encode("ané世 界"));
        assertEquals("né世 界", tokenizer.decode(260, 261));
        assertEquals(OptionalInt.of(260), tokenizer.singleToken("né"));
    }

    @Test
    void addedTokensOfTheConfigHaveTheirFlags() throws IOException {
        small();
        write("tokenizer_config.json", """
                {"added_tokens_decoder": {
                  "260": {"content": "<l>", "lstrip": true, "rstrip": false, "special": true},
                  "261": {"content": "<r>", "rstrip": true, "normalized": false, "special": false},
                  "262": {"content": "or", "single_word": true},
                  "256": {"content": "he", "special": true}},
                 "chat_template": "{% for m in messages %}"}
                """);
        Gpt2Tokenizer tokenizer = load();
        assertArrayEquals(new int[] {64, 260, 220, 65}, tokenizer.encode("a \n <l> b", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {64, 220, 261, 65}, tokenizer.encode("a <r>  b"));
        assertArrayEquals(new int[] {262, 220, 262, 220, 69, 78, 81}, tokenizer.encode("or or for"));
        assertArrayEquals(new int[] {256, 257}, tokenizer.encode("hell", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {258}, tokenizer.encode("hell"));
    }

    /// As with Hugging Face: what came before the one file that says everything is then not read.
    @Test
    void addedTokensOfTheConfigSilenceTheOlderFiles() throws IOException {
        small("<|endoftext|>", "<s>");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {}, \"bos_token\": null}");
        write("special_tokens_map.json", "{\"bos_token\": \"<s>\"}");
        write("added_tokens.json", "{\"<a>\": 262}");
        Gpt2Tokenizer tokenizer = load();
        assertEquals(262, tokenizer.vocabSize());
        assertEquals(OptionalInt.empty(), tokenizer.bos());
        write("tokenizer_config.json", "{\"bos_token\": null}");
        tokenizer = load();
        assertEquals(263, tokenizer.vocabSize());
        assertEquals(OptionalInt.of(261), tokenizer.bos());
    }

    @Test
    void settingsGoBeforeTokenizerJsonAndAddToIt() throws IOException {
        write("tokenizer.json", TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, """
                [{"id": 260, "content": "<a>", "special": false, "normalized": false, "rstrip": false}]"""));
        write("added_tokens.json", "{\"<a>\": 260, \"<b>\": 261}");
        assertArrayEquals(new int[] {260, 220, 261, 220}, load().encode("<a> <b> "));
        write("tokenizer_config.json", """
                {"added_tokens_decoder": {"260": {"content": "<a>", "rstrip": true}, "261": {"content": "<b>"}},
                 "additional_special_tokens": ["<b>"]}""");
        Gpt2Tokenizer tokenizer = load();
        assertArrayEquals(new int[] {260, 261, 220}, tokenizer.encode("<a> <b> ", SpecialTokens.PARSE));
        assertEquals(5, tokenizer.encode("<a> <b> ").length);
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"300\": {\"content\": \"<a>\"}}}");
        assertEquals(Reason.DUPLICATE_TOKEN, assertThrows(TokenizerFormatException.class, this::load).reason());
    }

    @Test
    void aSpecialTokenIsFoundWhereverItsTextComesFrom() throws IOException {
        small("<|endoftext|>", "<s>");
        write("tokenizer_config.json", """
                {"bos_token": {"__type": "AddedToken", "content": "<s>", "lstrip": true, "rstrip": false},
                 "pad_token": "[PAD]", "extra_special_tokens": {"image": "<img>", "more": ["<m>"]},
                 "additional_special_tokens": [{"content": "<u>", "rstrip": true}, "<b>"]}""");
        Gpt2Tokenizer tokenizer = load();
        assertEquals(OptionalInt.of(261), tokenizer.bos());
        assertEquals(261, tokenizer.requireBos());
        assertEquals(OptionalInt.of(260), tokenizer.eos());
        // Those without an id have the next ones, in the order in which Hugging Face asks for them.
        assertArrayEquals(new int[] {64, 261, 262, 263, 64, 264, 260},
                tokenizer.encode("a <s>[PAD]<u> a<b><|endoftext|>", SpecialTokens.PARSE));
        assertArrayEquals(new int[] {265, 266}, tokenizer.encode("<img><m>", SpecialTokens.PARSE));
    }

    // BOS

    @Test
    void bosIsGpt2sIfNoneIsNamed() throws IOException {
        assertEquals(OptionalInt.of(50256), Gpt2Tokenizer.gpt2().bos());
        assertEquals(OptionalInt.of(50256), Gpt2Tokenizer.gpt2().eos());
        assertEquals(50256, Gpt2Tokenizer.gpt2().requireBos());
        assertFalse(Gpt2Tokenizer.gpt2().addsBos());
        small("<|endoftext|>");
        assertEquals(OptionalInt.of(260), load().bos());
        write("tokenizer_config.json", "{\"bos_token\": null, \"eos_token\": null, \"add_bos_token\": true}");
        assertEquals(OptionalInt.empty(), load().bos());
        assertEquals(OptionalInt.empty(), load().eos());
        assertFalse(load().addsBos());
        assertTrue(assertThrows(IllegalStateException.class, () -> load().requireBos()).getMessage().contains("BOS"));
        small();
        write("tokenizer_config.json", "{}");
        assertEquals(OptionalInt.empty(), load().bos());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {
        "`{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"<s>\", \"type_id\": 0}},"
                + " {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}]}`, true",
        "`{\"type\": \"TemplateProcessing\", \"single\": [{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}},"
                + " {\"SpecialToken\": {\"id\": \"<s>\", \"type_id\": 0}}]}`, false",
        "`{\"type\": \"RobertaProcessing\", \"sep\": [\"</s>\", 1], \"cls\": [\"<s>\", 261]}`, true",
        "`{\"type\": \"Sequence\", \"processors\": [{\"type\": \"ByteLevel\"},"
                + " {\"type\": \"BertProcessing\", \"sep\": [\"</s>\", 1], \"cls\": [\"<s>\", 261]}]}`, true",
        "`{\"type\": \"ByteLevel\", \"add_prefix_space\": true}`, false"})
    void whatThePostProcessorPutsFirstIsBosButNotAdded(String processor, boolean adds) throws IOException {
        write("tokenizer.json", TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON,
                "[{\"id\": 260, \"content\": \"<|endoftext|>\", \"special\": true}, {\"id\": 261, \"content\": \"<s>\"}]")
                .replace("\"normalizer\": null", "\"normalizer\": null, \"post_processor\": " + processor));
        assertEquals(adds, load().addsBos());
        assertEquals(OptionalInt.of(adds ? 261 : 260), load().bos());
        assertArrayEquals(new int[] {256}, load().encode("he", SpecialTokens.PARSE));
        write("tokenizer_config.json", "{\"bos_token\": \"<|endoftext|>\"}");
        assertEquals(OptionalInt.of(260), load().bos());
    }

    @Test
    void addBosTokenIsSaid() throws IOException {
        small("<|endoftext|>");
        write("tokenizer_config.json", "{\"add_bos_token\": true}");
        assertTrue(load().addsBos());
        assertArrayEquals(new int[] {256}, load().encode("he"));
    }

    // A space in front

    @Test
    void addPrefixSpaceIsHonouredAndTheConfigGoesFirst() throws IOException {
        small();
        assertArrayEquals(new int[] {86}, load().encode("w"));
        write("tokenizer_config.json", "{\"add_prefix_space\": true}");
        assertArrayEquals(new int[] {259}, load().encode("w"));
        assertArrayEquals(new int[] {259}, load().encode(" w"));
        String json = TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]");
        write("tokenizer.json", json);
        assertArrayEquals(new int[] {259}, load().encode("w"));
        write("tokenizer.json", json.replace("\"add_prefix_space\": false", "\"add_prefix_space\": true"));
        write("tokenizer_config.json", "{\"add_prefix_space\": false}");
        assertArrayEquals(new int[] {86}, load().encode("w"));
        Files.delete(directory.resolve("tokenizer_config.json"));
        assertArrayEquals(new int[] {259}, load().encode("w"));
    }

    @Test
    void aSpaceInFrontStandsForNothing() throws IOException {
        small();
        write("tokenizer_config.json", "{\"add_prefix_space\": true}");
        Gpt2Tokenizer tokenizer = load();
        assertEquals(List.of(new TokenSpan(259, 0, 1, 0, 1), new TokenSpan(220, 1, 2, 1, 2), new TokenSpan(64, 2, 3, 2, 3)),
                tokenizer.encodeWithSpans("w a"));
        assertEquals(List.of(new TokenSpan(220, 0, 0, 0, 0), new TokenSpan(258, 0, 4, 0, 4)),
                tokenizer.encodeWithSpans("hell"));
        assertEquals(" w", tokenizer.explain("w").preTokens().getFirst().text());
        assertEquals("", tokenizer.decode(tokenizer.encode("")));
    }

    @Test
    void whatANormalizerMadeStandsForWhatItWasMadeOf() throws IOException {
        write("tokenizer.json", TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[]").replace("\"normalizer\": null",
                "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}, {\"type\": \"Lowercase\"},"
                        + " {\"type\": \"Replace\", \"pattern\": {\"String\": \"x\"}, \"content\": \"ll\"},"
                        + " {\"type\": \"Prepend\", \"prepend\": \" \"}]}"));
        Gpt2Tokenizer tokenizer = load();
        assertEquals(List.of(new TokenSpan(220, 0, 0, 0, 0), new TokenSpan(258, 0, 3, 0, 3), new TokenSpan(259, 3, 5, 3, 5),
                new TokenSpan(220, 5, 6, 5, 6), new TokenSpan(127, 6, 8, 6, 8), new TokenSpan(102, 6, 8, 6, 8),
                new TokenSpan(0, 8, 9, 8, 9)), tokenizer.encodeWithSpans("HEX W e\u0301!"));
        // Jamo that make two syllables, and a character of two units.
        for (TokenSpan span : tokenizer.encodeWithSpans("\u1112\u1161\u11ab\u1112\u1161😀")) {
            assertTrue(List.of(0, 3, 5).contains(span.start()) && List.of(0, 3, 5, 7).contains(span.end()), span.toString());
        }
    }

    // The hash

    @Test
    void theHashChangesWithWhateverChangesIds() throws IOException {
        String json = TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, "[{\"id\": 260, \"content\": \"<a>\"}]");
        write("tokenizer.json", json);
        List<String> hashes = new ArrayList<>(List.of(load().contentHash()));
        String[][] changes = {{"\"h e\", \"l l\"", "\"l l\", \"h e\""}, {"\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}"},
            {"\"normalizer\": null", "\"normalizer\": {\"type\": \"NFKC\"}"},
            {"\"add_prefix_space\": false", "\"add_prefix_space\": true"}, {"\"use_regex\": true", "\"use_regex\": false"},
            {"\"ignore_merges\": false", "\"ignore_merges\": true"}, {"\"!\": 0,", ""},
            {"\"<a>\"}", "\"<a>\", \"single_word\": true}"}, {"\"<a>\"}", "\"<a>\", \"lstrip\": true}"},
            {"\"<a>\"}", "\"<a>\", \"rstrip\": true}"}, {"\"<a>\"}", "\"<a>\", \"normalized\": false}"},
            {"\"<a>\"}", "\"<a>\", \"special\": true}"}};
        for (String[] change : changes) {
            assertTrue(json.contains(change[0]), change[0]);
            write("tokenizer.json", json.replace(change[0], change[1]));
            String hash = load().contentHash();
            assertFalse(hashes.contains(hash), change[1]);
            hashes.add(hash);
        }
        write("tokenizer.json", json.replace("\"!\": 0,", "").replace("\"unk_token\": null", "\"unk_token\": \"?\""));
        assertFalse(hashes.contains(load().contentHash()));
        hashes.add(load().contentHash());
        write("tokenizer.json", json.replace("\"!\": 0,", "").replace("\"unk_token\": null",
                "\"unk_token\": \"?\", \"fuse_unk\": true"));
        assertFalse(hashes.contains(load().contentHash()));
    }
}
