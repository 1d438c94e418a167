package io.github.logitlens.weights;

import static io.github.logitlens.weights.fixtures.TestFiles.TINY_CONFIG;
import static io.github.logitlens.weights.fixtures.TestFiles.find;
import static io.github.logitlens.weights.fixtures.TestFiles.replace;
import static io.github.logitlens.weights.fixtures.TestFiles.tinyTensors;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.fixtures.TestFiles.Tensor;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CheckpointTest {

    @TempDir
    Path dir;

    private Path tiny(List<Tensor> tensors) throws IOException {
        return TestFiles.checkpoint(dir.resolve("tiny"), TINY_CONFIG, tensors);
    }

    private static String refused(Reason reason, Path directory) {
        CheckpointException e = assertThrows(CheckpointException.class, () -> Checkpoint.open(directory).close());
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(-1, e.getMessage().indexOf('\n'), e.getMessage());
        return e.getMessage();
    }

    @Nested
    class Weights {

        @ParameterizedTest
        @ValueSource(strings = {"", "transformer."})
        void everyRoleIsItsTensor(String prefix) throws IOException {
            List<Tensor> tensors = tinyTensors(prefix);
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                assertEquals("tiny", checkpoint.id());
                assertEquals(Optional.of(dir.resolve("tiny")), checkpoint.directory());
                assertEquals(List.of(), checkpoint.ignoredTensors());
                Map<WeightRole, String> names = Map.ofEntries(Map.entry(WeightRole.TOKEN_EMBEDDING, "wte.weight"),
                        Map.entry(WeightRole.POSITION_EMBEDDING, "wpe.weight"), Map.entry(WeightRole.LN1_GAIN,
                        "h.1.ln_1.weight"),
                        Map.entry(WeightRole.LN1_BIAS, "h.1.ln_1.bias"), Map.entry(WeightRole.QKV_WEIGHT,
                        "h.1.attn.c_attn.weight"),
                        Map.entry(WeightRole.QKV_BIAS, "h.1.attn.c_attn.bias"),
                        Map.entry(WeightRole.ATTN_OUT_WEIGHT, "h.1.attn.c_proj.weight"),
                        Map.entry(WeightRole.ATTN_OUT_BIAS, "h.1.attn.c_proj.bias"), Map.entry(WeightRole.LN2_GAIN,
                        "h.1.ln_2.weight"),
                        Map.entry(WeightRole.LN2_BIAS, "h.1.ln_2.bias"), Map.entry(WeightRole.MLP_IN_WEIGHT,
                        "h.1.mlp.c_fc.weight"),
                        Map.entry(WeightRole.MLP_IN_BIAS, "h.1.mlp.c_fc.bias"),
                        Map.entry(WeightRole.MLP_OUT_WEIGHT, "h.1.mlp.c_proj.weight"),
                        Map.entry(WeightRole.MLP_OUT_BIAS, "h.1.mlp.c_proj.bias"), Map.entry(WeightRole.FINAL_LN_GAIN,
                        "ln_f.weight"),
                        Map.entry(WeightRole.FINAL_LN_BIAS, "ln_f.bias"));
                for (WeightRole role : WeightRole.values()) {
                    if (role == WeightRole.UNEMBEDDING) {
                        continue;
                    }
                    Tensor tensor = find(tensors, prefix + names.get(role));
                    Weight weight = role.perLayer() ? checkpoint.weight(role, 1) : checkpoint.weight(role);
                    assertEquals(role, weight.role());
                    assertEquals(tensor.name(), weight.name());
                    assertEquals(DType.F32, weight.dtype());
                    assertArrayEquals(tensor.values(), weight.readAll());
                    List<Long> shape = weight.rows() == 1 ? List.of((long) weight.columns())
                            : List.of((long) weight.rows(), (long) weight.columns());
                    assertEquals(tensor.shape(), shape);
                    assertEquals(tensor.values().length, weight.length());
                }
            }
        }

        @Test
        void partsOfAMatrixAreReadInRowMajorOrder() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors)); Arena arena = Arena.ofConfined()) {
                Weight weight = checkpoint.weight(WeightRole.QKV_WEIGHT, 0);
                MemorySegment row = arena.allocate(12 * 4 + 3);
                weight.read(24, row, 3, 12);
                float[] all = find(tensors, "h.0.attn.c_attn.weight").values();
                for (int i = 0; i < 12; i++) {
                    assertEquals(all[24 + i], row.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 3 + i * 4));
                }
            }
        }

        @ParameterizedTest
        @EnumSource(names = {"F16", "BF16", "F64"})
        void otherFloatTypes(DType dtype) throws IOException {
            List<Tensor> tensors = new ArrayList<>(tinyTensors("").stream().map(t -> t.as(dtype)).toList());
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                Weight weight = checkpoint.weight(WeightRole.MLP_OUT_WEIGHT, 1);
                assertEquals(dtype, weight.dtype());
                float[] expected = find(tensors, "h.1.mlp.c_proj.weight").values();
                float[] actual = weight.readAll();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], dtype == DType.F64 ? 0 : Math.abs(expected[i]) / 256);
                }
            }
        }

        @Test
        void buffersOfAnyTypeAreIgnoredAndListed() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            tensors.add(new Tensor("h.0.attn.bias", DType.F32, List.of(1L, 1L, 5L, 5L), new float[25]));
            tensors.add(new Tensor("h.0.attn.masked_bias", DType.I64, List.of(), new float[1]));
            tensors.add(new Tensor("score.weight", DType.I64, List.of(0L), new float[0]));
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                assertEquals(List.of("h.0.attn.bias", "h.0.attn.masked_bias", "score.weight"),
                        checkpoint.ignoredTensors().stream().sorted().toList());
            }
        }

        @Test
        void rolesAndLayersAreChecked() throws IOException {
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tinyTensors("")))) {
                assertThrows(IllegalArgumentException.class, () -> checkpoint.weight(WeightRole.QKV_BIAS));
                assertThrows(IllegalArgumentException.class, () -> checkpoint.weight(WeightRole.FINAL_LN_BIAS, 0));
                assertThrows(IllegalArgumentException.class, () -> checkpoint.weight(WeightRole.UNEMBEDDING));
                assertThrows(IndexOutOfBoundsException.class, () -> checkpoint.weight(WeightRole.QKV_BIAS, 2));
                assertThrows(IndexOutOfBoundsException.class, () -> checkpoint.weight(WeightRole.QKV_BIAS, -1));
            }
        }

        @Test
        void nonFiniteWeightsLoad() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            find(tensors, "h.0.ln_1.weight").values()[2] = Float.NaN;
            find(tensors, "h.0.ln_1.weight").values()[3] = Float.NEGATIVE_INFINITY;
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                assertTrue(Float.isNaN(checkpoint.weight(WeightRole.LN1_GAIN, 0).readAll()[2]));
            }
        }

        @Test
        void closed() throws IOException {
            Checkpoint checkpoint = Checkpoint.open(tiny(tinyTensors("")));
            Weight weight = checkpoint.weight(WeightRole.TOKEN_EMBEDDING);
            checkpoint.close();
            checkpoint.close();
            assertThrows(IllegalStateException.class, weight::readAll);
        }

        @Test
        void sha256AfterTheEndIsThatOfTheSameFiles() throws Exception {
            Path directory = tiny(tinyTensors(""));
            Path file = directory.resolve("model.safetensors");
            String expected = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
            Checkpoint unchanged = Checkpoint.open(directory);
            Checkpoint changed = Checkpoint.open(directory);
            unchanged.close();
            changed.close();
            assertEquals(expected, unchanged.sha256());
            byte[] longer = Arrays.copyOf(Files.readAllBytes(file), (int) Files.size(file) + 1);
            Files.write(file, longer);
            assertEquals(SafeTensorsException.Reason.FILE_CHANGED,
                    assertThrows(SafeTensorsException.class, changed::sha256).reason());
            Files.delete(file);
            assertEquals(SafeTensorsException.Reason.NOT_FOUND,
                    assertThrows(SafeTensorsException.class, changed::sha256).reason());
            assertEquals(expected, unchanged.sha256(), "remembered");
            Checkpoint demo = Checkpoint.demo();
            demo.close();
            try (Checkpoint open = Checkpoint.demo()) {
                assertEquals(open.sha256(), demo.sha256(), "the bundled model");
            }
        }

        @Test
        void sha256IsTheFiles() throws Exception {
            Path directory = tiny(tinyTensors(""));
            byte[] file = Files.readAllBytes(directory.resolve("model.safetensors"));
            String expected = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
            Checkpoint checkpoint = Checkpoint.open(directory);
            assertEquals(expected, checkpoint.sha256());
            checkpoint.close();
            assertEquals(expected, checkpoint.sha256(), "remembered");
        }
    }

    @Nested
    class Problems {

        @Test
        void misshapenTensorsAreNamedWithBothShapes() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            replace(tensors, "h.1.ln_1.weight", find(tensors, "h.1.ln_1.weight").shaped(5L));
            Path directory = tiny(tensors);
            assertEquals("tensor 'h.1.ln_1.weight': expected shape [4], got [5] (in "
                    + directory.resolve("model.safetensors") + ")",
                    refused(Reason.WRONG_SHAPE, directory));
            replace(tensors, "h.0.attn.c_attn.weight", find(tensors, "h.0.attn.c_attn.weight").shaped(12L, 4L));
            String message = refused(Reason.WRONG_SHAPE, tiny(tensors));
            assertTrue(message.contains("'h.0.attn.c_attn.weight': expected shape [4, 12], got [12, 4]"), message);
            assertTrue(message.contains("'h.1.ln_1.weight'"), message);
        }

        @Test
        void vocabularyAndContextMustFit() throws IOException {
            Path directory = TestFiles.checkpoint(dir.resolve("v"), TINY_CONFIG.replace("7", "8"), tinyTensors(""));
            assertTrue(refused(Reason.WRONG_SHAPE,
                    directory).contains("'wte.weight': expected shape [8, 4], got [7, 4]"));
            Files.writeString(directory.resolve("config.json"), TINY_CONFIG.replace("5", "6"));
            assertTrue(refused(Reason.WRONG_SHAPE,
                    directory).contains("'wpe.weight': expected shape [6, 4], got [5, 4]"));
        }

        @Test
        void aShapeOfAnotherRankIsWrong() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            replace(tensors, "ln_f.bias", find(tensors, "ln_f.bias").shaped(1L, 4L));
            assertTrue(refused(Reason.WRONG_SHAPE, tiny(tensors)).contains("expected shape [4], got [1, 4]"));
        }

        @Test
        void missingTensorsAreAllNamed() throws IOException {
            for (Tensor gone : tinyTensors("")) {
                List<Tensor> tensors = tinyTensors("");
                tensors.removeIf(t -> t.name().equals(gone.name()));
                String message = refused(Reason.TENSOR_MISSING, tiny(tensors));
                assertTrue(message.contains("'" + gone.name() + "'"), message);
            }
            List<Tensor> tensors = tinyTensors("transformer.");
            tensors.removeIf(t -> t.name().contains("ln_2"));
            String message = refused(Reason.TENSOR_MISSING, tiny(tensors));
            for (String name : List.of("h.0.ln_2.weight", "h.0.ln_2.bias", "h.1.ln_2.weight", "h.1.ln_2.bias")) {
                assertTrue(message.contains("'transformer." + name + "'"), message);
            }
        }

        @Test
        void aHundredThousandMissingTensorsAreOneLine() throws IOException {
            Path directory = TestFiles.checkpoint(dir.resolve("m"), TINY_CONFIG.replace("\"n_layer\": 2",
                    "\"n_layer\": 4096"), List.of());
            String message = refused(Reason.TENSOR_MISSING, directory);
            assertTrue(message.length() < 500, message);
            assertTrue(message.contains("and 49148 more"), message);
        }

        @Test
        void integerWeightsAreNamedWithTheirType() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            replace(tensors, "h.0.mlp.c_fc.bias", find(tensors, "h.0.mlp.c_fc.bias").as(DType.I64));
            String message = refused(Reason.NOT_FLOATING_POINT, tiny(tensors));
            assertTrue(message.contains("'h.0.mlp.c_fc.bias': expected F32, F16, BF16, F64, F8_E4M3 or F8_E5M2, got I64"), message);
        }

        @Test
        void aTensorWithAndWithoutPrefixIsThereTwice() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            tensors.add(find(tensors, "ln_f.bias").renamed("transformer.ln_f.bias"));
            assertTrue(refused(Reason.TENSOR_FOUND_TWICE, tiny(tensors)).contains("'ln_f.bias'"));
        }

        @Test
        void directories() throws IOException {
            refused(Reason.NOT_A_DIRECTORY, Path.of(""));
            refused(Reason.NOT_A_DIRECTORY, dir.resolve("none"));
            Path directory = tiny(tinyTensors(""));
            refused(Reason.NOT_A_DIRECTORY, directory.resolve("model.safetensors"));
            Files.delete(directory.resolve("config.json"));
            assertTrue(refused(Reason.CONFIG_MISSING, directory).contains("config.json"));
            Files.createDirectory(directory.resolve("config.json"));
            refused(Reason.CONFIG_UNREADABLE, directory);
        }

        @Test
        void pipesAreRefusedWithoutWaiting() throws Exception {
            Path directory = Files.createDirectory(dir.resolve("p"));
            assertEquals(0, new ProcessBuilder("mkfifo",
                    directory.resolve("config.json").toString()).start().waitFor(), "mkfifo");
            refused(Reason.CONFIG_UNREADABLE, directory);
        }

        @Test
        void aHugeConfigIsRefusedUnread() throws IOException {
            Path directory = Files.createDirectory(dir.resolve("h"));
            try (var raw = new RandomAccessFile(directory.resolve("config.json").toFile(), "rw")) {
                raw.setLength(1L << 40);
            }
            refused(Reason.CONFIG_UNREADABLE, directory);
        }

        @Test
        void weightsMissing() throws IOException {
            Path directory = tiny(tinyTensors(""));
            Files.delete(directory.resolve("model.safetensors"));
            refused(Reason.WEIGHTS_MISSING, directory);
            Files.createFile(directory.resolve("ckpt.pt"));
            assertTrue(refused(Reason.WEIGHTS_MISSING, directory).contains("convert"));
        }

        @Test
        void brokenLinkToTheWeights() throws IOException {
            Path directory = tiny(tinyTensors(""));
            Files.delete(directory.resolve("model.safetensors"));
            Files.createSymbolicLink(directory.resolve("model.safetensors"), Path.of("../../blobs/gone"));
            SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> Checkpoint.open(directory).close());
            assertEquals(SafeTensorsException.Reason.NOT_FOUND, e.reason());
        }

        @Test
        void configIsCheckedBeforeTheWeightsAreOpened() throws IOException {
            Path directory = Files.createDirectory(dir.resolve("c"));
            Files.writeString(directory.resolve("config.json"), "{\"model_type\":\"llama\"}");
            refused(Reason.UNSUPPORTED_MODEL, directory);
        }

        @Test
        void refusedCheckpointsAreClosed() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            tensors.removeLast();
            Path directory = tiny(tensors);
            for (int i = 0; i < 50; i++) {
                refused(Reason.TENSOR_MISSING, directory);
            }
            try (var open = Files.list(Path.of("/proc/self/fd"))) {
                long left = open.filter(fd -> {
                    try {
                        return Files.readSymbolicLink(fd).toString().endsWith("tiny/model.safetensors");
                    } catch (IOException e) {
                        return false; // the listing's own descriptor, closed meanwhile
                    }
                }).count();
                assertEquals(0, left);
            }
        }
    }

    @Nested
    class Heads {

        private final String untied = TINY_CONFIG.replace("}", ", \"tie_word_embeddings\": false}");

        private Tensor head(List<Tensor> tensors) {
            return find(tensors, tensors.getFirst().name()).renamed("lm_head.weight");
        }

        @Test
        void tiedWithoutATensor() throws IOException {
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tinyTensors("")))) {
                assertTrue(checkpoint.config().tiedUnembedding());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "transformer."})
        void untied(String prefix) throws IOException {
            List<Tensor> tensors = tinyTensors(prefix);
            tensors.add(head(tensors));
            try (Checkpoint checkpoint = Checkpoint.open(TestFiles.checkpoint(dir.resolve("u"), untied, tensors))) {
                assertFalse(checkpoint.config().tiedUnembedding());
                assertArrayEquals(tensors.getLast().values(), checkpoint.weight(WeightRole.UNEMBEDDING).readAll());
                assertEquals(7, checkpoint.weight(WeightRole.UNEMBEDDING).rows());
            }
        }

        @Test
        void untiedWithoutATensor() throws IOException {
            assertTrue(refused(Reason.TENSOR_MISSING, TestFiles.checkpoint(dir.resolve("u"), untied, tinyTensors("")))
                    .contains("'lm_head.weight'"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "transformer."})
        void tiedWithAnEqualTensor(String prefix) throws IOException {
            List<Tensor> tensors = tinyTensors(prefix);
            tensors.add(head(tensors));
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                assertTrue(checkpoint.config().tiedUnembedding());
                assertEquals(List.of("lm_head.weight"), checkpoint.ignoredTensors());
                assertThrows(IllegalArgumentException.class, () -> checkpoint.weight(WeightRole.UNEMBEDDING));
            }
        }

        @Test
        void tiedWithADifferentTensorIsUntied() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            Tensor head = head(tensors);
            float[] other = head.values().clone();
            other[27] = Math.nextUp(other[27]);
            tensors.add(new Tensor("lm_head.weight", DType.F32, head.shape(), other));
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                assertFalse(checkpoint.config().tiedUnembedding());
                assertArrayEquals(other, checkpoint.weight(WeightRole.UNEMBEDDING).readAll());
                assertEquals(List.of(), checkpoint.ignoredTensors());
            }
        }

        @Test
        void tiedWithATensorOfAnotherShape() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            tensors.add(head(tensors).shaped(8L, 4L));
            assertTrue(refused(Reason.WRONG_SHAPE,
                    tiny(tensors)).contains("'lm_head.weight': expected shape [7, 4], got [8, 4]"));
        }
    }

    @Nested
    class Shards {

        private Path sharded(String index) throws IOException {
            Path directory = Files.createDirectories(dir.resolve("s"));
            Files.writeString(directory.resolve("config.json"), TINY_CONFIG);
            Files.writeString(directory.resolve("model.safetensors.index.json"), index);
            return directory;
        }

        private String index(List<Tensor> first, List<Tensor> second) {
            List<String> entries = new ArrayList<>();
            first.forEach(t -> entries.add("\"" + t.name() + "\": \"model-00001-of-00002.safetensors\""));
            second.forEach(t -> entries.add("\"" + t.name() + "\": \"model-00002-of-00002.safetensors\""));
            return "{\"metadata\": {\"total_size\": 1e9}, \"weight_map\": {" + String.join(", ", entries) + "}}";
        }

        @Test
        void twoShards() throws Exception {
            List<Tensor> tensors = tinyTensors("transformer.");
            List<Tensor> first = tensors.subList(0, 11);
            List<Tensor> second = tensors.subList(11, tensors.size());
            Path directory = sharded(index(first, second));
            TestFiles.write(directory.resolve("model-00001-of-00002.safetensors"), first);
            TestFiles.write(directory.resolve("model-00002-of-00002.safetensors"), second);
            try (Checkpoint checkpoint = Checkpoint.open(directory)) {
                assertArrayEquals(tensors.getFirst().values(), checkpoint.weight(WeightRole.TOKEN_EMBEDDING).readAll());
                assertArrayEquals(tensors.getLast().values(), checkpoint.weight(WeightRole.FINAL_LN_BIAS).readAll());
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(Files.readAllBytes(directory.resolve("model-00001-of-00002.safetensors")));
                digest.update(Files.readAllBytes(directory.resolve("model-00002-of-00002.safetensors")));
                assertEquals(HexFormat.of().formatHex(digest.digest()), checkpoint.sha256());
            }
            // The map has a tensor in the other shard: found all the same.
            Files.writeString(directory.resolve("model.safetensors.index.json"), index(second, first));
            Checkpoint.open(directory).close();
            // A single file is looked for first.
            TestFiles.write(directory.resolve("model.safetensors"), tinyTensors(""));
            try (Checkpoint checkpoint = Checkpoint.open(directory)) {
                assertEquals("wte.weight", checkpoint.weight(WeightRole.TOKEN_EMBEDDING).name());
            }
        }

        @Test
        void inASubdirectory() throws IOException {
            Path directory = sharded("{\"weight_map\": {\"wte.weight\": \"parts/one.safetensors\"}}");
            Files.createDirectory(directory.resolve("parts"));
            TestFiles.write(directory.resolve("parts/one.safetensors"), tinyTensors(""));
            Checkpoint.open(directory).close();
        }

        @Test
        void missingShard() throws IOException {
            Path directory = sharded("{\"weight_map\": {\"wte.weight\": \"gone.safetensors\"}}");
            assertTrue(refused(Reason.SHARD_MISSING, directory).contains("'gone.safetensors'"));
        }

        @Test
        void missingAndDoubledTensors() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            Path directory = sharded(index(tensors.subList(0, 5), tensors.subList(5, tensors.size())));
            TestFiles.write(directory.resolve("model-00001-of-00002.safetensors"), tensors.subList(0, 5));
            TestFiles.write(directory.resolve("model-00002-of-00002.safetensors"), tensors.subList(4, tensors.size()));
            assertTrue(refused(Reason.TENSOR_FOUND_TWICE, directory).contains("'" + tensors.get(4).name() + "'"));
            TestFiles.write(directory.resolve("model-00002-of-00002.safetensors"), tensors.subList(6, tensors.size()));
            assertTrue(refused(Reason.TENSOR_MISSING, directory).contains("'" + tensors.get(5).name() + "'"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"../x.safetensors", "a/../../x.safetensors", "/etc/x.safetensors", "C:x.safetensors",
            "C:\\\\x.safetensors", "..\\\\x.safetensors", "\\\\\\\\host\\\\share\\\\x.safetensors",
                    "//host/x.safetensors", "x.bin", "", "./x.safetensors",
            "a//x.safetensors", "x.safetensors/", "x\\u0000.safetensors", "x\\n.safetensors", "file:///x.safetensors",
            "..safetensors/../x.safetensors"})
        void unsafeNamesAreRefused(String name) throws IOException {
            refused(Reason.UNSAFE_SHARD_NAME, sharded("{\"weight_map\": {\"wte.weight\": \"" + name + "\"}}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "[]", "{}", "{\"weight_map\": []}", "{\"weight_map\": null}",
            "{\"weight_map\": {}}", "{\"weight_map\": {\"a\": 1}}",
            "{\"weight_map\": {\"a\": {\"b\": \"c.safetensors\"}}}", "{\"weight_map\": {\"a\": \"x.safetensors\"}",
            "{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"x.safetensors\"}}"})
        void invalidIndex(String index) throws IOException {
            refused(Reason.INDEX_INVALID, sharded(index));
        }

        @Test
        void tooManyShards() throws IOException {
            List<String> entries = new ArrayList<>();
            for (int i = 0; i <= 1000; i++) {
                entries.add("\"t" + i + "\": \"" + i + ".safetensors\"");
            }
            refused(Reason.INDEX_INVALID, sharded("{\"weight_map\": {" + String.join(",", entries) + "}}"));
        }

        @Test
        void aDamagedShardIsNamed() throws IOException {
            Path directory = sharded("{\"weight_map\": {\"wte.weight\": \"bad.safetensors\"}}");
            Files.writeString(directory.resolve("bad.safetensors"), "version https://git-lfs.github.com/spec/v1\n");
            SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> Checkpoint.open(directory).close());
            assertEquals(SafeTensorsException.Reason.GIT_LFS_POINTER, e.reason());
            assertTrue(e.getMessage().contains("bad.safetensors"), e.getMessage());
        }
    }

    @Nested
    class Names {

        private String refusedName(Reason reason, String model) {
            CheckpointException e = assertThrows(CheckpointException.class, () -> Checkpoint.open(model).close());
            assertEquals(reason, e.reason(), e.getMessage());
            return e.getMessage();
        }

        @Test
        void aDirectory() throws IOException {
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tinyTensors("")).toString())) {
                assertEquals("tiny", checkpoint.id());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"gpt3", "", " ", "demo2", "../none", "a\0b", "\uD800"})
        void unknown(String model) {
            String message = refusedName(Reason.UNKNOWN_MODEL, model);
            assertTrue(message.contains("demo") && message.indexOf('\n') < 0, message);
        }

        @Test
        void aFile() throws IOException {
            refusedName(Reason.NOT_A_DIRECTORY, tiny(tinyTensors("")).resolve("model.safetensors").toString());
        }
    }
}
