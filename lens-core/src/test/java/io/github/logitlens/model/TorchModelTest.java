package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.CheckpointException;
import io.github.logitlens.weights.torch.TorchFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A model in PyTorch's own form is the model that it is in safetensors form.
class TorchModelTest {

    @TempDir
    Path directory;

    private static Path folder(String name) {
        return Golden.folder("tiny-a").resolveSibling(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-a-torch-1", "tiny-a-torch-2"})
    void theLogitsHaveTheSameBits(String name) {
        int[] ids = Golden.read("tiny-a").ids();
        try (Gpt2Model expected = Gpt2Model.load(Checkpoint.open(Golden.folder("tiny-a")));
                Gpt2Model loaded = Gpt2Model.load(Checkpoint.open(folder(name)));
                Gpt2Model streamed = Gpt2Model.stream(Checkpoint.open(folder(name)))) {
            assertEquals(expected.config(), loaded.config());
            Bits.assertSame(expected.logits(ids), loaded.logits(ids), () -> name);
            Bits.assertSame(expected.logits(ids), streamed.logits(ids), () -> name + ", streamed");
        }
    }

    @Test
    void aHeadOverTheEmbeddingsStorageIsTied() {
        try (Checkpoint checkpoint = Checkpoint.open(folder("tiny-a-torch-1"))) {
            assertTrue(checkpoint.config().tiedUnembedding());
            assertEquals(List.of("lm_head.weight"), checkpoint.ignoredTensors());
            assertEquals(List.of(), checkpoint.notes());
        }
    }

    @Test
    void theHashIsTheFiles() throws Exception {
        Path file = folder("tiny-a-torch-1").resolve("pytorch_model.bin");
        Checkpoint checkpoint = Checkpoint.open(file.getParent());
        checkpoint.close();
        assertEquals(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))),
                checkpoint.sha256());
        assertEquals(Files.size(file), checkpoint.weightBytes());
    }

    private Path copy(String name) throws IOException {
        try (var files = Files.list(folder(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName().toString()));
            }
        }
        return directory;
    }

    @Test
    void safetensorsComeFirst() throws IOException {
        Path copy = copy("tiny-a-torch-1");
        Files.copy(Golden.folder("tiny-a").resolve("model.safetensors"), copy.resolve("model.safetensors"));
        Files.writeString(copy.resolve("pytorch_model.bin"), "not read");
        try (Checkpoint checkpoint = Checkpoint.open(copy)) {
            assertEquals(Golden.read("tiny-a").modelSha256(), checkpoint.sha256());
        }
    }

    @Test
    void aFileThatIsNoArchiveIsRefused() throws IOException {
        Path copy = copy("tiny-a-torch-1");
        byte[] whole = Files.readAllBytes(copy.resolve("pytorch_model.bin"));
        Files.write(copy.resolve("pytorch_model.bin"), Arrays.copyOf(whole, whole.length - 1));
        TorchFileException e = assertThrows(TorchFileException.class, () -> Checkpoint.open(copy));
        assertEquals(TorchFileException.Reason.NOT_A_ZIP, e.reason());
    }

    @Test
    void aShardThatIsNotThereIsNamed() throws IOException {
        Path copy = copy("tiny-a-torch-2");
        Files.delete(copy.resolve("pytorch_model-00002-of-00002.bin"));
        CheckpointException e = assertThrows(CheckpointException.class, () -> Checkpoint.open(copy));
        assertEquals(CheckpointException.Reason.SHARD_MISSING, e.reason());
        assertTrue(e.getMessage().contains("'pytorch_model-00002-of-00002.bin'"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"../x.bin", "/x.bin", "model.safetensors", "x.pt"})
    void anIndexOfOtherFilesIsRefused(String shard) throws IOException {
        Path copy = copy("tiny-a-torch-2");
        Files.writeString(copy.resolve("pytorch_model.bin.index.json"), "{\"weight_map\": {\"a\": \"" + shard + "\"}}");
        CheckpointException e = assertThrows(CheckpointException.class, () -> Checkpoint.open(copy));
        assertEquals(CheckpointException.Reason.UNSAFE_SHARD_NAME, e.reason());
        assertTrue(e.getMessage().contains("expected a .bin file inside the directory"), e.getMessage());
    }
}
