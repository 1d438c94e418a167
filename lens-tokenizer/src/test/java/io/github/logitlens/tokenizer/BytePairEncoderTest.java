package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The encoder against the algorithm as it is told (lowest rank first, one merge at a time, over lists of strings) and against
/// jtokkit.
class BytePairEncoderTest {
    private final Gpt2Tokenizer tokenizer = Gpt2Tokenizer.gpt2();

    /// GPT-2 as its files say it, in maps of strings.
    private record Told(Map<String, Integer> vocabulary, Map<String, Integer> ranks) {
        static Told read() throws IOException {
            Map<String, Integer> vocabulary = new HashMap<>();
            Map<String, Integer> ranks = new HashMap<>();
            try (InputStream vocab = Told.class.getResourceAsStream("vocab.json");
                 InputStream merges = Told.class.getResourceAsStream("merges.txt")) {
                for (Map.Entry<String, JsonNode> token : new ObjectMapper().readTree(vocab).properties()) {
                    vocabulary.put(token.getKey(), token.getValue().asInt());
                }
                String[] lines = new String(merges.readAllBytes(), StandardCharsets.UTF_8).split("\n");
                for (int i = 1; i < lines.length; i++) {
                    ranks.put(lines[i], i - 1);
                }
            }
            return new Told(vocabulary, ranks);
        }

        int[] encode(String text) {
            List<Integer> ids = new ArrayList<>();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < bytes.length;) {
                int end = PreTokenizer.next(bytes, at, bytes.length);
                List<String> parts = new ArrayList<>();
                for (int i = at; i < end; i++) {
                    parts.add(String.valueOf(ByteAlphabet.symbol(bytes[i] & 0xFF)));
                }
                merge(parts);
                parts.forEach(part -> ids.add(vocabulary.get(part)));
                at = end;
            }
            return ids.stream().mapToInt(Integer::intValue).toArray();
        }

        private void merge(List<String> parts) {
            while (true) {
                int best = -1;
                int bestRank = Integer.MAX_VALUE;
                for (int i = 0; i + 1 < parts.size(); i++) {
                    int rank = ranks.getOrDefault(parts.get(i) + " " + parts.get(i + 1), Integer.MAX_VALUE);
                    if (rank < bestRank) {
                        bestRank = rank;
                        best = i;
                    }
                }
                if (best < 0) {
                    return;
                }
                parts.set(best, parts.get(best) + parts.remove(best + 1));
            }
        }
    }

    @Test
    void randomTextsGiveTheIdsOfTheAlgorithmAsTold() throws IOException {
        Told told = Told.read();
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            String text = RandomText.next(random, 1 + random.nextInt(100));
            assertArrayEquals(told.encode(text), tokenizer.encode(text), () -> "seed " + seed + ", text " + text);
        }
    }

    @Test
    void wordsGiveTheIdsOfTheAlgorithmAsTold() throws IOException {
        wordsGiveTheIdsOfTheAlgorithmAsTold(1, 100, 1);
    }

    @Tag("slow")
    @Test
    void longWordsGiveTheIdsOfTheAlgorithmAsTold() throws IOException {
        wordsGiveTheIdsOfTheAlgorithmAsTold(101, 400, 7);
    }

    private void wordsGiveTheIdsOfTheAlgorithmAsTold(int shortest, int longest, int step) throws IOException {
        Told told = Told.read();
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] alphabets = {"a", "ab", "aeinorst", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "абвгдежз", "的一是不了",
            "é", "0123456789", "=-", " "};
        for (int length = shortest; length <= longest; length += step) {
            for (String alphabet : alphabets) {
                StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
                for (int i = 0; i < length; i++) {
                    word.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                String text = word.toString();
                assertArrayEquals(told.encode(text), tokenizer.encode(text), () -> "seed " + seed + ", text " + text);
            }
        }
    }

    @Tag("thorough")
    @Test
    void everyTokenOfTheVocabularyIsEncodedAsTheAlgorithmSays() throws IOException {
        Told told = Told.read();
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            String text = tokenizer.token(id).text();
            assertArrayEquals(told.encode(text), tokenizer.encode(text), text);
        }
    }

    @Test
    void randomTextsGiveTheIdsOfJtokkit() {
        Encoding jtokkit = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            // jtokkit has the JDK's letters: leave out what Unicode 14 has not.
            String text = RandomText.next(random, 1 + random.nextInt(100)).codePoints()
                    .filter(c -> c < 0x3000 && c != 0x1C89 && c != 0x1C8A)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
            assertArrayEquals(jtokkit.encodeOrdinary(text).toArray(), tokenizer.encode(text),
                    () -> "seed " + seed + ", text " + text);
        }
    }

    @Tag("slow")
    @Test
    void aMillionCharactersOfOnePreTokenComeBack() {
        StringBuilder facts = new StringBuilder("tokenizer: a million of");
        for (String unit : new String[] {"a", " ", "'", "é", "a'", "\n", "0", "the", "👩\u200D", "=-"}) {
            String text = unit.repeat(1_000_000 / unit.length());
            // Printed, not asserted; the thread's own time, so that a busy machine does not count.
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            int[] ids = tokenizer.encode(text);
            Duration taken = Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
            assertEquals(text, tokenizer.decode(ids));
            facts.append(" \"").append(tokenizer.token(ids[0]).display()).append("…\" ").append(taken.toMillis()).append(" ms");
        }
        System.out.println(facts);
    }

    @Tag("slow")
    @Test
    void anExplanationOfAMillionLettersIsNotQuadratic() {
        Explanation explanation = tokenizer.explain("a".repeat(1_000_000));
        assertEquals(1, explanation.preTokens().size());
        assertEquals(tokenizer.encode("a".repeat(1_000_000)).length, explanation.preTokens().getFirst().tokens().size());
    }

    @Test
    void manyThreadsWithOneTokenizerGiveTheSameIds(@TempDir Path directory) throws IOException, InterruptedException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            texts.add(RandomText.next(random, 200) + "antidisestablishmentarianism" + i);
        }
        List<int[]> expected = texts.stream().map(tokenizer::encode).toList();
        Gpt2Tokenizer fresh = Gpt2Tokenizer.load(TestFiles.gpt2(directory));
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < texts.size(); i++) {
                    if (!Arrays.equals(expected.get(i), fresh.encode(texts.get(i)))) {
                        wrong.add(texts.get(i));
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), wrong, "seed " + seed);
    }
}
