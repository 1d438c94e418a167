package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tokenizer files damaged at random, read in a JVM of 64 MB of heap by a thread of 256 KB of stack: each is refused with the
/// typed exception, or gives a tokenizer that works.
///
/// Each file runs for `-Dlens.fuzz.seconds` (2 if not given) from `-Dlens.seed`, which failures name.
@Tag("forks")
class TokenizerFuzzTest {
    private static final int SMALL_STACK = 256 << 10;

    private static final String TEXT = "hello world, <pad> hell 'tis 世界\n\t <mask> é\u0000";

    private static final String[] PIECES = {"{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "true",
        "false", "-", "0", "1", "1e999", "259", "260", "2147483647", "4294967296", "1.0", " ", "\n", "\r\n", "\0", "\uFEFF",
        "é", "Ġ", "世", "😀", "#version", "h e", "l l", "he ll", "\"id\"", "\"content\"", "\"vocab\"", "\"merges\"",
        "\"model\"", "\"type\"", "\"lstrip\": true", "\"special\": true", "<pad>", "[".repeat(100_000), "{\"a\":".repeat(2000),
        "a".repeat(1 << 20), "7".repeat(100_000)};

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"vocab.json", "merges.txt", "tokenizer.json", "added_tokens.json", "tokenizer_config.json"})
    void onlyTypedExceptionsComeOut(String file) throws Exception {
        TestFiles.small(directory);
        if (file.equals("tokenizer.json")) {
            TestFiles.write(directory, file, TestFiles.tokenizerJson(TestFiles.SMALL_MERGES_JSON, """
                    [{"id": 260, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false,
                      "normalized": false, "special": true},
                     {"id": 261, "content": "<mask>", "lstrip": true, "rstrip": true, "normalized": true,
                      "special": false}]"""));
        } else if (file.equals("added_tokens.json")) {
            TestFiles.write(directory, file, IntStream.range(260, 300).mapToObj(id -> "\"<" + id + ">\": " + id)
                    .collect(Collectors.joining(",\n", "{", "}")));
        } else if (file.equals("tokenizer_config.json")) {
            TestFiles.write(directory, file, """
                    {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": false, "bos_token": {"content": "<pad>", "lstrip": true},
                     "additional_special_tokens": ["<mask>"], "added_tokens_decoder": {"260": {"content": "<pad>", "lstrip": false,
                     "normalized": true}, "261": {"content": "world", "single_word": true}}}""");
        }
        long seed = Long.getLong("lens.seed", System.nanoTime());
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                "-Dlens.fuzz.seconds=" + Long.getLong("lens.fuzz.seconds", 2), "-cp", System.getProperty("java.class.path"),
                TokenizerFuzzTest.class.getName(), directory.toString(), file, Long.toString(seed))
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), output);
        System.out.println(output);
    }

    /// In the other JVM: damages one file of a tokenizer that loads.
    ///
    /// @param args the directory, the file's name, the seed of the first input
    /// @throws Exception if the files cannot be read or written
    public static void main(String[] args) throws Exception {
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        Thread thread = new Thread(null, () -> failures.addAll(fuzz(Path.of(args[0]), args[1], Long.parseLong(args[2]))),
                "small stack", SMALL_STACK);
        thread.setUncaughtExceptionHandler((t, e) -> failures.add("seed " + args[2] + ": " + e));
        thread.start();
        thread.join();
        failures.forEach(System.out::println);
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    private static List<String> fuzz(Path directory, String file, long seed) {
        long end = System.nanoTime() + Long.getLong("lens.fuzz.seconds", 2) * 1_000_000_000L;
        int accepted = 0;
        long runs = 0;
        byte[] valid = read(directory, file);
        for (; System.nanoTime() < end || runs < 100; runs++) {
            byte[] input = runs == 0 ? valid : damage(valid, new Random(seed + runs));
            try {
                accepted += survives(directory, file, input) ? 1 : 0;
            } catch (Throwable e) {
                byte[] shown = Arrays.copyOf(input, Math.min(input.length, 20_000));
                return List.of(file + ", -Dlens.seed=" + (seed + runs - 1) + ": " + e + " at "
                        + Arrays.stream(e.getStackTrace()).limit(8).toList() + "; the file in base64: "
                        + Base64.getEncoder().encodeToString(shown));
            }
        }
        System.out.printf("fuzz %s: %d inputs, %d accepted, seed %d%n", file, runs, accepted, seed);
        return accepted > 0 ? List.of() : List.of(file + ": not even the undamaged file was accepted");
    }

    private static byte[] read(Path directory, String file) {
        try {
            return Files.readAllBytes(directory.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Whether a text is another one without some of its characters; parts of a character may be left of others.
    private static boolean isWhatIsLeftOf(String whole, String left) {
        int at = -1;
        for (char c : left.replaceAll("[\\s\uFFFD]", "").toCharArray()) {
            at = whole.indexOf(c, at + 1);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    /// Whether the file was accepted; what was not refused must work.
    private static boolean survives(Path directory, String file, byte[] content) throws IOException {
        Files.write(directory.resolve(file), content);
        Gpt2Tokenizer tokenizer;
        try {
            tokenizer = Gpt2Tokenizer.load(directory);
        } catch (TokenizerFormatException e) {
            assertTrue(e.getMessage().length() < 1000 && e.getMessage().chars().noneMatch(Character::isISOControl),
                    e.getMessage());
            return false;
        }
        for (SpecialTokens mode : SpecialTokens.values()) {
            int[] ids = tokenizer.encode(TEXT, mode);
            assertEquals(ids.length, tokenizer.encodeWithSpans(TEXT, mode).size());
            String decoded = tokenizer.decode(ids);
            // Added tokens may take white space along that is not theirs.
            if (hasEveryByteOf(TEXT, tokenizer)) {
                assertEquals(TEXT.replaceAll("\\s", ""), decoded.replaceAll("\\s", ""));
            } else {
                assertTrue(isWhatIsLeftOf(TEXT, decoded), decoded);
            }
        }
        assertEquals(64, tokenizer.contentHash().length());
        return true;
    }

    private static boolean hasEveryByteOf(String text, Gpt2Tokenizer tokenizer) {
        return text.codePoints().mapToObj(Character::toString).allMatch(c -> tokenizer.decode(tokenizer.encode(c)).equals(c));
    }

    private static byte[] damage(byte[] content, Random random) {
        byte[] damaged = content;
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(damaged.length + 1);
            byte[] insert = switch (random.nextInt(5)) {
                case 0 -> new byte[] {(byte) random.nextInt()};
                case 1, 2 -> PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
                case 3 -> copy(damaged, random.nextInt(damaged.length + 1), random.nextInt(40));
                default -> new byte[0];
            };
            int cut = random.nextInt(3) == 0 ? random.nextInt(30) : Math.min(insert.length, 4);
            damaged = concat(copy(damaged, 0, at), insert, copy(damaged, at + cut, damaged.length));
        }
        return damaged;
    }

    private static byte[] copy(byte[] bytes, int from, int length) {
        int start = Math.min(from, bytes.length);
        return Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + length));
    }

    private static byte[] concat(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
