package io.github.logitlens.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Safetensors files made by hand, and complete little checkpoints.
final class TestFiles {

    private TestFiles() {
    }

    /// A file of this header and that many zero bytes of data.
    static byte[] file(String header, int dataBytes) {
        return file(header.getBytes(StandardCharsets.UTF_8), new byte[dataBytes]);
    }

    static byte[] file(byte[] header, byte[] data) {
        return withLength(header.length, header, data);
    }

    /// A file that claims a header of `length` bytes, whatever it has.
    static byte[] withLength(long length, byte[] header, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length).put(header).put(data).array();
    }

    /// A header's entry.
    static String entry(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    /// One U8 tensor's header with `field` beside the fields that it needs.
    static String withField(String field) {
        return "{\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]," + field + "}}";
    }

    static SafeTensors open(byte[] content) {
        return SafeTensors.open(new MemorySource("test.safetensors", content));
    }

    static byte[] resource(String name) {
        try (InputStream in = TestFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("test resource missing: " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError("test resource unreadable: " + name, e);
        }
    }

    /// A tensor of a little checkpoint.
    record Tensor(String name, DType dtype, List<Long> shape, float[] values) {

        Tensor as(DType other) {
            return new Tensor(name, other, shape, values);
        }

        Tensor renamed(String other) {
            return new Tensor(other, dtype, shape, values);
        }

        Tensor shaped(Long... dims) {
            long count = List.of(dims).stream().reduce(1L, (a, b) -> a * b);
            return new Tensor(name, dtype, List.of(dims), new float[(int) count]);
        }
    }

    /// nLayer 2, nHead 2, dModel 4, dMlp 16, vocabulary 7, nCtx 5.
    static final String TINY_CONFIG = """
            {"model_type": "gpt2", "n_layer": 2, "n_head": 2, "n_embd": 4, "n_positions": 5, "n_ctx": 5, "vocab_size": 7}""";

    /// All tensors of [#TINY_CONFIG], with random F32 values; names begin with `prefix`.
    static List<Tensor> tinyTensors(String prefix) {
        Random random = new Random(7);
        List<Tensor> tensors = new ArrayList<>();
        add(tensors, random, prefix + "wte.weight", 7L, 4L);
        add(tensors, random, prefix + "wpe.weight", 5L, 4L);
        for (int i = 0; i < 2; i++) {
            String block = prefix + "h." + i + ".";
            add(tensors, random, block + "ln_1.weight", 4L);
            add(tensors, random, block + "ln_1.bias", 4L);
            add(tensors, random, block + "attn.c_attn.weight", 4L, 12L);
            add(tensors, random, block + "attn.c_attn.bias", 12L);
            add(tensors, random, block + "attn.c_proj.weight", 4L, 4L);
            add(tensors, random, block + "attn.c_proj.bias", 4L);
            add(tensors, random, block + "ln_2.weight", 4L);
            add(tensors, random, block + "ln_2.bias", 4L);
            add(tensors, random, block + "mlp.c_fc.weight", 4L, 16L);
            add(tensors, random, block + "mlp.c_fc.bias", 16L);
            add(tensors, random, block + "mlp.c_proj.weight", 16L, 4L);
            add(tensors, random, block + "mlp.c_proj.bias", 4L);
        }
        add(tensors, random, prefix + "ln_f.weight", 4L);
        add(tensors, random, prefix + "ln_f.bias", 4L);
        return tensors;
    }

    private static void add(List<Tensor> tensors, Random random, String name, Long... shape) {
        int count = (int) (long) List.of(shape).stream().reduce(1L, (a, b) -> a * b);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        tensors.add(new Tensor(name, DType.F32, List.of(shape), values));
    }

    static Tensor find(List<Tensor> tensors, String name) {
        return tensors.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    }

    static void replace(List<Tensor> tensors, String name, Tensor by) {
        tensors.set(tensors.indexOf(find(tensors, name)), by);
    }

    static void write(Path file, List<Tensor> tensors) {
        SafeTensorsWriter writer = new SafeTensorsWriter().metadata("format", "pt");
        for (Tensor t : tensors) {
            if (t.dtype().isFloat()) {
                writer.floats(t.name(), t.dtype(), t.shape(), t.values());
            } else {
                writer.longs(t.name(), t.shape(), new long[t.values().length]);
            }
        }
        writer.write(file);
    }

    /// A directory with `config.json` and `model.safetensors`.
    static Path checkpoint(Path directory, String config, List<Tensor> tensors) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), config);
        write(directory.resolve("model.safetensors"), tensors);
        return directory;
    }
}
