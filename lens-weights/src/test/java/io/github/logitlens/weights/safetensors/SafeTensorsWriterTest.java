package io.github.logitlens.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsWriterTest {

    @TempDir
    Path dir;

    private List<String> filesInDir() {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// What is written is read again, bit for bit, whatever it is.
    @Test
    void roundTripOfRandomFiles() {
        long seed = Long.getLong("lens.seed", 20261123);
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            String what = "round " + round + " of -Dlens.seed=" + seed;
            Map<String, String> metadata = new LinkedHashMap<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                metadata.put(randomText(random), randomText(random));
            }
            SafeTensorsWriter writer = new SafeTensorsWriter();
            metadata.forEach(writer::metadata);
            Map<String, Object> written = new LinkedHashMap<>();
            Map<String, List<Long>> shapes = new LinkedHashMap<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                String name = randomText(random) + i;
                List<Long> shape = new ArrayList<>();
                int count = 1;
                for (int rank = random.nextInt(4); rank > 0; rank--) {
                    int dim = random.nextInt(12);
                    shape.add((long) dim);
                    count *= dim;
                }
                shapes.put(name, shape);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        long[] values = random.longs(count).toArray();
                        written.put(name, values);
                        writer.longs(name, shape, values);
                    }
                    case 1 -> {
                        double[] values = random.longs(count).mapToDouble(Double::longBitsToDouble).toArray();
                        written.put(name, values);
                        writer.doubles(name, shape, values);
                    }
                    case 2 -> {
                        float[] values = new float[count];
                        for (int k = 0; k < count; k++) {
                            values[k] = Float.intBitsToFloat(random.nextInt());
                        }
                        written.put(name, values);
                        writer.floats(name, DType.F32, shape, values);
                    }
                    default -> {
                        float[] values = new float[count];
                        for (int k = 0; k < count; k++) {
                            values[k] = Float.float16ToFloat((short) random.nextInt(0x7C00));
                        }
                        written.put(name, values);
                        writer.floats(name, DType.F16, shape, values);
                    }
                }
            }
            Path path = dir.resolve("t.safetensors");
            writer.write(path);
            try (SafeTensors file = SafeTensors.open(path)) {
                assertEquals(metadata, file.metadata(), what);
                assertEquals(List.copyOf(metadata.keySet()), List.copyOf(file.metadata().keySet()), what);
                assertEquals(written.keySet(), Map.copyOf(shapes).keySet(), what);
                assertEquals(written.size(), file.tensors().size(), what);
                assertEquals(0, file.dataStart() % 8, what);
                for (TensorInfo t : file.tensors()) {
                    assertEquals(shapes.get(t.name()), t.shape(), what);
                    assertEquals(0, t.begin() % (t.dtype().bits() / 8), what);
                    int count = (int) t.elementCount();
                    switch (written.get(t.name())) {
                        case long[] values -> {
                            long[] read = new long[count];
                            byte[] raw = new byte[count * 8];
                            file.readBytes(t, 0, MemorySegment.ofArray(raw), 0, raw.length);
                            ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(read);
                            assertArrayEquals(values, read, what);
                        }
                        case double[] values -> {
                            double[] read = new double[count];
                            file.readDoubles(t, 0, read, 0, count);
                            assertArrayEquals(values, read, what);
                        }
                        case float[] values -> {
                            float[] read = new float[count];
                            file.readFloats(t, 0, read, 0, count);
                            for (int k = 0; k < count; k++) {
                                assertEquals(Float.floatToRawIntBits(values[k]), Float.floatToRawIntBits(read[k]),
                                        what);
                            }
                        }
                        default -> throw new AssertionError();
                    }
                }
            }
        }
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            int c = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(0x20);
                case 1 -> "\"\\/{}[]:,\u007F".charAt(random.nextInt(10));
                case 2 -> random.nextInt(0x20, 0x7F);
                default -> random.nextInt(0x110000);
            };
            if (c < 0xD800 || c > 0xDFFF) {
                text.appendCodePoint(c);
            }
        }
        return text.toString();
    }

    /// All values between two neighbouring halves go to the nearer one, and to the even one from the middle.
    @Test
    void roundsToNearestEven() {
        List<Float> inputs = new ArrayList<>();
        List<Float> f16 = new ArrayList<>();
        List<Float> bf16 = new ArrayList<>();
        Random random = new Random(5);
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (i < 62_000) { // the neighbourhood of every finite half
                float half = Float.float16ToFloat((short) (i / 2 + 1));
                float below = Float.float16ToFloat((short) (i / 2));
                float middle = (half + below) / 2;
                value = i % 2 == 0 ? middle : Math.nextUp(middle);
            }
            if (!Float.isNaN(value)) {
                inputs.add(value);
                f16.add(Float.float16ToFloat(Float.floatToFloat16(value)));
                int bits = Float.floatToRawIntBits(value);
                double low = Float.intBitsToFloat(bits & 0xFFFF_0000);
                double high = Float.intBitsToFloat((bits & 0xFFFF_0000) + 0x1_0000);
                boolean up = Double.isInfinite(low) ? false : (bits & 0xFFFF) > 0x8000 || (bits & 0xFFFF) == 0x8000
                        && (bits & 0x1_0000) != 0;
                bf16.add((float) (up ? high : low));
            }
        }
        float[] values = array(inputs);
        Path path = dir.resolve("r.safetensors");
        List<Long> shape = List.of((long) values.length);
        new SafeTensorsWriter().floats("f16", DType.F16, shape, values).floats("bf16", DType.BF16, shape, values)
                .floats("f64", DType.F64, shape, values).write(path);
        try (SafeTensors file = SafeTensors.open(path)) {
            assertArrayEquals(array(f16), read(file, "f16"));
            assertArrayEquals(array(bf16), read(file, "bf16"));
            assertArrayEquals(values, read(file, "f64"));
        }
    }

    private static float[] array(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    private static float[] read(SafeTensors file, String name) {
        TensorInfo t = file.tensor(name).orElseThrow();
        float[] values = new float[(int) t.elementCount()];
        file.readFloats(t, 0, values, 0, values.length);
        return values;
    }

    /// Every half pattern, not-a-numbers included, survives being widened and narrowed.
    @Test
    void everyHalfPatternSurvives() throws IOException {
        for (DType dtype : List.of(DType.F16, DType.BF16)) {
            byte[] data = new byte[1 << 17];
            for (int i = 0; i < 1 << 16; i++) {
                data[2 * i] = (byte) i;
                data[2 * i + 1] = (byte) (i >> 8);
            }
            byte[] original = TestFiles.file(("{" + TestFiles.entry("t", dtype.name(), "[65536]", 0, data.length) + "}")
                    .getBytes(StandardCharsets.UTF_8), data);
            Path path = dir.resolve("h.safetensors");
            try (SafeTensors file = TestFiles.open(original)) {
                new SafeTensorsWriter().floats("t", dtype, List.of(65536L), read(file, "t")).write(path);
            }
            try (SafeTensors file = SafeTensors.open(path)) {
                byte[] again = new byte[data.length];
                file.readBytes(file.tensor("t").orElseThrow(), 0, MemorySegment.ofArray(again), 0, again.length);
                assertArrayEquals(data, again, dtype.name());
            }
        }
    }

    @Test
    void valuesAreAskedForInOrderAndInPieces() {
        long count = 100_000;
        long[] expected = {0};
        Path path = dir.resolve("s.safetensors");
        new SafeTensorsWriter().floats("t", DType.F32, List.of(count), (first, dst, n) -> {
            assertEquals(expected[0], first);
            assertTrue(n < count, "all at once");
            for (int i = 0; i < n; i++) {
                dst[i] = first + i;
            }
            expected[0] += n;
        }).write(path);
        assertEquals(count, expected[0]);
        try (SafeTensors file = SafeTensors.open(path)) {
            float[] values = read(file, "t");
            assertEquals(99_999f, values[99_999]);
            assertEquals(32_768f, values[32_768]);
        }
    }

    /// The source fails at its n-th call, for n = 1, 2, … until it no longer does.
    @Test
    void aFailureLeavesTheOldFileAndNoOther() throws IOException {
        Path path = dir.resolve("t.safetensors");
        new SafeTensorsWriter().metadata("old", "yes").write(path);
        byte[] old = Files.readAllBytes(path);
        int failAt = 1;
        while (true) {
            int[] calls = {0};
            int now = failAt++;
            SafeTensorsWriter writer = new SafeTensorsWriter().floats("t", DType.F32, List.of(100_000L), (first, dst,
                    n) -> {
                if (++calls[0] == now) {
                    throw new IllegalStateException("call " + now);
                }
            });
            try {
                writer.write(path);
                break;
            } catch (IllegalStateException e) {
                assertEquals("call " + now, e.getMessage());
                assertArrayEquals(old, Files.readAllBytes(path));
                assertEquals(List.of("t.safetensors"), filesInDir());
            }
        }
        assertTrue(failAt > 4, "calls: " + failAt);
        assertEquals(List.of("t.safetensors"), filesInDir());
    }

    @Test
    void pathsThatCannotBeWritten() throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        Path taken = Files.createDirectory(dir.resolve("taken"));
        Files.createFile(taken.resolve("inside"));
        for (Path path : List.of(dir.resolve("none").resolve("t"), taken, Path.of("/"),
                Path.of("/proc/self/nothing/t"))) {
            SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> writer.write(path));
            assertEquals(Reason.WRITE_FAILED, e.reason(), e.getMessage());
            assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
        }
        assertEquals(List.of("taken"), filesInDir());
        Path none = dir.resolve("none").resolve("t");
        assertEquals(none + ": cannot be written: no such file or directory",
                assertThrows(SafeTensorsException.class, () -> writer.write(none)).getMessage());
    }

    @Test
    void callersMistakes() {
        SafeTensorsWriter writer = new SafeTensorsWriter().longs("a", List.of(1L), new long[1]);
        List<Runnable> mistakes = List.of(
                () -> writer.longs("a", List.of(1L), new long[1]),
                () -> writer.longs("__metadata__", List.of(1L), new long[1]),
                () -> writer.longs("b", List.of(2L), new long[1]),
                () -> writer.longs("b", List.of(-1L, -1L), new long[1]),
                () -> writer.floats("b", DType.I64, List.of(1L), new float[1]),
                () -> writer.floats("b", DType.F32, List.of(1L << 62, 4L), (first, dst, n) -> { }),
                () -> writer.floats("b", DType.F32, List.of(1L << 60), (first, dst, n) -> { }),
                () -> writer.longs("\uD800", List.of(1L), new long[1]),
                () -> writer.metadata("a", "\uDC00"));
        for (int i = 0; i < mistakes.size(); i++) {
            assertThrows(IllegalArgumentException.class, mistakes.get(i)::run, "mistake " + i);
        }
        Path path = dir.resolve("t");
        writer.write(path);
        try (SafeTensors file = SafeTensors.open(path)) {
            assertEquals(1, file.tensors().size());
        }
    }

    @Test
    void headersAboveTheLimitAreNotWritten() {
        String large = "x".repeat(50_000_000);
        SafeTensorsWriter writer = new SafeTensorsWriter().metadata("a", large).metadata("b", large);
        assertThrows(IllegalArgumentException.class, () -> writer.write(dir.resolve("t")));
        assertEquals(List.of(), filesInDir());
    }
}
