package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.tokenizer.SpecialTokens;
import io.github.logitlens.tokenizer.TokenizerFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model speaks its own tokenizer's language, or none: never GPT-2's by mistake.
class TokenizerOfALensTest {

    private static final int[] IDS = {1, 7, 2};

    @TempDir
    private Path folder;

    private LogitLens open(int vocabSize) {
        new TinyModel(1, 2, 8, 16, vocabSize, 12, 63).write(folder);
        return LogitLens.open(folder);
    }

    private static String refusal(LogitLens lens) {
        String message = assertThrows(TokenizerFormatException.class, () -> lens.run("in the a")).getMessage();
        assertEquals(message, assertThrows(TokenizerFormatException.class,
                () -> lens.run(IDS, LensOptions.defaults().track(" the"))).getMessage());
        assertEquals(message, assertThrows(TokenizerFormatException.class,
                () -> lens.run(IDS, LensOptions.defaults().bos(Bos.PREPEND))).getMessage());
        return message;
    }

    private static void assertReadsIds(LogitLens lens) {
        LensResult result = lens.run(IDS, LensOptions.defaults().track(TokenRef.of(5)));
        assertEquals(List.of("<1>", "<7>", "<2>"), result.tokens().stream().map(token -> token.display()).toList());
        assertTrue(result.top(result.finalPoint(), -1).getFirst().token().display().matches("<\\d+>"));
    }

    @Test
    void withoutATokenizerOnlyIdsAreRead() {
        try (LogitLens lens = open(90)) {
            assertReadsIds(lens);
            assertTrue(refusal(lens).contains("for a vocabulary of 90 (GPT-2's own has 50257)"), refusal(lens));
        }
    }

    @Test
    void withAnotherKindOfTokenizerOnlyIdsAreRead() throws IOException {
        Files.writeString(folder.resolve("spiece.model"), "?");
        try (LogitLens lens = open(90)) {
            assertReadsIds(lens);
            assertTrue(refusal(lens).contains("got spiece.model, SentencePiece's model"), refusal(lens));
        }
    }

    @Test
    void gpt2sVocabularyIsThatOfItsSize() {
        try (LogitLens lens = open(50257)) {
            assertArrayEquals(new int[] {50256, 259, 262}, lens.tokens("in the", Bos.PREPEND));
        }
    }

    /// A vocabulary of two letters, an added word and a BOS of its own.
    @Test
    void bosAndAddedTokensAreTheModelsOwn() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"added_tokens": [{"id": 2, "content": "<s>", "special": true}, {"id": 3, "content": "<w>", "special": false}],
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
                 "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}""");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\"}");
        try (LogitLens lens = open(90)) {
            assertArrayEquals(new int[] {2, 0, 3, 1}, lens.tokens("a<w>b", Bos.PREPEND));
            assertArrayEquals(new int[] {2, 0}, lens.tokens("<s>a", Bos.NONE, SpecialTokens.PARSE));
            LensResult result = lens.run("ab", LensOptions.defaults().bos(Bos.PREPEND));
            assertEquals(List.of("<s>", "a", "b"), result.tokens().stream().map(token -> token.display()).toList());
            assertTrue(result.top(result.finalPoint(), -1).stream().anyMatch(top -> top.token().id() > 3
                    && top.token().display().equals("<" + top.token().id() + ">")), "rows that no token has");
        }
    }
}
