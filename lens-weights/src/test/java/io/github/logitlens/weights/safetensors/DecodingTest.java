package io.github.logitlens.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Values: every pattern of the half types, every alignment, every kind of destination, many threads.
class DecodingTest {

    @TempDir
    Path dir;

    /// A file with one tensor `t` whose data begins at an address of this remainder modulo 8.
    private static byte[] aligned(DType dtype, int elements, byte[] data, int remainder) {
        String header = "{" + TestFiles.entry("t", dtype.name(), "[" + elements + "]", 0, data.length) + "}";
        while ((8 + header.length()) % 8 != remainder) {
            header += " ";
        }
        return TestFiles.file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private static byte[] everyPattern() {
        ByteBuffer all = ByteBuffer.allocate(1 << 17).order(ByteOrder.LITTLE_ENDIAN);
        for (int pattern = 0; pattern < 1 << 16; pattern++) {
            all.putShort((short) pattern);
        }
        return all.array();
    }

    private static float[] readAll(byte[] content) {
        try (SafeTensors file = TestFiles.open(content)) {
            TensorInfo tensor = file.tensors().getFirst();
            float[] values = new float[(int) tensor.elementCount()];
            file.readFloats(tensor, 0, values, 0, values.length);
            return values;
        }
    }

    @Test
    void everyF16IsExact() {
        float[] values = readAll(aligned(DType.F16, 1 << 16, everyPattern(), 0));
        for (int pattern = 0; pattern < 1 << 16; pattern++) {
            assertEquals(f16Bits(pattern), Float.floatToRawIntBits(values[pattern]), Integer.toHexString(pattern));
        }
    }

    /// The same without a not-a-number near by, which takes another way.
    @Test
    void everyF16ThatIsANumberIsExact() {
        ByteBuffer numbers = ByteBuffer.allocate(2 * 2 * 0x7C01).order(ByteOrder.LITTLE_ENDIAN);
        for (int magnitude = 0; magnitude <= 0x7C00; magnitude++) {
            numbers.putShort((short) magnitude).putShort((short) (magnitude | 0x8000));
        }
        for (int round = 0; round < 50; round++) { // interpreted first, compiled later
            float[] values = readAll(aligned(DType.F16, 2 * 0x7C01, numbers.array(), 0));
            for (int i = 0; i < values.length; i++) {
                int pattern = numbers.getShort(2 * i) & 0xFFFF;
                assertEquals(f16Bits(pattern), Float.floatToRawIntBits(values[i]), Integer.toHexString(pattern));
            }
        }
    }

    /// From the definition, with doubles, in which every half is exact.
    private static int f16Bits(int pattern) {
        int sign = pattern >> 15;
        int exponent = pattern >> 10 & 0x1F;
        int mantissa = pattern & 0x3FF;
        if (exponent == 31) {
            return sign << 31 | 0x7F80_0000 | mantissa << 13;
        }
        double magnitude = exponent == 0 ? mantissa * 0x1p-24 : (1024 + mantissa) * Math.pow(2, exponent - 25);
        return Float.floatToRawIntBits((float) (sign == 1 ? -magnitude : magnitude));
    }

    private static float[] everyByte(DType dtype) {
        byte[] all = new byte[256];
        for (int pattern = 0; pattern < 256; pattern++) {
            all[pattern] = (byte) pattern;
        }
        return readAll(aligned(dtype, 256, all, 0));
    }

    /// From the definition (OCP 8-bit floating point, 2023): bias 7, no infinities, one magnitude that is not a number.
    @Test
    void everyF8E4M3IsExact() {
        float[] values = everyByte(DType.F8_E4M3);
        for (int pattern = 0; pattern < 256; pattern++) {
            int exponent = pattern >> 3 & 15;
            double magnitude = exponent == 0 ? (pattern & 7) * Math.pow(2, -9)
                    : (8 + (pattern & 7)) * Math.pow(2, exponent - 10);
            double expected = (pattern & 127) == 127 ? Double.NaN : pattern > 127 ? -magnitude : magnitude;
            assertEquals(Float.floatToIntBits((float) expected), Float.floatToIntBits(values[pattern]),
                    Integer.toHexString(pattern));
        }
        assertEquals(448, values[0x7E]);
    }

    @Test
    void everyF8E5M2IsTheUpperHalfOfAHalf() {
        float[] values = everyByte(DType.F8_E5M2);
        for (int pattern = 0; pattern < 256; pattern++) {
            assertEquals(f16Bits(pattern << 8), Float.floatToRawIntBits(values[pattern]), Integer.toHexString(pattern));
        }
    }

    @Test
    void theOtherEightBitFloatsAreRefused() {
        for (DType dtype : List.of(DType.F8_E8M0, DType.F8_E4M3FNUZ, DType.F8_E5M2FNUZ)) {
            SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> everyByte(dtype));
            assertEquals(Reason.NOT_CONVERTIBLE, e.reason());
            assertTrue(e.getMessage().contains("got " + dtype), e.getMessage());
        }
    }

    @Test
    void everyBf16IsExact() {
        float[] values = readAll(aligned(DType.BF16, 1 << 16, everyPattern(), 0));
        for (int pattern = 0; pattern < 1 << 16; pattern++) {
            assertEquals(pattern << 16, Float.floatToRawIntBits(values[pattern]), "pattern "
                    + Integer.toHexString(pattern));
        }
    }

    @Test
    void everyF32IsItself() {
        int[] bits = {0, 0x8000_0000, 1, 0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FC0_0000, 0xFFFF_FFFF, 0x7F7F_FFFF,
                0x0080_0000};
        ByteBuffer data = ByteBuffer.allocate(bits.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        data.asIntBuffer().put(bits);
        float[] values = readAll(aligned(DType.F32, bits.length, data.array(), 0));
        for (int i = 0; i < bits.length; i++) {
            assertEquals(bits[i], Float.floatToRawIntBits(values[i]));
        }
    }

    @Test
    void f64IsRoundedToNearestEven() {
        double[] doubles = {0, -0.0, 1, 1 + 0x1p-24, 1 + 0x1p-23, 1 + 3 * 0x1p-24, 1 + 0x1p-24 + 0x1p-50, 1e300,
                -1e300, 1e-300, 0x1p-149,
            0x1p-150, 0x1.8p-149, Double.NaN, Double.POSITIVE_INFINITY, Math.PI, 3.4028235677973366e38};
        ByteBuffer data = ByteBuffer.allocate(doubles.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        data.asDoubleBuffer().put(doubles);
        float[] values = readAll(aligned(DType.F64, doubles.length, data.array(), 3));
        for (int i = 0; i < doubles.length; i++) {
            double d = doubles[i];
            float expected = Double.isNaN(d) || Double.isInfinite(d) || d == 0 ? (float) d
                    : new BigDecimal(d).floatValue();
            assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(values[i]), "double " + d);
        }
        double[] exact = new double[doubles.length];
        try (SafeTensors file = TestFiles.open(aligned(DType.F64, doubles.length, data.array(), 5))) {
            file.readDoubles(file.tensors().getFirst(), 0, exact, 0, exact.length);
        }
        assertArrayEquals(doubles, exact);
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32", "F64"})
    void everyAlignmentAndDestinationGivesTheSame(DType dtype) {
        int elements = 40_007; // more than two chunks
        byte[] data = new byte[elements * dtype.bits() / 8];
        new Random(11).nextBytes(data);
        float[] expected = readAll(aligned(dtype, elements, data, 0));
        for (int remainder = 0; remainder < 8; remainder++) {
            try (SafeTensors file = SafeTensors.open(write(aligned(dtype, elements, data,
                    remainder))); Arena arena = Arena.ofConfined()) {
                TensorInfo t = file.tensors().getFirst();
                assertEquals(remainder, file.dataStart() % 8);
                MemorySegment nativeDst = arena.allocate(elements * 4L + 8);
                MemorySegment floats = MemorySegment.ofArray(new float[elements + 2]);
                MemorySegment bytes = MemorySegment.ofArray(new byte[elements * 4 + 8]);
                for (MemorySegment dst : List.of(nativeDst, floats, bytes)) {
                    long offset = dst == floats ? 4 : remainder;
                    // In pieces that do not fit the chunks.
                    for (int from = 0, size = 1; from < elements; from += size, size = size * 3 + 1) {
                        file.readFloats(t, from, dst, offset + from * 4L, Math.min(size, elements - from));
                    }
                    for (int i = 0; i < elements; i++) {
                        assertEquals(Float.floatToRawIntBits(expected[i]), dst.get(ValueLayout.JAVA_INT_UNALIGNED,
                                offset + i * 4L));
                    }
                }
            }
        }
    }

    private Path write(byte[] content) {
        try {
            return Files.write(dir.resolve("t.safetensors"), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingBesideTheDestinationIsWritten() {
        byte[] data = new byte[4000];
        Arrays.fill(data, (byte) 0x3F);
        for (DType dtype : List.of(DType.F16, DType.BF16, DType.F32, DType.F64)) {
            try (SafeTensors file = TestFiles.open(aligned(dtype, 4000 * 8 / dtype.bits(), data, 1))) {
                float[] values = new float[104];
                file.readFloats(file.tensors().getFirst(), 7, values, 2, 100);
                assertEquals(List.of(0f, 0f, 0f, 0f), List.of(values[0], values[1], values[102], values[103]));
                assertTrue(values[2] != 0 && values[101] != 0);
            }
        }
    }

    @Test
    void boundsAreChecked() {
        try (SafeTensors file = TestFiles.open(aligned(DType.F32, 10, new byte[40], 0))) {
            TensorInfo t = file.tensors().getFirst();
            float[] dst = new float[10];
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(t, 1, dst, 0, 10));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(t, -1, dst, 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(t, 0, dst, 1, 10));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(t, 0, dst, 0, -1));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(t, Long.MAX_VALUE, dst, 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(t, 0, MemorySegment.ofArray(dst), 4,
                    10));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readFloats(t, 0, MemorySegment.ofArray(dst), -4,
                    1));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readDoubles(t, 5, new double[10], 0, 6));
            assertThrows(IndexOutOfBoundsException.class, () -> file.readBytes(t, 40,
                    MemorySegment.ofArray(new byte[1]), 0, 1));
            assertThrows(IllegalArgumentException.class, () -> file.readFloats(t, 0,
                    MemorySegment.ofArray(dst).asReadOnly(), 0, 1));
            assertThrows(IllegalArgumentException.class, () -> file.readBytes(t, 0, MemorySegment.ofArray(dst), 0, 1));
            file.readFloats(t, 10, dst, 10, 0);
            assertThrows(IllegalArgumentException.class,
                    () -> file.readFloats(new TensorInfo("t", DType.F32, List.of(5L), 0, 20), 0, dst, 0, 1));
            // An equal description is as good as the file's own.
            file.readFloats(new TensorInfo("t", DType.F32, List.of(10L), 0, 40), 0, dst, 0, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyFloatTypesBecomeFloats(DType dtype) {
        try (SafeTensors file = TestFiles.open(aligned(dtype, 8, new byte[dtype.bits()], 0))) {
            TensorInfo t = file.tensors().getFirst();
            float[] floats = new float[8];
            double[] doubles = new double[8];
            if (dtype.isFloat()) {
                file.readFloats(t, 0, floats, 0, 8);
            } else {
                SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> file.readFloats(t, 0, floats,
                        0, 8));
                assertEquals(Reason.NOT_CONVERTIBLE, e.reason());
                assertTrue(e.getMessage().contains("'t'") && e.getMessage().contains(dtype.name()), e.getMessage());
            }
            if (dtype == DType.F64 || dtype == DType.F32) {
                file.readDoubles(t, 0, doubles, 0, 8);
            } else {
                assertThrows(SafeTensorsException.class, () -> file.readDoubles(t, 0, doubles, 0, 8));
            }
            byte[] raw = new byte[dtype.bits()];
            file.readBytes(t, 0, MemorySegment.ofArray(raw), 0, raw.length);
        }
    }

    @Test
    void manyThreadsReadDifferentRangesAtOnce() throws Exception {
        int elements = 300_000;
        float[] values = new float[elements];
        Random random = new Random(3);
        for (int i = 0; i < elements; i++) {
            values[i] = random.nextFloat();
        }
        Path path = dir.resolve("threads.safetensors");
        new SafeTensorsWriter().floats("a", DType.F32, List.of((long) elements), values)
                .floats("b", DType.F16, List.of((long) elements), values).write(path);
        try (SafeTensors file = SafeTensors.open(path); Arena arena = Arena.ofShared();
                ExecutorService pool = Executors.newFixedThreadPool(8)) {
            float[] halves = new float[elements];
            file.readFloats(file.tensor("b").orElseThrow(), 0, halves, 0, elements);
            MemorySegment dst = arena.allocate(elements * 8L);
            List<Future<?>> futures = new ArrayList<>();
            for (int part = 0; part < 60; part++) {
                int from = part * 5000;
                futures.add(pool.submit(() -> {
                    file.readFloats(file.tensor("a").orElseThrow(), from, dst, from * 4L, 5000);
                    file.readFloats(file.tensor("b").orElseThrow(), from, dst, (elements + from) * 4L, 5000);
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
            for (int i = 0; i < elements; i++) {
                assertEquals(values[i], dst.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                assertEquals(halves[i], dst.getAtIndex(ValueLayout.JAVA_FLOAT, elements + i));
            }
        }
    }
}
