package io.github.logitlens.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackedSourceTest {

    private static final int ROW = 6;
    private static final int[] INDEX = {1, 1, 0, 2, 1, 1, 1, 0, 3, 1};

    private final byte[] before = random(11);
    private final byte[] rows = random(4 * ROW);
    private final byte[] after = random(5);

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /// The file that the parts stand for.
    private byte[] plain() {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        plain.writeBytes(before);
        for (int row : INDEX) {
            plain.write(rows, row * ROW, ROW);
        }
        plain.writeBytes(after);
        return plain.toByteArray();
    }

    private byte[] packed(String rowsType, String rowsShape, int[] index) {
        ByteBuffer data = ByteBuffer.allocate(4 * index.length + rows.length + before.length + after.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row : index) {
            data.putInt(row);
        }
        int rowsAt = data.position();
        data.put(rows);
        int beforeAt = data.position();
        data.put(before);
        int afterAt = data.position();
        data.put(after);
        String header = "{" + String.join(",",
                TestFiles.entry("index", "I32", "[" + index.length + "]", 0, rowsAt),
                TestFiles.entry("rows", rowsType, rowsShape, rowsAt, beforeAt),
                TestFiles.entry("before", "U8", "[" + before.length + "]", beforeAt, afterAt),
                TestFiles.entry("after", "U8", "[" + after.length + "]", afterAt, data.position())) + "}";
        return TestFiles.file(header.getBytes(), data.array());
    }

    private PackedSource source() {
        return new PackedSource("m.safetensors", packed("U8", "[4,6]", INDEX));
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
    void anIndexOutsideTheRowsIsRefused() {
        for (int wrong : new int[] {-1, 4}) {
            assertTrue(damaged(packed("U8", "[4,6]", new int[] {0, wrong})).contains("index of row 1: expected 0 to 3, got " + wrong));
        }
    }

    @Test
    void anotherTypeIsRefused() {
        assertTrue(damaged(packed("I8", "[4,6]", INDEX)).contains("part 'rows': expected U8 of 2 dimensions, got I8 [4, 6]"));
    }

    @Test
    void anotherShapeIsRefused() {
        assertTrue(damaged(packed("U8", "[24]", INDEX)).contains("got U8 [24]"));
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
