package io.github.logitlens.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GPT-2's own files, in the form that is read.
class BundledFilesTest {
    /// Read here by other code than the library's.
    @Test
    void thePairsAreThoseOfThePublishedFiles() throws Exception {
        Map<String, Integer> ids = new HashMap<>();
        new ObjectMapper().readTree(TestFiles.resource("vocab.json")).properties()
                .forEach(entry -> ids.put(entry.getKey(), entry.getValue().intValue()));
        String[] lines = new String(TestFiles.resource("merges.txt"), StandardCharsets.UTF_8).split("\n");
        ByteBuffer pairs = ByteBuffer.allocate(4 * (lines.length - 1)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 1; i < lines.length; i++) {
            for (String symbol : lines[i].split(" ")) {
                pairs.putShort((short) (int) ids.get(symbol));
            }
        }
        assertEquals(50_000, lines.length - 1);
        assertArrayEquals(pairs.array(), TestFiles.resource("merges.pairs"), "run src/main/scripts/merge_pairs.py");
    }

    /// To look for the JSON library's classes takes a JVM longer than to read the tokenizer.
    @Tag("forks")
    @Test
    void itTakesNoJsonLibraryNorDoesAModelWithoutATokenizer(@TempDir Path directory) throws Exception {
        TestFiles.write(directory, "config.json", "{\"vocab_size\": 50257}");
        String here = File.pathSeparator + directory(BundledFilesTest.class);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", directory(Gpt2Tokenizer.class) + here, BundledFilesTest.class.getName(), directory.toString())
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(Gpt2Tokenizer.gpt2().contentHash(), output.strip());
    }

    private static Path directory(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /// In the other JVM.
    ///
    /// @param args a model's directory without a tokenizer
    public static void main(String[] args) {
        System.out.println(Gpt2Tokenizer.of(Path.of(args[0]), 50257).contentHash());
    }
}
