package io.github.logitlens.weights.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Headers at the limit of 100,000,000 bytes, in a JVM with a heap of 64 MB (more where the header really holds
/// something) and, inside it, a thread with a stack of 256 KB.
@Tag("slow")
@Tag("forks")
@Timeout(300)
class LimitsTest {

    private static final int LIMIT = SafeTensors.MAX_HEADER_LENGTH;

    @TempDir
    Path dir;

    private int files;

    /// `start`, then `repeated` as often as it fits, then `end`, in a header of exactly the limit (padded with spaces).
    private Path file(String start, String repeated, String end, int dataBytes) throws IOException {
        Path path = dir.resolve("limit" + files++ + ".safetensors");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20)) {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(LIMIT).array());
            out.write(start.getBytes(StandardCharsets.UTF_8));
            byte[] unit = repeated.repeat(1000).getBytes(StandardCharsets.UTF_8);
            int room = LIMIT - start.length() - end.length();
            for (; room >= unit.length; room -= unit.length) {
                out.write(unit);
            }
            out.write(end.getBytes(StandardCharsets.UTF_8));
            out.write(" ".repeat(room).getBytes(StandardCharsets.UTF_8));
            out.write(new byte[dataBytes]);
        }
        assertEquals(8L + LIMIT + dataBytes, Files.size(path));
        return path;
    }

    /// What a JVM with `heap` says of each file: a reason, or the number of tensors and metadata entries.
    private static List<String> verdicts(String heap, Path... paths) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin",
                "java").toString(),
                "-Xmx" + heap, "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                LimitsTest.class.getName()));
        for (Path path : paths) {
            command.add(path.toString());
        }
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return output.lines().toList();
    }

    /// In the other JVM: opens the files given, each on a small stack.
    ///
    /// @param args the files
    /// @throws InterruptedException never
    public static void main(String[] args) throws InterruptedException {
        for (String arg : args) {
            Thread thread = new Thread(null, () -> System.out.println(verdict(Path.of(arg))), "small stack", 256 << 10);
            thread.start();
            thread.join();
        }
    }

    private static String verdict(Path path) {
        try (SafeTensors file = SafeTensors.open(path)) {
            return file.tensors().size() + " tensors, " + file.metadata().size() + " metadata";
        } catch (SafeTensorsException e) {
            return e.reason().name();
        } catch (RuntimeException | Error e) {
            return "UNTYPED " + e;
        }
    }

    @Test
    void spacesAndBrackets() throws Exception {
        assertEquals(List.of("0 tensors, 0 metadata", "HEADER_NOT_JSON", "HEADER_TOO_DEEP", "HEADER_TOO_DEEP"),
                verdicts("64m", file("{}", " ", "", 0), file("", "[", "", 0), file("{\"a\":", "[", "", 0),
                        file("", "{\"a\":", "", 0)));
    }

    @Test
    void ignoredValues() throws Exception {
        String tensor = "{\"t\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],\"x\":";
        assertEquals(List.of("1 tensors, 0 metadata", "1 tensors, 0 metadata", "HEADER_NOT_JSON", "UNKNOWN_DTYPE"),
                verdicts("64m", file(tensor + "[1", ",[{\"a\":1e5}]", "]}}", 1), file(tensor + "1,\"", "y", "\":2}}", 1),
                        file(tensor, "1", "}}", 1), file("{\"t\":{\"dtype\":\"", "F", "\"}}", 1)));
    }

    @Test
    void whatIsKeptIsRefusedWhereItDoesNotFitAndAcceptedWhereItDoes() throws Exception {
        Path[] paths = {file("{\"__metadata__\":{\"k\":\"", "x", "\"}}", 0),
            file("{\"t\":{\"dtype\":\"U8\",\"data_offsets\":[0,1],\"shape\":[1", ",1", "]}}", 1),
            file("{\"", "n", "\":{\"dtype\":\"U8\",\"data_offsets\":[0,1],\"shape\":[1]}}", 1)};
        String refused = Reason.HEADER_NEEDS_TOO_MUCH_MEMORY.name();
        assertEquals(List.of(refused, refused, refused), verdicts("64m", paths));
        assertEquals(List.of("0 tensors, 1 metadata", "1 tensors, 0 metadata", "1 tensors, 0 metadata"),
                verdicts("900m", paths));
    }

    @Test
    void aTwoMillionTensorHeader() throws Exception {
        Path path = dir.resolve("many.safetensors");
        ByteBuffer header = ByteBuffer.allocate(8
                + LIMIT).order(ByteOrder.LITTLE_ENDIAN).putLong(LIMIT).put((byte) '{');
        int tensors = 0;
        while (header.remaining() > 70) {
            String entry = TestFiles.entry(Integer.toString(tensors, 36), "U8", "[0]", 0, 0);
            header.put((tensors++ == 0 ? entry : "," + entry).getBytes(StandardCharsets.UTF_8));
        }
        header.put((byte) '}');
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        Files.write(path, header.array());
        assertTrue(tensors > 1_700_000, tensors + " tensors");
        assertEquals(List.of(Reason.HEADER_NEEDS_TOO_MUCH_MEMORY.name()), verdicts("64m", path));
        assertEquals(List.of(tensors + " tensors, 0 metadata"), verdicts("1100m", path));
    }

    @Test
    void manyMetadataEntries() throws Exception {
        Path path = dir.resolve("metadata.safetensors");
        ByteBuffer header = ByteBuffer.allocate(8 + LIMIT).order(ByteOrder.LITTLE_ENDIAN).putLong(LIMIT)
                .put("{\"__metadata__\":{\"\":\"\"".getBytes(StandardCharsets.UTF_8));
        int entries = 1;
        while (header.remaining() > 30) {
            header.put((",\"" + Integer.toString(entries++, 36) + "\":\"\"").getBytes(StandardCharsets.UTF_8));
        }
        header.put("}}".getBytes(StandardCharsets.UTF_8));
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        Files.write(path, header.array());
        assertTrue(entries > 8_000_000, entries + " entries");
        assertEquals(List.of(Reason.HEADER_NEEDS_TOO_MUCH_MEMORY.name()), verdicts("64m", path));
    }
}
