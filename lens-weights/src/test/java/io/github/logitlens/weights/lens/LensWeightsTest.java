package io.github.logitlens.weights.lens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.lens.LensFileException.Reason;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which files are lenses, what they say, and what is wrong with those that are not. The files that PyTorch wrote are read in
/// lens-core, with what the lenses make of a model.
class LensWeightsTest {

    private static final float[] A = {1, 2, 3, 4};
    private static final float[] B = {10, 20, 30, 40};
    private static final float[] BIAS = {5, 6};

    @TempDir
    Path directory;

    private Path file(String name, Consumer<SafeTensorsWriter> content) {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        content.accept(writer);
        Path file = directory.resolve(name);
        writer.write(file);
        return file;
    }

    private static SafeTensorsWriter matrix(SafeTensorsWriter writer, String name, float[] values) {
        return writer.floats(name, DType.F32, List.of(2L, 2L), values);
    }

    private static SafeTensorsWriter bias(SafeTensorsWriter writer, String name) {
        return writer.floats(name, DType.F32, List.of(2L), BIAS);
    }

    private String refused(Reason reason, Consumer<SafeTensorsWriter> content) {
        return refused(reason, file("x.safetensors", content));
    }

    private static String refused(Reason reason, Path path) {
        LensFileException e = assertThrows(LensFileException.class, () -> LensWeights.open(path).close());
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
        assertTrue(e.getMessage().contains(path.getFileName().toString()), e.getMessage());
        return e.getMessage().replace(path.getParent() + "/", "");
    }

    // What is read.

    @Test
    void aTunedLensHasAMapForEachPlaceButTheLast() {
        Path path = file("tuned.safetensors", w -> bias(bias(matrix(matrix(w, "1.weight", B), "0.weight", A), "0.bias"), "1.bias"));
        try (LensWeights lens = LensWeights.open(path)) {
            assertEquals(LensForm.TUNED, lens.form());
            assertEquals(List.of("blocks.0.hook_resid_pre", "blocks.0.hook_resid_post"), lens.places());
            assertEquals(OptionalInt.of(2), lens.nLayers());
            assertEquals(2, lens.dModel());
            assertArrayEquals(B, lens.matrix("blocks.0.hook_resid_post"));
            assertArrayEquals(BIAS, lens.bias("blocks.0.hook_resid_pre"));
            assertEquals(Optional.empty(), lens.unembedHash());
        }
    }

    @Test
    void aTunedLensMayHaveNoBiases() {
        try (LensWeights lens = LensWeights.open(file("x.safetensors", w -> matrix(w, "0.weight", A).metadata("bias", "false")))) {
            assertArrayEquals(new float[2], lens.bias("blocks.0.hook_resid_pre"));
        }
    }

    @Test
    void whatTheFileSaysOfItsModelIsThere() {
        Path path = file("x.safetensors", w -> matrix(w, "J.3", A).metadata("num_hidden_layers", "12")
                .metadata("base_model_name_or_path", "gpt2").metadata("unembed_hash", "abc").metadata("n_prompts", "1000")
                .metadata("lens_type", "jacobian_lens").metadata("fold_ln", "false"));
        try (LensWeights lens = LensWeights.open(path)) {
            assertEquals(LensForm.JACOBIAN, lens.form());
            assertEquals(List.of("blocks.3.hook_resid_post"), lens.places());
            assertEquals(OptionalInt.of(12), lens.nLayers());
            assertEquals(Optional.of("gpt2"), lens.modelName());
            assertEquals(Optional.of("abc"), lens.unembedHash());
            assertEquals(Optional.of(1000L), lens.prompts());
        }
    }

    @Test
    void aJacobianLensNeedNotSayHowManyLayersThereAre() {
        try (LensWeights lens = LensWeights.open(file("x.safetensors", w -> matrix(w, "J.3", A)))) {
            assertEquals(OptionalInt.empty(), lens.nLayers());
            assertEquals(Optional.empty(), lens.prompts());
            assertArrayEquals(new float[2], lens.bias("blocks.3.hook_resid_post"));
        }
    }

    @Test
    void aFitCheckpointIsItsSumDividedByItsCount() {
        Path path = file("x.safetensors", w -> matrix(w, "jacobian_sum.0", B).metadata("n_done", "4").metadata("target_layer", "1"));
        try (LensWeights lens = LensWeights.open(path)) {
            assertArrayEquals(new float[] {2.5f, 5, 7.5f, 10}, lens.matrix("blocks.0.hook_resid_post"));
            assertEquals(OptionalInt.of(2), lens.nLayers());
            assertEquals(Optional.of(4L), lens.prompts());
        }
    }

    @Test
    void partsAreTheirMeanWeightedByTheirPrompts() {
        file("a.safetensors", w -> matrix(w, "J.0", A).metadata("n_prompts", "1"));
        file("b.safetensors", w -> matrix(w, "jacobian_sum.0", B).metadata("n_done", "9"));
        try (LensWeights lens = LensWeights.open(directory)) {
            assertArrayEquals(new float[] {1.1f, 2.2f, 3.3f, 4.4f}, lens.matrix("blocks.0.hook_resid_post"));
            assertEquals(Optional.of(10L), lens.prompts());
        }
    }

    /// In the words of the JDK alone.
    private static String sha256(Path... files) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Path file : files) {
            digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void theHashIsThatOfTheFilesInTheOrderOfTheirNames() throws Exception {
        Path b = file("b.safetensors", w -> matrix(w, "J.0", B).metadata("n_prompts", "2"));
        Path a = file("a.safetensors", w -> matrix(w, "J.0", A).metadata("n_prompts", "1"));
        try (LensWeights one = LensWeights.open(b); LensWeights both = LensWeights.open(directory)) {
            assertEquals(sha256(b), one.sha256());
            assertEquals(sha256(a, b), both.sha256());
        }
    }

    @Test
    void affineMapsMayStandAnywhereInTheStream() {
        LensWriter writer = new LensWriter(LensForm.AFFINE, 2).map("blocks.0.hook_resid_mid", A, BIAS)
                .map("blocks.0.hook_resid_pre", B, BIAS).about("num_hidden_layers", "3");
        Path path = directory.resolve("own.safetensors");
        writer.write(path);
        try (LensWeights lens = LensWeights.open(path)) {
            assertEquals(LensForm.AFFINE, lens.form());
            assertEquals(List.of("blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid"), lens.places());
            assertArrayEquals(A, lens.matrix("blocks.0.hook_resid_mid"));
            assertEquals("place: expected one of [blocks.0.hook_resid_pre, blocks.0.hook_resid_mid], got 'blocks.7'",
                    assertThrows(IllegalArgumentException.class, () -> lens.matrix("blocks.7")).getMessage());
        }
    }

    @Test
    void aWriterRefusesPlacesThatTheFormDoesNotHave() {
        assertEquals("place: expected a block's hook_resid_post, got blocks.1.hook_resid_mid",
                assertThrows(IllegalArgumentException.class, () -> new LensWriter(LensForm.JACOBIAN, 2)
                        .map("blocks.1.hook_resid_mid", A, BIAS)).getMessage());
    }

    @Test
    void theBundledLensFitsTheBundledModel() {
        try (LensWeights lens = LensWeights.bundled()) {
            assertEquals(LensForm.TUNED, lens.form());
            assertEquals(8, lens.places().size());
            assertEquals(Optional.of("demo"), lens.modelName());
            assertEquals(64, lens.sha256().length());
        }
    }

    // What is refused.

    @Test
    void otherTensorsAreNoLens() {
        assertEquals("x.safetensors: expected the tensors of a lens, such as '0.weight', 'J.0' or"
                + " 'blocks.0.hook_resid_post.weight', got 'wte.weight'", refused(Reason.NOT_A_LENS, w -> matrix(w, "wte.weight", A)));
        assertTrue(refused(Reason.NOT_A_LENS, w -> { }).endsWith("got no tensors"));
        assertEquals("tensor 'extra': expected a name as in a jacobian lens, got another (in x.safetensors)",
                refused(Reason.NOT_A_LENS, w -> matrix(matrix(w, "J.0", A), "extra", A)));
        assertEquals("tensor 'blocks.1.hook_resid_pre.weight': expected one for its place, got two (in x.safetensors)",
                refused(Reason.NOT_A_LENS, w -> matrix(matrix(w, "blocks.0.hook_resid_post.weight", A),
                        "blocks.1.hook_resid_pre.weight", A)));
    }

    @Test
    void anotherTypeThanTheTensorsAreOfIsRefused() {
        assertEquals("lens_type: expected linear_tuned_lens, got 'mlp_tuned_lens' (in x.safetensors)",
                refused(Reason.CONFIG_INVALID, w -> matrix(w, "0.weight", A).metadata("lens_type", "mlp_tuned_lens")));
    }

    @Test
    void tensorsOfOtherShapesAndTypesAreRefused() {
        assertEquals("tensor '0.weight': expected shape [2, 2], got [2] (in x.safetensors)",
                refused(Reason.WRONG_SHAPE, w -> bias(w, "0.weight")));
        assertEquals("tensor '0.weight': expected shape [3, 3], got [2, 2] (in x.safetensors)",
                refused(Reason.WRONG_SHAPE, w -> matrix(w, "0.weight", A).metadata("d_model", "3")));
        assertEquals("tensor '0.bias': expected shape [2], got [2, 2] (in x.safetensors)",
                refused(Reason.WRONG_SHAPE, w -> matrix(matrix(w, "0.weight", A), "0.bias", A)));
        assertEquals("tensor 'J.0': expected F32, F16, BF16 or F64, got I64 (in x.safetensors)",
                refused(Reason.WRONG_SHAPE, w -> w.longs("J.0", List.of(1L, 1L), new long[1])));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertEquals("matrix for blocks.0.hook_resid_post: expected one, got none (in x.safetensors)",
                refused(Reason.TENSOR_MISSING, w -> matrix(matrix(w, "0.weight", A), "2.weight", A)));
        assertEquals("matrix for blocks.0.hook_resid_post: expected one, got none (in x.safetensors)",
                refused(Reason.TENSOR_MISSING, w -> matrix(w, "0.weight", A).metadata("num_hidden_layers", "2")));
        assertEquals("matrix for blocks.0.hook_resid_post: expected one, got none (in x.safetensors)",
                refused(Reason.TENSOR_MISSING, w -> bias(bias(matrix(w, "0.weight", A), "0.bias"), "1.bias")));
        assertEquals("bias for blocks.0.hook_resid_post: expected one, got none (in x.safetensors)",
                refused(Reason.TENSOR_MISSING, w -> bias(matrix(matrix(w, "0.weight", A), "1.weight", A), "0.bias")));
        assertEquals("bias for blocks.0.hook_resid_pre: expected one, got none (in x.safetensors)",
                refused(Reason.TENSOR_MISSING, w -> matrix(w, "0.weight", A).metadata("bias", "true")));
    }

    @ParameterizedTest
    @CsvSource({"0.weight, num_hidden_layers, many, 'a whole number, got ''many'''", "0.weight, num_hidden_layers, 0, 'from 1 to 9999, got 0'",
            "J.3, num_hidden_layers, 4, 'at least 5, one more than have a map, got 4'", "J.3, d_model, 0, 'from 1 to 32768, got 0'",
            "J.3, d_model, 99999999999, 'from 1 to 32768, got 99999999999'", "J.3, d_model, 32769, 'from 1 to 32768, got 32769'",
            "J.3, target_layer, 3, 'at least 5, one more than have a map, got 4'",
            "J.3, target_layer, -1, 'from 0 to 9999, got -1'", "J.3, target_layer, 9999999999, 'from 0 to 9999, got 9999999999'",
            "J.3, num_hidden_layers, 10000, 'from 1 to 9999, got 10000'",
            "J.3, n_prompts, 9007199254740993, 'at most 9007199254740992, got 9007199254740993'"})
    void fieldsThatContradictTheTensorsAreRefused(String tensor, String field, String value, String expected) {
        String message = refused(Reason.CONFIG_INVALID, w -> matrix(w, tensor, A).metadata(field, value));
        assertTrue(message.contains(": expected " + expected), message);
    }

    @Test
    void moreMapsThanLayersAreRefused() {
        assertEquals("num_hidden_layers: expected 2, as many as there are maps, got 1 (in x.safetensors)",
                refused(Reason.CONFIG_INVALID,
                        w -> matrix(matrix(w, "0.weight", A), "1.weight", A).metadata("num_hidden_layers", "1")));
    }

    @Test
    void whatWasNotFittedIsRefused() {
        assertEquals("n_done: expected at least 1, got 0 (in x.safetensors)",
                refused(Reason.NOT_FITTED, w -> matrix(w, "jacobian_sum.0", A).metadata("n_done", "0")));
        assertEquals("n_prompts: expected at least 1, got none (in x.safetensors)",
                refused(Reason.NOT_FITTED, w -> matrix(w, "jacobian_sum.0", A)));
        assertEquals("n_prompts: expected at least 1, got -3 (in x.safetensors)",
                refused(Reason.NOT_FITTED, w -> matrix(w, "J.0", A).metadata("n_prompts", "-3")));
        assertEquals("jacobian_sum: expected a sum for one layer at least, got none (in x.safetensors)",
                refused(Reason.NOT_FITTED, w -> w.metadata("next_idx", "0").metadata("n_done", "0")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fold_ln", "metadata.center_writing_weights", "center_unembed"})
    void aLensOfProcessedWeightsIsRefused(String flag) {
        assertEquals(flag + ": expected a lens of the weights as they are published, got true (in x.safetensors)",
                refused(Reason.PROCESSED_WEIGHTS, w -> matrix(w, "J.0", A).metadata(flag, "true")));
    }

    private String differ(Consumer<SafeTensorsWriter> second) throws IOException {
        Path parts = Files.createDirectory(directory.resolve("parts"));
        Files.move(file("a", w -> matrix(w, "J.0", A).metadata("n_prompts", "1").metadata("model_name", "gpt2")),
                parts.resolve("a.safetensors"));
        Files.move(file("b", second), parts.resolve("b.safetensors"));
        LensFileException e = assertThrows(LensFileException.class, () -> LensWeights.open(parts).close());
        assertEquals(Reason.PARTS_DIFFER, e.reason());
        return e.getMessage().replace(parts + "/", "");
    }

    @Test
    void partsOfDifferentModelsAreRefused() throws IOException {
        assertEquals("model_name: expected 'gpt2', as in a.safetensors, got 'gpt2-xl' (in b.safetensors)",
                differ(w -> matrix(w, "J.0", A).metadata("n_prompts", "1").metadata("model_name", "gpt2-xl")));
    }

    @Test
    void partsOfOtherLayersAreRefused() throws IOException {
        assertEquals("layers: expected the same as in a.safetensors, [blocks.0.hook_resid_post], got [blocks.1.hook_resid_post]"
                + " (in b.safetensors)", differ(w -> matrix(w, "J.1", A).metadata("n_prompts", "1")));
    }

    @Test
    void partsOfAnotherWidthAreRefused() throws IOException {
        assertEquals("d_model: expected 2, as in a.safetensors, got 1 (in b.safetensors)",
                differ(w -> w.floats("J.0", DType.F32, List.of(1L, 1L), new float[1])));
    }

    @Test
    void aPartHasToSayItsPrompts() throws IOException {
        assertEquals("n_prompts: expected how many prompts this part was fitted on, got none (in b.safetensors)",
                differ(w -> matrix(w, "J.0", A)));
    }

    @Test
    void onlyJacobianLensesHaveParts() throws IOException {
        assertEquals("lens: expected parts of Jacobian lenses, got tuned beside jacobian (in b.safetensors)",
                differ(w -> matrix(w, "0.weight", A)));
    }

    private static boolean isOpen(Path file) throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(Files::isSymbolicLink).anyMatch(descriptor -> {
                try {
                    return Files.readSymbolicLink(descriptor).equals(file);
                } catch (IOException _) {
                    return false;
                }
            });
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatIsRefusedOrClosedIsNotOpenAnyMore() throws IOException {
        Path good = file("a.safetensors", w -> matrix(w, "J.0", A).metadata("n_prompts", "1")).toRealPath();
        LensWeights lens = LensWeights.open(good);
        assertTrue(isOpen(good));
        lens.close();
        assertFalse(isOpen(good));
        Path bad = file("b.safetensors", w -> matrix(w, "J.1", A).metadata("n_prompts", "1")).toRealPath();
        assertEquals(Reason.PARTS_DIFFER, assertThrows(LensFileException.class, () -> LensWeights.open(directory)).reason());
        assertFalse(isOpen(good));
        assertFalse(isOpen(bad));
    }

    @Test
    void aDirectoryWithoutALensIsRefused() {
        LensFileException e = assertThrows(LensFileException.class, () -> LensWeights.open(directory));
        assertEquals(Reason.NOT_FOUND, e.reason());
        assertEquals(directory + ": expected params.pt with config.json, or .pt or .safetensors files of a lens, got none",
                e.getMessage());
    }
}
