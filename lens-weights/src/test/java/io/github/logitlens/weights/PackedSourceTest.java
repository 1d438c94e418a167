package io.github.logitlens.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackedSourceTest {

    private static final int ROW = 6;
    /// Ten rows, and where the three that are not the repeated one stand.
    private static final int[] PLACES = {10, 0, 3, 9};

    private byte[] before = random(11);
    private byte[] rows = random(4 * ROW);
    private byte[] after = random(5);

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /// The file that the parts stand for.
    private byte[] plain() {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        plain.writeBytes(before);
        for (int row = 0; row < PLACES[0]; row++) {
            plain.write(rows, Math.max(0, Arrays.binarySearch(PLACES, 1, PLACES.length, row)) * ROW, ROW);
        }
        plain.writeBytes(after);
        return plain.toByteArray();
    }

    private byte[] packed(String rowsType, String rowsShape, int[] places) {
        ByteBuffer data = ByteBuffer.allocate(4 * places.length + rows.length + before.length + after.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int place : places) {
            data.putInt(place);
        }
        int rowsAt = data.position();
        data.put(rows);
        int beforeAt = data.position();
        data.put(before);
        int afterAt = data.position();
        data.put(after);
        String header = "{" + String.join(",",
                TestFiles.entry("places", "I32", "[" + places.length + "]", 0, rowsAt),
                TestFiles.entry("rows", rowsType, rowsShape, rowsAt, beforeAt),
                TestFiles.entry("before", "U8", "[" + before.length + "]", beforeAt, afterAt),
                TestFiles.entry("after", "U8", "[" + after.length + "]", afterAt, data.position())) + "}";
        return TestFiles.file(header.getBytes(), data.array());
    }

    private PackedSource source() {
        return new PackedSource("m.safetensors", packed("U8", "[4,6]", PLACES));
    }

    @Test
    void everyStretchIsThePlainFiles() {
        byte[] plain = plain();
        PackedSource source = source();
        assertEquals(plain.length, source.size());
        for (int from = 0; from <= plain.length; from++) {
            for (int to = from; to <= plain.length; to++) {
                byte[] read = new byte[to - from];
                source.read(from, MemorySegment.ofArray(read));
                assertArrayEquals(Arrays.copyOfRange(plain, from, to), read, from + " to " + to);
            }
        }
    }

    @Test
    void nothingIsReadBeyondTheEnd() {
        PackedSource source = source();
        MemorySegment one = MemorySegment.ofArray(new byte[1]);
        assertThrows(IndexOutOfBoundsException.class, () -> source.read(source.size(), one));
        assertThrows(IndexOutOfBoundsException.class, () -> source.read(-1, one));
    }

    @Test
    void closedItRefuses() {
        PackedSource source = source();
        source.close();
        source.close();
        assertThrows(IllegalStateException.class, () -> source.read(0, MemorySegment.ofArray(new byte[1])));
    }

    @Test
    void placesOutsideTheRowsOrOutOfOrderAreRefused() {
        for (int[] wrong : new int[][] {{10, -1, 3, 9}, {10, 0, 3, 10}, {10, 0, 3, 3}, {10, 4, 3, 9}}) {
            String message = damaged(packed("U8", "[4,6]", wrong));
            assertTrue(message.matches("place of row [123] of those that are kept: expected \\d+ to 9, got (-1|10|3) .*"), message);
        }
    }

    @Test
    void asManyPlacesAsRowsAreExpected() {
        for (int[] wrong : new int[][] {{10, 0, 3}, {10, 0, 3, 8, 9}, {0, 0, 3, 9}, {}}) {
            String message = damaged(packed("U8", "[4,6]", wrong));
            assertTrue(message.startsWith("part 'places': expected the number of rows and 3 places, got " + wrong.length), message);
        }
    }

    /// As halves, of which two of the repeated row and one of another are not finite.
    @Test
    void theRowsThatAreKeptReadAsTheMatrixDoes() {
        short[] halves = {0x3C00, 0x7C00, (short) 0xFE00, 0x4000, 0x0001, (short) 0x8000, 0x7BFF, 0x7C00, 0x1234, 0x2345, 0, 0x3456};
        ByteBuffer.wrap(rows).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().put(halves);
        before = TestFiles.file(
                "{" + TestFiles.entry("m", "F16", "[10,3]", 0, 60) + "," + TestFiles.entry("z", "U8", "[5]", 60, 65) + "}", 0);
        byte[] content = packed("U8", "[4,6]", PLACES);
        try (SafeTensors file = SafeTensors.open(new PackedSource("m.safetensors", content))) {
            TensorInfo tensor = file.tensor("m").orElseThrow();
            RepeatedRow row = RepeatedRow.of(file, tensor).orElseThrow();
            float[] matrix = new float[30];
            assertEquals(15, file.readFloats(tensor, 0, MemorySegment.ofArray(matrix), 0, 30));
            float[] kept = new float[12];
            assertEquals(3, row.read(0, MemorySegment.ofArray(kept), 0, 12));
            int[] keptRow = new int[10];
            for (int other = 0; other < row.others(); other++) {
                keptRow[row.place(other)] = other + 1;
            }
            for (int i = 0; i < 30; i++) {
                assertEquals(Float.floatToRawIntBits(kept[keptRow[i / 3] * 3 + i % 3]), Float.floatToRawIntBits(matrix[i]));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> row.read(11, MemorySegment.ofArray(kept), 0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> row.place(3));
            assertEquals(Optional.empty(), RepeatedRow.of(file, file.tensor("z").orElseThrow()));
        }
    }

    @Test
    void anotherTypeIsRefused() {
        assertTrue(damaged(packed("I8", "[4,6]", PLACES)).contains("part 'rows': expected U8 of 2 dimensions, got I8 [4, 6]"));
    }

    @Test
    void anotherShapeIsRefused() {
        assertTrue(damaged(packed("U8", "[24]", PLACES)).contains("got U8 [24]"));
    }

    @Test
    void aMissingPartIsRefused() {
        assertTrue(damaged(TestFiles.file("{}", 0)).contains("part 'rows': expected U8 of 2 dimensions, got none"));
    }

    @Test
    void rowsWithoutBytesAreRefused() {
        byte[] empty = TestFiles.file("{" + TestFiles.entry("rows", "U8", "[0,6]", 0, 0) + "}", 0);
        assertTrue(damaged(empty).contains("part 'rows': expected at least one byte, got [0, 6]"));
    }

    private static String damaged(byte[] packed) {
        CheckpointException e = assertThrows(CheckpointException.class, () -> new PackedSource("m.safetensors", packed));
        assertEquals(CheckpointException.Reason.DEMO_DAMAGED, e.reason());
        assertTrue(e.getMessage().endsWith("(in m.safetensors, packed)"), e.getMessage());
        return e.getMessage();
    }
}
