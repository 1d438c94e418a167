package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.JavaProcess;
import io.github.logitlens.fixtures.JavaProcess.Result;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A complete model of three terabytes, in a sparse file, and a JVM with a small heap.
@Tag("slow")
@Tag("forks")
class TooLargeModelTest {

    private static final int LAYERS = 4;
    private static final int D_MODEL = 1 << 17;
    private static final int VOCABULARY = 1000;
    private static final int MOST_MEGABYTES = 300;

    @TempDir
    private Path directory;

    @Test
    void isRefusedWithBothNumbersBeforeAnythingIsAllocated() throws IOException {
        if (!Files.isReadable(Path.of("/proc/meminfo"))) {
            skip("needs a system that says how much memory is available");
        }
        writeModel();
        Result result = JavaProcess.run(List.of("-Xmx128m"), TooLargeModelTest.class, directory.toString());
        assertEquals(0, result.exit(), result.err());
        List<String> lines = result.out().lines().toList();
        assertTrue(lines.get(0).matches("model '.*': its weights need 3,299,071,754,240 bytes of memory as float32,"
                + " only [0-9,]+ are available"), result.out());
        assertTrue(Integer.parseInt(lines.get(1)) < MOST_MEGABYTES, lines.get(1) + " MB at most");
    }

    /// In the other JVM: says why the model was refused, and the most memory that this took, in MB.
    ///
    /// @param args the directory
    /// @throws IOException never
    public static void main(String[] args) throws IOException {
        try (LogitLens lens = LogitLens.open(Path.of(args[0]))) {
            System.out.println("opened " + lens.model().id());
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
        System.out.println(Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmHWM:"))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024).findFirst().orElseThrow());
    }

    private void writeModel() throws IOException {
        Files.writeString(directory.resolve("config.json"), """
                {"model_type": "gpt2", "n_layer": %d, "n_head": 64, "n_embd": %d, "vocab_size": %d, "n_positions": 8}
                """.formatted(LAYERS, D_MODEL, VOCABULARY));
        long d = D_MODEL;
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("wte.weight", List.of((long) VOCABULARY, d));
        shapes.put("wpe.weight", List.of(8L, d));
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "h." + layer + ".";
            norm(shapes, block + "ln_1", d);
            norm(shapes, block + "ln_2", d);
            linear(shapes, block + "attn.c_attn", d, 3 * d);
            linear(shapes, block + "attn.c_proj", d, d);
            linear(shapes, block + "mlp.c_fc", d, 4 * d);
            linear(shapes, block + "mlp.c_proj", 4 * d, d);
        }
        norm(shapes, "ln_f", d);
        StringBuilder header = new StringBuilder();
        long end = 0;
        for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
            long begin = end;
            end += 4 * tensor.getValue().stream().reduce(1L, Math::multiplyExact);
            header.append(header.isEmpty() ? "{" : ",").append("\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(tensor.getKey(), tensor.getValue(), begin, end));
        }
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve("model.safetensors").toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
            file.write(json);
            file.setLength(8L + json.length + end);
        } catch (IOException e) {
            skip("needs a file system with sparse files of three terabytes: " + e.getMessage());
        }
    }

    private static void norm(Map<String, List<Long>> shapes, String name, long d) {
        shapes.put(name + ".weight", List.of(d));
        shapes.put(name + ".bias", List.of(d));
    }

    private static void linear(Map<String, List<Long>> shapes, String name, long in, long out) {
        shapes.put(name + ".weight", List.of(in, out));
        shapes.put(name + ".bias", List.of(out));
    }

    private static void skip(String why) {
        System.out.println("*** SKIPPED: TooLargeModelTest " + why + " ***");
        Assumptions.abort(why);
    }
}
