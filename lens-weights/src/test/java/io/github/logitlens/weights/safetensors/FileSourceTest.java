package io.github.logitlens.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What can be wrong with a path, and what can happen to a file while it is open.
@Timeout(60)
class FileSourceTest {

    @TempDir
    Path dir;

    private static SafeTensorsException refused(Reason reason, Path path) {
        SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> SafeTensors.open(path).close());
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }

    private Path floats(String name, float... values) {
        Path path = dir.resolve(name);
        new SafeTensorsWriter().floats("t", DType.F32, List.of((long) values.length), values).write(path);
        return path;
    }

    private static float[] read(SafeTensors file) {
        TensorInfo t = file.tensor("t").orElseThrow();
        float[] values = new float[(int) t.elementCount()];
        file.readFloats(t, 0, values, 0, values.length);
        return values;
    }

    @Test
    void missing() {
        assertTrue(refused(Reason.NOT_FOUND, dir.resolve("none")).getMessage().contains("none"));
    }

    @Test
    void emptyPath() {
        refused(Reason.NOT_A_REGULAR_FILE, Path.of(""));
    }

    @Test
    void directory() {
        assertTrue(refused(Reason.NOT_A_REGULAR_FILE, dir).getMessage().contains("directory"));
    }

    @Test
    void underAFile() throws IOException {
        Path file = Files.writeString(dir.resolve("f"), "x");
        assertThrows(SafeTensorsException.class, () -> SafeTensors.open(file.resolve("g")).close());
    }

    @Test
    void emptyFile() throws IOException {
        refused(Reason.HEADER_TOO_SMALL, Files.createFile(dir.resolve("empty")));
    }

    @Test
    void brokenLink() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("gone"));
        assertTrue(refused(Reason.NOT_FOUND, link).getMessage().contains("symbolic link"));
    }

    @Test
    void linkInALoop() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("loop"), dir.resolve("loop"));
        refused(Reason.READ_FAILED, link);
    }

    @Test
    void linkToAFile() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), floats("a", 1, 2).getFileName());
        try (SafeTensors file = SafeTensors.open(link)) {
            assertEquals(2, read(file)[1]);
        }
    }

    @Test
    void pipeIsRefusedWithoutWaiting() throws Exception {
        Path pipe = dir.resolve("pipe");
        int status = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor();
        assertEquals(0, status, "mkfifo");
        assertTrue(refused(Reason.NOT_A_REGULAR_FILE, pipe).getMessage().contains("pipe"));
    }

    @Test
    void device() {
        refused(Reason.NOT_A_REGULAR_FILE, Path.of("/dev/zero"));
    }

    @Test
    void noPermission() throws IOException {
        Path path = floats("secret", 1);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        if (Files.isReadable(path)) {
            System.err.println("SKIPPED FileSourceTest.noPermission: this user may read every file (root)");
        }
        assumeTrue(!Files.isReadable(path), "this user may read every file (root)");
        refused(Reason.NO_PERMISSION, path);
    }

    @Test
    void truncatedWhileOpen() throws IOException {
        Path path = floats("t", 1, 2, 3);
        try (SafeTensors file = SafeTensors.open(path)) {
            try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
                raw.setLength(raw.length() - 4);
            }
            SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> read(file));
            assertEquals(Reason.FILE_CHANGED, e.reason());
        }
    }

    @Test
    void grownWhileOpen() throws IOException {
        Path path = floats("t", 1, 2, 3);
        try (SafeTensors file = SafeTensors.open(path)) {
            Files.write(path, new byte[1], StandardOpenOption.APPEND);
            assertEquals(Reason.FILE_CHANGED, assertThrows(SafeTensorsException.class, () -> read(file)).reason());
        }
    }

    @Test
    void rewrittenInPlaceAtTheSameSize() throws IOException {
        Path path = floats("t", 1, 2, 3);
        Files.setLastModifiedTime(path, FileTime.fromMillis(1_600_000_000_000L));
        try (SafeTensors file = SafeTensors.open(path)) {
            Files.write(path, Files.readAllBytes(path), StandardOpenOption.WRITE);
            assertEquals(Reason.FILE_CHANGED, assertThrows(SafeTensorsException.class, () -> read(file)).reason());
        }
    }

    @Test
    void replacedByRename() throws IOException {
        Path path = floats("t", 1, 2, 3);
        try (SafeTensors file = SafeTensors.open(path)) {
            Files.move(floats("other", 4, 5, 6, 7), path, StandardCopyOption.ATOMIC_MOVE);
            assertEquals(3, read(file)[2]);
            // The writer replaces in this way too.
            floats("t", 8);
            assertEquals(1, read(file)[0]);
        }
    }

    @Test
    void deletedWhileOpen() throws IOException {
        Path path = floats("t", 1, 2, 3);
        try (SafeTensors file = SafeTensors.open(path)) {
            Files.delete(path);
            assertEquals(2, read(file)[1]);
        }
    }

    @Test
    void closedTwiceAndReadAfterwards() {
        SafeTensors file = SafeTensors.open(floats("t", 1));
        file.close();
        file.close();
        assertThrows(IllegalStateException.class, () -> read(file));
        assertEquals(1, file.tensors().size());
        SafeTensors inMemory = TestFiles.open(TestFiles.file("{" + TestFiles.entry("t", "F32", "[1]", 0, 4) + "}", 4));
        inMemory.close();
        inMemory.close();
        assertThrows(IllegalStateException.class, () -> read(inMemory));
    }

    @Test
    void refusedFilesAreClosed() throws IOException {
        Path path = Files.write(dir.resolve("bad"), new byte[9]);
        long before = openFiles();
        for (int i = 0; i < 200; i++) {
            assertThrows(SafeTensorsException.class, () -> SafeTensors.open(path));
        }
        assertTrue(openFiles() < before + 50, before + " open files before, " + openFiles() + " after");
    }

    private static long openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test
    void interrupted() throws Exception {
        SafeTensors file = SafeTensors.open(floats("t", 1));
        Thread.currentThread().interrupt();
        SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> read(file));
        assertTrue(Thread.interrupted());
        assertEquals(Reason.INTERRUPTED, e.reason());
        assertArrayEquals(new float[] {1}, read(file), "the file is there for those that were not interrupted");
        file.close();
        assertThrows(IllegalStateException.class, () -> read(file));
    }

    @Test
    void anInterruptOfOneReaderHarmsNoOther() throws Exception {
        float[] values = new float[1 << 20];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        try (SafeTensors file = SafeTensors.open(floats("t", values)); ExecutorService readers = Executors.newFixedThreadPool(3)) {
            List<Future<?>> reading = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                reading.add(readers.submit(() -> {
                    for (int turn = 0; turn < 50; turn++) {
                        assertArrayEquals(values, read(file));
                    }
                    return null;
                }));
            }
            int interrupted = 0;
            while (reading.stream().anyMatch(future -> !future.isDone())) {
                Thread.currentThread().interrupt();
                SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> read(file));
                assertEquals(Reason.INTERRUPTED, e.reason());
                assertTrue(Thread.interrupted());
                interrupted++;
            }
            assertTrue(interrupted > 0);
            for (Future<?> future : reading) {
                future.get();
            }
        }
    }

    @Test
    void aFileThatWasReplacedMeanwhileIsNotReadOn() throws Exception {
        Path path = floats("t", 1);
        try (SafeTensors file = SafeTensors.open(path)) {
            Thread.currentThread().interrupt();
            assertThrows(SafeTensorsException.class, () -> read(file));
            assertTrue(Thread.interrupted());
            Files.delete(path);
            floats("t", 2);
            assertEquals(Reason.FILE_CHANGED, assertThrows(SafeTensorsException.class, () -> read(file)).reason());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {(1L << 31) + 4, (1L << 32) + 12})
    void largerThanTwoAndFourGibibytes(long size) throws IOException {
        // Sparse: a little header, a hole, three floats at the end.
        String header = "{" + TestFiles.entry("t", "F32", "[" + size / 4 + "]", 0, size) + "}";
        Path path = dir.resolve("large");
        try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
            raw.write(TestFiles.file(header.getBytes(StandardCharsets.UTF_8), new byte[0]));
            raw.setLength(8 + header.length() + size);
            raw.seek(8 + header.length() + size - 12);
            raw.write(ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(2).putFloat(3).array());
        }
        try (SafeTensors file = SafeTensors.open(path); Arena arena = Arena.ofConfined()) {
            TensorInfo t = file.tensor("t").orElseThrow();
            float[] values = new float[4];
            file.readFloats(t, size / 4 - 4, values, 0, 4);
            assertEquals(List.of(0f, 1f, 2f, 3f), List.of(values[0], values[1], values[2], values[3]));
            MemorySegment segment = arena.allocate(16);
            file.readFloats(t, size / 4 - 4, segment, 0, 4);
            assertEquals(3f, segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 12));
            byte[] last = new byte[4];
            file.readBytes(t, size - 4, MemorySegment.ofArray(last), 0, 4);
            assertEquals(0x40, last[3]);
            double[] doubles = new double[1];
            file.readDoubles(t, size / 4 - 2, doubles, 0, 1);
            assertEquals(2, doubles[0]);
        }
    }

    @Test
    void closingWhileOthersReadGivesThemIllegalState() throws Exception {
        Path path = floats("t", new float[2_000_000]);
        for (int round = 0; round < 20; round++) {
            SafeTensors file = SafeTensors.open(path);
            Throwable[] seen = new Throwable[1];
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        read(file);
                    }
                } catch (RuntimeException e) {
                    seen[0] = e;
                }
            });
            Thread.sleep(5);
            file.close();
            assertTrue(reader.join(Duration.ofSeconds(20)), "the reader hangs");
            assertEquals(IllegalStateException.class, seen[0].getClass(), String.valueOf(seen[0]));
            assertFalse(reader.isInterrupted());
        }
    }
}
