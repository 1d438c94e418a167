package io.github.logitlens.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.internal.layout.ShardIndex;
import io.github.logitlens.weights.internal.layout.ShardIndexException;
import io.github.logitlens.weights.internal.layout.WeightsForm;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files damaged systematically and at random: only typed exceptions come out, and what is accepted can be read whole.
///
/// The random part runs for `-Dlens.fuzz.seconds` (2 for each kind of file if not given) and a thousand inputs at least, from
/// `-Dlens.seed`, which failures name.
class DamageTest {

    @TempDir
    Path dir;

    private byte[] valid;

    @BeforeEach
    void writeAFile() throws IOException {
        Path path = dir.resolve("valid.safetensors");
        new SafeTensorsWriter().metadata("format", "pt").floats("wte.weight", DType.F16, List.of(3L, 2L),
                new float[] {1, 2, 3, 4, 5, 6})
                .floats("b", DType.F32, List.of(2L), new float[] {7, 8}).floats("empty", DType.BF16, List.of(0L, 9L),
                new float[0])
                .longs("n", List.of(), new long[] {9}).write(path);
        valid = Files.readAllBytes(path);
    }

    /// Opens and reads everything: true if it was accepted, false if it was refused with a typed exception.
    private static boolean survives(byte[] content) {
        try (SafeTensors file = TestFiles.open(content)) {
            long bytes = 0;
            for (TensorInfo t : file.tensors()) {
                bytes += t.byteSize();
                if (t.dtype().isFloat()) {
                    file.readFloats(t, 0, new float[(int) t.elementCount()], 0, (int) t.elementCount());
                }
            }
            assertEquals(content.length, file.dataStart() + bytes, "tensors do not cover the file");
            return true;
        } catch (SafeTensorsException e) {
            assertTrue(e.getMessage().length() < 2000 && e.getMessage().chars().noneMatch(Character::isISOControl),
                    e.getMessage());
            return false;
        }
    }

    @Test
    void everyTruncationIsRefused() {
        everyTruncationIsRefused(valid);
    }

    private static void everyTruncationIsRefused(byte[] valid) {
        assertTrue(survives(valid));
        for (int length = 0; length < valid.length; length++) {
            assertEquals(false, survives(Arrays.copyOf(valid, length)), "cut to " + length);
        }
        assertEquals(false, survives(Arrays.copyOf(valid, valid.length + 1)));
    }

    @Tag("thorough")
    @Test
    void everyByteMayBeAnyOther() {
        everyByteMayBeAnyOther(valid);
    }

    private static void everyByteMayBeAnyOther(byte[] valid) {
        int dataStart = valid.length - 28;
        List<TensorInfo> tensors = tensors(valid);
        for (int at = 0; at < valid.length; at++) {
            for (int value = 0; value < 256; value++) {
                byte[] damaged = valid.clone();
                damaged[at] = (byte) value;
                boolean accepted = survives(damaged);
                if (at < 8 && damaged[at] != valid[at]) {
                    assertEquals(false, accepted, "length byte " + at + " = " + value);
                }
                if (at >= dataStart) {
                    assertTrue(accepted, "data byte " + at + " = " + value);
                    assertEquals(tensors, tensors(damaged));
                }
            }
        }
    }

    @Tag("forks")
    @Test
    void theSameInASmallHeapOnASmallStack() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                "-cp", System.getProperty("java.class.path"), DamageTest.class.getName(),
                dir.resolve("valid.safetensors").toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals("survived", output.strip());
    }

    /// In the other JVM: damages the file given, in memory, on a stack of 256 KB.
    ///
    /// @param args the file
    /// @throws Exception if the file cannot be read
    public static void main(String[] args) throws Exception {
        byte[] valid = Files.readAllBytes(Path.of(args[0]));
        Thread thread = new Thread(null, () -> {
            everyTruncationIsRefused(valid);
            everyByteMayBeAnyOther(valid);
            System.out.println("survived");
        }, "small stack", 256 << 10);
        thread.start();
        thread.join();
    }

    private static List<TensorInfo> tensors(byte[] content) {
        try (SafeTensors file = TestFiles.open(content)) {
            return file.tensors();
        }
    }

    private static final String[] TOKENS = {"{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "true",
            "-", "0", "1", "1e999",
        "18446744073709551615", "9223372036854775808", "4294967296", "\"dtype\"", "\"shape\"", "\"data_offsets\"",
        "\"__metadata__\"", "F32",
        "\"F4\"", " ", "\n", "\0", "\u00E9", "\uD83D\uDE00", "[[[[[[[[", "{\"a\":", "\"model_type\"", "\"weight_map\"",
        "..", "/"};

    private static byte[] damage(byte[] content, Random random) {
        byte[] damaged = content.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(damaged.length + 1);
            byte[] insert = switch (random.nextInt(4)) {
                case 0 -> new byte[] {(byte) random.nextInt()};
                case 1 -> TOKENS[random.nextInt(TOKENS.length)].getBytes(StandardCharsets.UTF_8);
                case 2 -> Arrays.copyOfRange(damaged, at, Math.min(damaged.length, at + random.nextInt(40)));
                default -> new byte[0];
            };
            int cut = Math.min(damaged.length - at, random.nextInt(3) == 0 ? random.nextInt(30) : insert.length);
            byte[] next = new byte[damaged.length - cut + insert.length];
            System.arraycopy(damaged, 0, next, 0, at);
            System.arraycopy(insert, 0, next, at, insert.length);
            System.arraycopy(damaged, at + cut, next, at + insert.length, damaged.length - at - cut);
            damaged = next;
        }
        return damaged;
    }

    private interface Target {
        /// Runs one input; anything but the typed exceptions is a finding.
        boolean accepts(byte[] input);
    }

    private static void fuzz(String what, byte[] start, Target target) {
        long seed = Long.getLong("lens.seed", System.nanoTime());
        long end = System.nanoTime() + Long.getLong("lens.fuzz.seconds", 2) * 1_000_000_000L;
        long runs = 0;
        long accepted = 0;
        for (; System.nanoTime() < end || runs < 1000; runs++) {
            byte[] input = damage(start, new Random(seed + runs));
            try {
                accepted += target.accepts(input) ? 1 : 0;
            } catch (Throwable e) {
                fail(what + ", -Dlens.seed=" + (seed + runs) + ": " + new String(input, StandardCharsets.ISO_8859_1),
                        e);
            }
        }
        System.out.printf("fuzz %s: %d inputs, %d accepted, seed %d%n", what, runs, accepted, seed);
    }

    @Test
    void randomDamageToAFile() {
        byte[] header = Arrays.copyOfRange(valid, 8, valid.length - 28);
        byte[] data = Arrays.copyOfRange(valid, valid.length - 28, valid.length);
        fuzz("safetensors header", header, damaged -> survives(TestFiles.file(damaged, data)));
        fuzz("safetensors file", valid, DamageTest::survives);
    }

    @Test
    void randomDamageToAConfiguration() {
        fuzz("config.json", TestFiles.resource("config.distilgpt2.json"), damaged -> {
            try {
                ConfigReader.parse(damaged, "config.json");
                return true;
            } catch (CheckpointException e) {
                assertTrue(e.getMessage().length() < 1000 && e.getMessage().chars().noneMatch(Character::isISOControl),
                        e.getMessage());
                return false;
            }
        });
    }

    @Test
    void randomDamageToAnIndex() {
        byte[] index = """
                {"metadata": {"total_size": 12}, "weight_map": {"wte.weight": "model-00001-of-00002.safetensors",
                 "h.0.ln_1.weight": "model-00002-of-00002.safetensors"}}""".getBytes(StandardCharsets.UTF_8);
        fuzz("index", index, damaged -> {
            try {
                for (String name : ShardIndex.shardNames(damaged, "index", WeightsForm.SAFETENSORS)) {
                    Path resolved = Path.of("/models/here").resolve(name);
                    assertEquals(resolved, resolved.normalize());
                    assertTrue(resolved.startsWith("/models/here"), name);
                }
                return true;
            } catch (ShardIndexException e) {
                assertTrue(e.getMessage().length() < 1000 && e.getMessage().chars().noneMatch(Character::isISOControl),
                        e.getMessage());
                return false;
            }
        });
    }

    /// A length field of any value, over every small file.
    @Tag("thorough")
    @Test
    void anyLengthField() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = valid.clone();
            long length = random.nextLong() >> random.nextInt(64);
            ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            long own = ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertEquals(length == own, survives(damaged), "length " + length);
        }
    }
}
