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
import io.github.logitlens.weights.safetensors.SafeTensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// GPT-2s as other people's tools leave them: read with the values of the ordinary file, or refused in words that name
/// what is there.
class OtherCheckpointsTest {

    private static final String UNTIED = TINY_CONFIG.replace("}", ", \"tie_word_embeddings\": false}");

    @TempDir
    Path dir;

    private Path tiny(List<Tensor> tensors) throws IOException {
        return TestFiles.checkpoint(dir.resolve("tiny"), TINY_CONFIG, tensors);
    }

    private static List<Tensor> renamed(List<Tensor> tensors, UnaryOperator<String> name) {
        return new ArrayList<>(tensors.stream().map(tensor -> tensor.renamed(name.apply(tensor.name()))).toList());
    }

    private static String refused(Reason reason, Path directory) {
        CheckpointException e = assertThrows(CheckpointException.class, () -> Checkpoint.open(directory).close());
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(-1, e.getMessage().indexOf('\n'), e.getMessage());
        return e.getMessage();
    }

    /// Opens a directory whose weights have to be those of `tinyTensors("")`, and returns what is said about it.
    private static List<String> sameAsOrdinary(Path directory) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            for (WeightRole role : WeightRole.values()) {
                for (int layer = 0; role != WeightRole.UNEMBEDDING && layer < (role.perLayer() ? 2 : 1); layer++) {
                    Weight weight = role.perLayer() ? checkpoint.weight(role, layer) : checkpoint.weight(role);
                    assertArrayEquals(find(tinyTensors(""), role.tensorName(layer)).values(), weight.readAll(),
                            role + " " + layer);
                }
            }
            assertTrue(checkpoint.config().tiedUnembedding());
            return checkpoint.notes();
        }
    }

    private static Tensor head() {
        return tinyTensors("").getFirst().renamed("lm_head.weight");
    }

    @Test
    void anOrdinaryCheckpointNeedsNoWord() throws IOException {
        List<Tensor> tensors = tinyTensors("transformer.");
        tensors.add(head());
        tensors.add(new Tensor("transformer.h.0.attn.bias", DType.F32, List.of(1L, 1L, 5L, 5L), new float[25]));
        tensors.add(new Tensor("transformer.h.0.attn.masked_bias", DType.F32, List.of(), new float[1]));
        assertEquals(List.of(), sameAsOrdinary(tiny(tensors)));
    }

    @Nested
    class Wrappers {

        @ParameterizedTest
        @ValueSource(strings = {"module.", "_orig_mod.", "_orig_mod.transformer.", "module.transformer.", "model.",
            "module._orig_mod.transformer.", "_orig_mod.module.transformer.", "base_model.model.transformer.",
            "model.transformer.", "module.model._orig_mod.transformer.", "pretrained_model.transformer.",
            "_forward_module.transformer.", "gpt."})
        void areLeftOut(String prefix) throws IOException {
            assertEquals(List.of(), sameAsOrdinary(tiny(tinyTensors(prefix))));
        }

        @ParameterizedTest
        @ValueSource(strings = {"module.", "_orig_mod.transformer.", "base_model.model.transformer.",
                "module.model.transformer."})
        void standBeforeAHeadOfItsOwnToo(String prefix) throws IOException {
            List<Tensor> tensors = tinyTensors(prefix);
            String outer = prefix.replace("transformer.", "");
            tensors.add(new Tensor(outer + "lm_head.weight", DType.F32, List.of(7L, 4L), new float[28]));
            try (Checkpoint checkpoint = Checkpoint.open(TestFiles.checkpoint(dir.resolve("u"), UNTIED, tensors))) {
                assertFalse(checkpoint.config().tiedUnembedding());
                assertEquals(outer + "lm_head.weight", checkpoint.weight(WeightRole.UNEMBEDDING).name());
            }
            tensors.removeLast();
            String message = refused(Reason.TENSOR_MISSING, TestFiles.checkpoint(dir.resolve("u"), UNTIED, tensors));
            assertTrue(message.contains("expected '" + outer + "lm_head.weight'"), message);
        }

        @Test
        void mayStandAroundBlocksAndLayers() throws IOException {
            assertEquals(List.of(), sameAsOrdinary(tiny(renamed(tinyTensors("transformer."), name -> name
                    .replace("h.0.", "h.0._orig_mod.").replace("h.1.mlp.", "h.1._checkpoint_wrapped_module.mlp.")
                    .replace("ln_f.", "_fsdp_wrapped_module.ln_f.")))));
        }

        @Test
        void mayNotBeMixed() throws IOException {
            String message = refused(Reason.MIXED_NAMES, tiny(renamed(tinyTensors(""),
                    name -> name.startsWith("h.1.") ? "transformer." + name : name)));
            assertTrue(message.startsWith("names of the weights: expected one prefix for all, got none ('"), message);
            assertTrue(message.contains("'transformer.' ('transformer.h.1."), message);
        }

        @Test
        void ofTwoModelsInOneFileNoneIsChosen() throws IOException {
            List<Tensor> tensors = tinyTensors("model.transformer.");
            tensors.addAll(tinyTensors("ema_model.transformer."));
            String message = refused(Reason.TENSOR_FOUND_TWICE, tiny(tensors));
            assertTrue(message.contains("'model.transformer.") && message.contains("'ema_model.transformer."), message);
        }

        @Test
        void aHeadOfSomethingElseIsRefused() throws IOException {
            List<Tensor> tensors = tinyTensors("transformer.");
            tensors.add(head().renamed("decoder.lm_head.weight"));
            String message = refused(Reason.MIXED_NAMES, tiny(tensors));
            assertTrue(message.startsWith("tensor 'decoder.lm_head.weight': expected the prefix of the other weights, "
                    + "'transformer.', or a part of it, got 'decoder.'"), message);
        }

        @Test
        void twoHeadsAreOneTooMany() throws IOException {
            List<Tensor> tensors = tinyTensors("transformer.");
            tensors.add(head());
            tensors.add(head().renamed("transformer.lm_head.weight"));
            assertTrue(refused(Reason.TENSOR_FOUND_TWICE, tiny(tensors)).contains("'transformer.lm_head.weight'"));
        }

        @Test
        void namesThatOnlyEndAlikeAreNoWeights() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            for (String name : List.of("h.0.crossattention.c_attn.weight", "graph.0.ln_1.weight", "ln_1.weight",
                    "h.x.ln_1.weight", "xwte.weight", "h.0.attn.c_attn.weight.scratch")) {
                tensors.add(new Tensor(name, DType.F32, List.of(1L), new float[1]));
            }
            List<String> notes = sameAsOrdinary(tiny(tensors));
            assertEquals(1, notes.size(), notes.toString());
            assertTrue(notes.getFirst().startsWith("tensors that are no part of a GPT-2 are not used: '")
                    && notes.getFirst().endsWith("and 3 more"), notes.getFirst());
        }
    }

    @Nested
    class TiedUnderEitherName {

        private Path headOnly(String prefix, String config, Map<String, String> metadata) throws IOException {
            List<Tensor> tensors = tinyTensors(prefix);
            tensors.set(0, head());
            Path directory = TestFiles.checkpoint(dir.resolve("t"), config, tensors);
            TestFiles.write(directory.resolve("model.safetensors"), tensors, metadata);
            return directory;
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "transformer."})
        void theHeadAloneIsTheEmbeddingOfATiedModel(String prefix) throws IOException {
            assertEquals(List.of(), sameAsOrdinary(headOnly(prefix, TINY_CONFIG, Map.of())));
        }

        @Test
        void theFileMaySayThatTheyAreOneThoughTheConfigurationDoesNot() throws IOException {
            assertEquals(List.of(), sameAsOrdinary(headOnly("transformer.", UNTIED,
                    Map.of("transformer.wte.weight", "lm_head.weight"))));
            List<Tensor> tensors = tinyTensors("transformer.");
            Path directory = TestFiles.checkpoint(dir.resolve("r"), UNTIED, tensors);
            TestFiles.write(directory.resolve("model.safetensors"), tensors, Map.of("lm_head.weight",
                    "transformer.wte.weight"));
            assertEquals(List.of(), sameAsOrdinary(directory));
        }

        @Test
        void metadataThatNamesNoTensorMeansNothing() throws IOException {
            assertTrue(refused(Reason.TENSOR_MISSING, headOnly("transformer.", UNTIED,
                    Map.of("transformer.wte.weight", "gone", "format", "pt"))).contains("'transformer.wte.weight'"));
        }

        @Test
        void anUntiedModelNeedsBoth() throws IOException {
            assertTrue(refused(Reason.TENSOR_MISSING, headOnly("transformer.", UNTIED, Map.of()))
                    .contains("expected 'transformer.wte.weight', got none of that name"));
        }

        @Test
        void aHeadThatDiffersIsUsedAndSaid() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            tensors.add(new Tensor("lm_head.weight", DType.F32, List.of(7L, 4L), new float[28]));
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                assertEquals(List.of("'lm_head.weight' differs from 'wte.weight', so it is the unembedding, although the "
                        + "configuration says that the two are tied"), checkpoint.notes());
            }
        }

        /// Longer than what is compared at once.
        @Test
        void aHeadThatDiffersInItsLastValueOnlyIsNotThrownAway() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            long rows = 70_000;
            float[] values = new float[(int) rows * 4];
            tensors.set(0, new Tensor("wte.weight", DType.F32, List.of(rows, 4L), values));
            float[] other = values.clone();
            other[other.length - 1] = 1;
            tensors.add(new Tensor("lm_head.weight", DType.F32, List.of(rows, 4L), other));
            String config = TINY_CONFIG.replace("\"vocab_size\": 7", "\"vocab_size\": " + rows);
            try (Checkpoint checkpoint = Checkpoint.open(TestFiles.checkpoint(dir.resolve("l"), config, tensors))) {
                assertFalse(checkpoint.config().tiedUnembedding());
                assertEquals(1, checkpoint.weight(WeightRole.UNEMBEDDING).readAll()[other.length - 1]);
            }
        }
    }

    @Nested
    class WithoutBiases {

        private static boolean isBias(Tensor tensor) {
            return tensor.name().endsWith(".bias");
        }

        @Test
        void zerosStandInTheirPlaceAndThatIsSaid() throws IOException {
            List<Tensor> tensors = tinyTensors("transformer.");
            tensors.removeIf(WithoutBiases::isBias);
            // A mask is no bias, whatever it is called.
            tensors.add(new Tensor("transformer.h.0.attn.bias", DType.F32, List.of(1L, 1L, 5L, 5L), new float[25]));
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                Weight bias = checkpoint.weight(WeightRole.QKV_BIAS, 1);
                assertEquals("transformer.h.1.attn.c_attn.bias", bias.name());
                assertEquals(DType.F32, bias.dtype());
                assertArrayEquals(new float[12], bias.readAll());
                float[] dst = IntStream.range(0, 6).collect(() -> new float[6], (a, i) -> a[i] = 7, (a, b) -> { });
                assertEquals(0, bias.read(9, MemorySegment.ofArray(dst), 4, 3));
                assertArrayEquals(new float[] {7, 0, 0, 0, 7, 7}, dst);
                assertThrows(IndexOutOfBoundsException.class, () -> bias.read(10, MemorySegment.ofArray(dst), 0, 3));
                assertArrayEquals(new float[4], checkpoint.weight(WeightRole.FINAL_LN_BIAS).readAll());
                assertArrayEquals(find(tinyTensors(""), "h.1.attn.c_attn.weight").values(),
                        checkpoint.weight(WeightRole.QKV_WEIGHT, 1).readAll());
                assertEquals(1, checkpoint.notes().size(), checkpoint.notes().toString());
                assertTrue(checkpoint.notes().getFirst().contains("no biases"), checkpoint.notes().toString());
            }
        }

        @Test
        void someBiasesAreMissingBiases() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            tensors.removeIf(tensor -> isBias(tensor) && !tensor.name().equals("ln_f.bias"));
            String message = refused(Reason.TENSOR_MISSING, tiny(tensors));
            assertTrue(message.contains("'h.0.ln_1.bias'") && message.contains("and 4 more, got none of that name"),
                    message);
        }

        @Test
        void aModelThatLacksMoreThanBiasesIsIncomplete() throws IOException {
            List<Tensor> tensors = tinyTensors("");
            tensors.removeIf(tensor -> isBias(tensor) || tensor.name().equals("ln_f.weight"));
            String message = refused(Reason.TENSOR_MISSING, tiny(tensors));
            assertTrue(message.contains("and 6 more, got none of that name; there are '"), message);
        }
    }

    @Nested
    class Transposed {

        private static boolean isMatrix(Tensor tensor) {
            return tensor.name().contains(".c_") && tensor.shape().size() == 2;
        }

        private static Tensor turned(Tensor tensor) {
            int rows = (int) (long) tensor.shape().get(0);
            int columns = (int) (long) tensor.shape().get(1);
            float[] values = new float[rows * columns];
            for (int i = 0; i < values.length; i++) {
                values[i % columns * rows + i / columns] = tensor.values()[i];
            }
            return new Tensor(tensor.name(), tensor.dtype(), tensor.shape().reversed(), values);
        }

        private static List<Tensor> asNanoGpt(List<Tensor> tensors) {
            return new ArrayList<>(tensors.stream().map(tensor -> isMatrix(tensor) ? turned(tensor) : tensor).toList());
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "transformer.", "_orig_mod.transformer."})
        void matricesAreTurnedRoundAndThatIsSaid(String prefix) throws IOException {
            List<String> notes = sameAsOrdinary(tiny(asNanoGpt(tinyTensors(prefix))));
            assertEquals(2, notes.size(), notes.toString());
            assertTrue(notes.get(0).contains("[out, in]"), notes.toString());
            assertTrue(notes.get(1).contains("gelu"), notes.toString());
        }

        @Test
        void aConfigurationThatNamesTheActivationLeavesNothingToSayAboutIt() throws IOException {
            String config = TINY_CONFIG.replace("}", ", \"activation_function\": \"gelu\"}");
            assertEquals(1, sameAsOrdinary(TestFiles.checkpoint(dir.resolve("a"), config,
                    asNanoGpt(tinyTensors("")))).size());
        }

        /// nanoGPT's default: neither biases nor Hugging Face's order.
        @Test
        void withoutBiasesToo() throws IOException {
            List<Tensor> tensors = asNanoGpt(tinyTensors("transformer."));
            tensors.removeIf(WithoutBiases::isBias);
            try (Checkpoint checkpoint = Checkpoint.open(tiny(tensors))) {
                assertEquals(3, checkpoint.notes().size(), checkpoint.notes().toString());
                assertArrayEquals(find(tinyTensors(""), "h.1.attn.c_proj.weight").values(),
                        checkpoint.weight(WeightRole.ATTN_OUT_WEIGHT, 1).readAll());
            }
        }

        @Test
        void oneMatrixThatIsNotTurnedMakesTheOthersWrong() throws IOException {
            List<Tensor> tensors = asNanoGpt(tinyTensors(""));
            replace(tensors, "h.1.mlp.c_fc.weight", find(tinyTensors(""), "h.1.mlp.c_fc.weight"));
            String message = refused(Reason.WRONG_SHAPE, tiny(tensors));
            assertTrue(message.contains("tensor 'h.0.attn.c_attn.weight': expected shape [4, 12], got [12, 4]"),
                    message);
        }

        @Test
        void anotherShapeIsNamedAsItShouldStand() throws IOException {
            List<Tensor> tensors = asNanoGpt(tinyTensors(""));
            replace(tensors, "h.0.attn.c_proj.weight", find(tensors, "h.0.attn.c_proj.weight").shaped(4L, 5L));
            assertTrue(refused(Reason.WRONG_SHAPE, tiny(tensors)).contains(
                    "'h.0.attn.c_proj.weight': expected shape [4, 4], [out, in] as the others, got [4, 5]"));
        }

        /// Each element as the ordinary file has it, wherever a piece and a band begin and end.
        @ParameterizedTest
        @CsvSource({"F32, 1", "F32, 40", "F16, 100", "F32, 1000000"})
        void everyPieceIsThatOfTheMatrix(DType dtype, int bandElements) throws IOException {
            int rows = 37;
            int columns = 19;
            float[] values = new float[rows * columns];
            for (int i = 0; i < values.length; i++) {
                values[i] = i % 251 - 100;
            }
            values[77] = Float.NaN;
            values[78] = Float.POSITIVE_INFINITY;
            Tensor matrix = new Tensor("m", dtype, List.of((long) rows, (long) columns), values);
            Path path = dir.resolve("m.safetensors");
            TestFiles.write(path, List.of(turned(matrix)));
            try (SafeTensors file = SafeTensors.open(path)) {
                TransposedValues transposed = new TransposedValues(file, file.tensor("m").orElseThrow(), rows, columns,
                        bandElements);
                for (int first = 0; first < values.length; first += 13) {
                    for (int count : new int[] {0, 1, 18, 19, 20, 200}) {
                        if (first + count <= values.length) {
                            float[] piece = new float[count + 1];
                            long found = transposed.read(first, MemorySegment.ofArray(piece), 4, count);
                            long expected = 0;
                            for (int i = 0; i < count; i++) {
                                assertEquals(values[first + i], piece[i + 1]);
                                expected += Float.isFinite(piece[i + 1]) ? 0 : 1;
                            }
                            assertEquals(expected, found);
                        }
                    }
                }
                assertThrows(IndexOutOfBoundsException.class,
                        () -> transposed.read(values.length - 1, MemorySegment.ofArray(new float[2]), 0, 2));
            }
        }
    }

    @Nested
    class Types {

        private Path eightBits(DType dtype, String... more) throws IOException {
            Path directory = tiny(tinyTensors(""));
            StringBuilder header = new StringBuilder("{");
            int end = 0;
            for (Tensor tensor : tinyTensors("")) {
                header.append(TestFiles.entry(tensor.name(), dtype.name(), tensor.shape().toString(), end,
                        end += tensor.values().length)).append(',');
            }
            for (String name : more) {
                header.append(TestFiles.entry(name, "F32", "[]", end, end += 4)).append(',');
            }
            header.setCharAt(header.length() - 1, '}');
            Files.write(directory.resolve("model.safetensors"), TestFiles.file(header.toString(), end));
            return directory;
        }

        @ParameterizedTest
        @ValueSource(strings = {"F8_E4M3", "F8_E5M2"})
        void plainEightBitFloatsAreTheNumbersThatTheyAre(DType dtype) throws IOException {
            try (Checkpoint checkpoint = Checkpoint.open(eightBits(dtype))) {
                assertArrayEquals(new float[48], checkpoint.weight(WeightRole.QKV_WEIGHT, 1).readAll());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"h.0.attn.c_attn.weight_scale", "h.0.attn.c_attn.weight_scale_inv",
                "h.0.attn.c_attn.scale_weight"})
        void thoseWithAScaleAreRefused(String scale) throws IOException {
            String message = refused(Reason.NOT_FLOATING_POINT, eightBits(DType.F8_E4M3, scale));
            assertTrue(message.startsWith("tensor 'h.0.attn.c_attn.weight': expected F32, F16, BF16, F64, F8_E4M3 or F8_E5M2, "
                    + "got F8_E4M3, to be multiplied by '" + scale + "'"), message);
        }

        @Test
        void quantizedIntegersAreRefusedWithTheirScale() throws IOException {
            String message = refused(Reason.NOT_FLOATING_POINT, eightBits(DType.I8, "wte.SCB", "wte.scale"));
            assertTrue(message.contains("got I8, to be multiplied by 'wte.scale'"), message);
        }
    }

    @Nested
    class Adapters {

        @Test
        void oneThatIsNotMergedIsRefused() throws IOException {
            List<Tensor> tensors = tinyTensors("base_model.model.transformer.");
            tensors.add(new Tensor("base_model.model.transformer.h.0.attn.c_attn.lora_A.default.weight", DType.F32,
                    List.of(1L), new float[1]));
            String message = refused(Reason.UNSUPPORTED_MODEL, tiny(tensors));
            assertTrue(message.contains("lora_A") && message.contains("merge_and_unload"), message);
        }

        @Test
        void aWrappedLayerIsRefusedAsThat() throws IOException {
            String message = refused(Reason.UNSUPPORTED_MODEL,
                    tiny(renamed(tinyTensors("base_model.model.transformer."),
                    name -> name.replace("c_attn.", "c_attn.base_layer."))));
            assertTrue(message.contains("base_layer") && message.contains("merge_and_unload"), message);
        }
    }

    @Test
    void missingTensorsAreNamedBesideThoseThatAreThere() throws IOException {
        String message = refused(Reason.TENSOR_MISSING, tiny(renamed(tinyTensors(""),
                name -> "encoder.layer." + name.replace("h.", "block").replace("w", "v").replace("ln_f", "norm"))));
        assertTrue(message.startsWith("missing tensors: expected 'wte.weight', 'wpe.weight', 'h.0.ln_1.weight'"),
                message);
        assertTrue(message.contains("and 20 more, got none of that name; there are 'encoder.layer."), message);
        assertTrue(message.contains("and 25 more (in "), message);
    }

    @Nested
    class OtherLayouts {

        private Path directory;

        @BeforeEach
        void withoutWeights() throws IOException {
            directory = Files.createDirectory(dir.resolve("other"));
            Files.writeString(directory.resolve("config.json"), TINY_CONFIG);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
            "model.bin|got model.bin: PyTorch's format|save_pretrained",
            "pytorch_model-00001-of-00002.bin,pytorch_model-00002-of-00002.bin"
                + "|got pytorch_model-00001-of-00002.bin and 1 more: PyTorch's format|save_pretrained",
            "ckpt.pt,training_args.bin|got ckpt.pt: PyTorch's format|save_model",
            "tf_model.h5|got tf_model.h5: TensorFlow's format|from_tf=True",
            "model.ckpt.index,model.ckpt.data-00000-of-00001|got model.ckpt.index and 1 more: TensorFlow's format|from_tf=True",
            "flax_model.msgpack|got flax_model.msgpack: Flax's format|from_flax=True",
            "model.Q8_0.gguf|got model.Q8_0.gguf: llama.cpp's format|safetensors form",
            "model.fp16.safetensors|got model.fp16.safetensors: a variant|rename it",
            "model.safetensors.index.fp16.json,model.fp16-00001-of-00002.safetensors"
                + "|got model.safetensors.index.fp16.json and 1 more: a variant|rename it",
            "model-00001-of-00002.safetensors,model-00002-of-00002.safetensors"
                + "|got model-00001-of-00002.safetensors and 1 more: shards without their index|model.safetensors.index.json",
            "gpt2-finetuned.safetensors,ckpt.pt|got gpt2-finetuned.safetensors: safetensors under another name|rename it",
            "model.onnx|got model.onnx: a format to run|safetensors form",
            "adapter_config.json,adapter_model.safetensors|got adapter_config.json and 1 more: an adapter|merge_and_unload",
            "training_args.bin,optimizer.pt,rng_state.pth|got none of them|model.safetensors, pytorch_model.bin"})
        void areNamedWithWhatToDo(String files, String got, String todo) throws IOException {
            for (String file : files.split(",")) {
                Files.writeString(directory.resolve(file), "x");
            }
            String message = refused(Reason.WEIGHTS_MISSING, directory);
            assertTrue(message.contains(got) && message.contains(todo), message);
        }

        @Test
        void aTrainersFolderIsNamedByItsLastCheckpoint() throws IOException {
            for (String step : List.of("500", "1000", "1500")) {
                Files.createDirectory(directory.resolve("checkpoint-" + step));
            }
            assertTrue(refused(Reason.WEIGHTS_MISSING, directory).contains(
                    "got checkpoint-1500 and 2 more: the folder of a trainer, with checkpoints (name one of them)"));
            Files.delete(directory.resolve("config.json"));
            assertTrue(refused(Reason.CONFIG_MISSING,
                    directory).contains("config.json: no such file; there is checkpoint-1500"));
        }

        @Test
        void anAdapterHasNoConfiguration() throws IOException {
            Files.delete(directory.resolve("config.json"));
            Files.writeString(directory.resolve("adapter_config.json"), "{}");
            assertTrue(refused(Reason.CONFIG_MISSING, directory).contains("there is adapter_config.json: an adapter"));
        }

        @Test
        void weightsWithoutAConfigurationAreToldWhatIsNeeded() throws IOException {
            Files.delete(directory.resolve("config.json"));
            TestFiles.write(directory.resolve("model.safetensors"), tinyTensors(""));
            String message = refused(Reason.CONFIG_MISSING, directory);
            assertTrue(message.contains("n_layer, n_head, n_embd, n_positions and vocab_size")
                    && message.contains("model_args"),
                    message);
        }
    }
}
