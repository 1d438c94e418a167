package io.github.logitlens.weights.hub;

import static io.github.logitlens.weights.hub.FakeHub.COMMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Lenses where their authors publish them: what is asked for, and where it comes to lie.
@Timeout(60)
class HubLensTest {

    @TempDir
    Path dir;

    private CacheDirectory cache() {
        return new CacheDirectory(dir);
    }

    /// A file as Python's library leaves it.
    private Path cached(String folder, String file) throws IOException {
        Path repo = cache().folder(folder);
        Path path = repo.resolve("snapshots").resolve(COMMIT).resolve(file);
        Files.createDirectories(path.getParent());
        Files.createDirectories(repo.resolve("refs"));
        Files.writeString(repo.resolve("refs/main"), COMMIT);
        Files.createDirectories(repo.resolve("blobs"));
        String etag = FakeHub.sha256(file.getBytes());
        Files.writeString(repo.resolve("blobs").resolve(etag), file);
        Files.createSymbolicLink(path, path.getParent().relativize(repo.resolve("blobs").resolve(etag)));
        return path;
    }

    @ParameterizedTest
    @CsvSource({"gpt2, gpt2", "openai-community/gpt2, gpt2", "openai-community/gpt2-xl, gpt2-xl",
            "EleutherAI/pythia-70m, EleutherAI/pythia-70m"})
    void aCachedTunedLensIsFoundWithoutNetwork(String model, String folder) throws IOException {
        cached("spaces--AlignmentResearch--tuned-lens", "lens/" + folder + "/config.json");
        Path weights = cached("spaces--AlignmentResearch--tuned-lens", "lens/" + folder + "/params.pt");
        assertEquals(weights.getParent(), cache().unreachable().tunedLens(model));
        assertEquals(weights.getParent(), cache().unreachable("HF_HUB_OFFLINE", "1").tunedLens(model));
    }

    @ParameterizedTest
    @CsvSource({"gpt2, gpt2-small/jlens/Salesforce-wikitext/gpt2_jacobian_lens.pt",
            "openai-community/gpt2, gpt2-small/jlens/Salesforce-wikitext/gpt2_jacobian_lens.pt",
            "gpt2-xl, gpt2-xl/jlens/Salesforce-wikitext/gpt2-xl_jacobian_lens.pt",
            "someone/tiny, someone/tiny/jlens/Salesforce-wikitext/tiny_jacobian_lens.pt"})
    void aCachedJacobianLensIsFoundWithoutNetwork(String model, String file) throws IOException {
        Path weights = cached("models--neuronpedia--jacobian-lens", file);
        assertEquals(weights, cache().unreachable().jacobianLens(model));
    }

    @Test
    void aTunedLensIsDownloadedFromItsSpaceAndNothingElseIs() throws IOException {
        try (FakeHub server = new FakeHub().file("config.json", "{\"d_model\": 4}").file("params.pt", new byte[] {1, 2, 3})) {
            Path directory = cache().hub(server).tunedLens("gpt2");
            assertEquals(cache().folder("spaces--AlignmentResearch--tuned-lens/snapshots/" + COMMIT + "/lens/gpt2"), directory);
            assertEquals("{\"d_model\": 4}", Files.readString(directory.resolve("config.json")));
            assertEquals(3, Files.size(directory.resolve("params.pt")));
            Set<String> asked = server.requests().stream().map(FakeHub.Request::path).collect(Collectors.toSet());
            String space = "/spaces/AlignmentResearch/tuned-lens/resolve/";
            assertEquals(Set.of(space + "main/lens/gpt2/config.json", space + COMMIT + "/lens/gpt2/config.json",
                    space + COMMIT + "/lens/gpt2/params.pt"), asked);
            assertEquals(directory, cache().unreachable().tunedLens("openai-community/gpt2"));
        }
    }

    @Test
    void aJacobianLensIsDownloadedFromItsRepository() throws IOException {
        try (FakeHub server = new FakeHub().file("gpt2_jacobian_lens.pt", new byte[] {5})) {
            Path file = cache().hub(server).jacobianLens("gpt2");
            assertEquals(cache().folder("models--neuronpedia--jacobian-lens/snapshots/" + COMMIT
                    + "/gpt2-small/jlens/Salesforce-wikitext/gpt2_jacobian_lens.pt"), file);
            assertEquals(1, Files.size(file));
            assertTrue(server.requests().getFirst().path().startsWith("/neuronpedia/jacobian-lens/resolve/main/gpt2-small/"));
        }
    }

    @Test
    void aLensThatIsNotPublishedIsNamed() throws IOException {
        try (FakeHub server = new FakeHub()) {
            HubException e = assertThrows(HubException.class, () -> cache().hub(server).tunedLens("gpt2"));
            assertEquals(Reason.FILE_NOT_FOUND, e.reason());
            assertTrue(e.getMessage().contains("'lens/gpt2/config.json' of model 'spaces/AlignmentResearch/tuned-lens'"), e.getMessage());
            assertEquals(List.of(), cache().listing());
        }
    }

    @Test
    void halfALensIsNotTaken() throws IOException {
        cached("spaces--AlignmentResearch--tuned-lens", "lens/gpt2/config.json");
        HubException e = assertThrows(HubException.class, () -> cache().unreachable("HF_HUB_OFFLINE", "1").tunedLens("gpt2"));
        assertEquals(Reason.OFFLINE, e.reason());
        assertTrue(e.getMessage().startsWith("lens 'tuned' for gpt2: not on this machine (looked in "), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mine", "../x", "", "gpt3"})
    void aModelThatIsNotOnTheHubHasNoPublishedLens(String model) {
        HubException e = assertThrows(HubException.class, () -> cache().unreachable().jacobianLens(model));
        assertEquals(Reason.BAD_NAME, e.reason());
        assertEquals("lens 'jacobian': expected a model with a name on the hub such as gpt2, got '" + model
                + "'; name the lens's file instead", e.getMessage());
    }
}
