package io.github.logitlens.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.hub.PublishedFiles.Published;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a download must be, held against the files themselves; the weights, which are in no repository, against the hashes that
/// `lens verify` has for its own table.
class PublishedFilesTest {

    private static final String TOKENIZER = "../lens-tokenizer/src/main/resources/io/github/logitlens/tokenizer/";
    private static final String CONFIG = "src/test/resources/io/github/logitlens/weights/";
    private static final String VERIFY = "../tools/src/main/resources/io/github/logitlens/tools/verify/";

    @ParameterizedTest
    @CsvSource({"openai-community/gpt2, config.json, " + CONFIG + "config.gpt2.json",
        "openai-community/gpt2, vocab.json, " + TOKENIZER + "vocab.json",
        "openai-community/gpt2, merges.txt, " + TOKENIZER + "merges.txt",
        "distilbert/distilgpt2, config.json, " + CONFIG + "config.distilgpt2.json"})
    void smallFilesAreTheseFiles(String repo, String name, Path file) throws IOException, NoSuchAlgorithmException {
        byte[] content = Files.readAllBytes(file);
        String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        assertEquals(new Published(content.length, sha256), published(repo, name));
    }

    @ParameterizedTest
    @CsvSource({"openai-community/gpt2, gpt2.json", "openai-community/gpt2-xl, gpt2-xl.json",
        "distilbert/distilgpt2, distilgpt2.json"})
    void weightsAreThoseThatAreVerified(String repo, String references) throws IOException {
        String sha256 = published(repo, "model.safetensors").sha256();
        String table = Files.readString(Path.of(VERIFY + references));
        assertTrue(table.startsWith("{\"sha256\": \"" + sha256 + "\""), sha256 + ", got " + table.lines().findFirst());
    }

    private static Published published(String repo, String name) {
        RepoId id = RepoId.parse(repo).orElseThrow();
        return PublishedFiles.find(id, PublishedFiles.commit(id).orElseThrow(), name).orElseThrow();
    }
}
