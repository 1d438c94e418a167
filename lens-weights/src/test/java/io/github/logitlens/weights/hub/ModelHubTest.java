package io.github.logitlens.weights.hub;

import static io.github.logitlens.weights.hub.CacheDirectory.NAME;
import static io.github.logitlens.weights.hub.FakeHub.COMMIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.hub.HubException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is found on the machine, what a good hub's files become in the cache, and what the environment means.
@Timeout(60)
class ModelHubTest {

    private static final String OTHER = "fedcba9876543210fedcba9876543210fedcba98";
    private static final Map<String, String> MODEL =
            Map.of("config.json", "{\"model_type\": \"gpt2\"}", "model.safetensors", "weights");

    @TempDir
    Path dir;

    private CacheDirectory cache() {
        return new CacheDirectory(dir);
    }

    private static byte[] weights(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static Reason refused(Executable action) {
        HubException e = assertThrows(HubException.class, action);
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        return e.reason();
    }

    // What is on the machine.

    @ParameterizedTest
    @CsvSource({"gpt2,models--gpt2", "gpt2,models--openai-community--gpt2", "openai-community/gpt2,models--gpt2",
            "openai-community/gpt2-xl,models--gpt2-xl", "gpt2-large,models--openai-community--gpt2-large",
            "distilgpt2,models--distilgpt2", "distilgpt2,models--distilbert--distilgpt2",
            "distilbert/distilgpt2,models--distilgpt2", "someone/tiny,models--someone--tiny", "mine,models--mine"})
    void aCachedModelIsFoundUnderItsNamesWithoutNetwork(String name, String folder) throws IOException {
        Path snapshot = cache().python(folder, COMMIT, MODEL);
        assertEquals(snapshot, cache().unreachable().resolve(name));
        assertEquals(snapshot, cache().unreachable("HF_HUB_OFFLINE", "1").resolve(name));
    }

    @Test
    void aDirectoryComesFirst() throws IOException {
        cache().python("models--someone--tiny", COMMIT, MODEL);
        Path directory = Files.createDirectories(dir.resolve("models/mine"));
        assertEquals(directory, cache().unreachable().resolve(directory.toString()));
    }

    @Test
    void mainIsPreferredToANewerSnapshotAndTheNewestWithoutIt() throws IOException {
        Path main = cache().python("models--gpt2", COMMIT, MODEL);
        Path other = main.resolveSibling(OTHER);
        Files.createDirectories(other);
        for (String file : MODEL.keySet()) {
            Files.copy(main.resolve(file), other.resolve(file));
        }
        Files.setLastModifiedTime(main, FileTime.from(Instant.EPOCH));
        assertEquals(main, cache().unreachable().resolve("gpt2"));
        Files.writeString(dir.resolve("hub/models--gpt2/refs/main"), COMMIT + "\n");
        assertEquals(main, cache().unreachable().resolve("gpt2"));
        Files.writeString(dir.resolve("hub/models--gpt2/refs/main"), "../../../evil");
        assertEquals(other, cache().unreachable().resolve("gpt2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "model.safetensors"})
    void anIncompleteSnapshotIsNoModel(String missing) throws IOException {
        Path snapshot = cache().python("models--gpt2", COMMIT, MODEL);
        Files.delete(snapshot.resolve(missing).toRealPath());
        assertTrue(cache().unreachable().find("gpt2").isEmpty());
        assertEquals(Reason.UNREACHABLE, refused(() -> cache().unreachable().resolve("gpt2")));
    }

    @Test
    void aShardedModelIsCompleteWithAllItsShards() throws IOException {
        Map<String, String> files = new HashMap<>(Map.of("config.json", "{}", "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"2.safetensors\"}}", "1.safetensors", "one"));
        Path snapshot = cache().python("models--someone--tiny", COMMIT, files);
        assertTrue(cache().unreachable().find(NAME).isEmpty());
        Files.writeString(snapshot.resolve("2.safetensors"), "two");
        assertEquals(snapshot, cache().unreachable().resolve(NAME));
    }

    @Test
    void modelsListsCompleteGpt2sOnly() throws IOException {
        cache().python("models--openai-community--gpt2", COMMIT, MODEL);
        cache().python("models--bert", COMMIT, Map.of("config.json", "{\"model_type\": \"bert\"}", "model.safetensors", "w"));
        cache().python("models--partial", COMMIT, Map.of("config.json", "{}"));
        Files.createDirectories(cache().folder("models--..--x/snapshots"));
        Files.writeString(cache().folder("CACHEDIR.TAG"), "Signature");
        List<CachedModel> models = cache().unreachable().models();
        assertEquals(1, models.size(), models.toString());
        CachedModel model = models.getFirst();
        assertEquals("openai-community/gpt2", model.name());
        assertEquals(COMMIT, model.revision());
        assertEquals("{\"model_type\": \"gpt2\"}".length() + "weights".length(), model.bytes());
        assertEquals(List.of(), new CacheDirectory(dir.resolve("none")).unreachable().models());
    }

    @Test
    void offlineWithoutTheModelNamesTheVariable() {
        for (String variable : List.of("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")) {
            for (String yes : List.of("1", "on", "YES", "True")) {
                HubException e = assertThrows(HubException.class, () -> cache().unreachable(variable, yes).resolve("gpt2"));
                assertEquals(Reason.OFFLINE, e.reason());
                assertTrue(e.getMessage().contains(variable) && e.getMessage().contains("gpt2"), e.getMessage());
            }
            assertEquals(Reason.UNREACHABLE, refused(() -> cache().unreachable(variable, "0").resolve("gpt2")));
        }
    }

    @Test
    void withoutNetworkWhatIsHereWillDo() throws IOException {
        Path snapshot = cache().python("models--gpt2", COMMIT, MODEL);
        assertEquals(snapshot, cache().unreachable().download("gpt2"));
    }

    // Names.

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "...", "../x", "/etc/nothing", "a/../b", "a/b/c", "a\\b", "a/b\\..\\c", "a\0b", "a\nb", "%2e%2e/x",
            "a/%2e", "a--b", ".git", "x.git", "-a", "a-", ".a", "a.", "a//b", "/a", "a/", "C:", "C:/x", "a b", "a?b", "a#b", "é", "a@b",
            "http://x/y", "\uD800"})
    void namesThatCannotBeOnTheHubAreRefusedBeforeAnythingIsDone(String name) throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(10))) {
            assertEquals(Reason.BAD_NAME, refused(() -> cache().hub(server).resolve(name)));
            assertEquals(Reason.BAD_NAME, refused(() -> cache().hub(server).download(name)));
            assertEquals(List.of(), server.requests());
            assertEquals(List.of(), cache().listing());
        }
    }

    @Test
    void aNameWithoutOwnerThatNobodyKnowsIsNotAskedFor() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(10))) {
            assertEquals(Reason.BAD_NAME, refused(() -> cache().hub(server).resolve("no-such")));
            assertEquals(List.of(), server.requests());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/../b", "/a", "a//b", "a\\b", "C:x", "a\0", "a\nb", "x/.", "NUL", "a/con", "\uD800"})
    void fileNamesThatLeaveTheFolderAreRefused(String file) {
        assertEquals(Reason.BAD_INDEX, refused(() -> RepoId.checkedFile(file)));
        assertEquals("part/model-00001.safetensors", RepoId.checkedFile("part/model-00001.safetensors"));
    }

    // Downloads from a good hub.

    @Test
    void aDownloadIsWhatPythonWouldHaveMade() throws IOException {
        byte[] weights = weights(100_000);
        try (FakeHub server = FakeHub.withModel(weights)) {
            List<DownloadProgress.At> seen = new ArrayList<>();
            Path snapshot = cache().hub(server).withProgress(seen::add).resolve(NAME);
            Path folder = cache().folder("models--someone--tiny");
            assertEquals(folder.resolve("snapshots").resolve(COMMIT), snapshot);
            assertEquals(COMMIT, Files.readString(folder.resolve("refs/main")));
            assertEquals(Path.of("../../blobs", FakeHub.sha256(weights)),
                    Files.readSymbolicLink(snapshot.resolve("model.safetensors")));
            assertEquals(Path.of("../../blobs", FakeHub.gitHash(server.content("config.json"))),
                    Files.readSymbolicLink(snapshot.resolve("config.json")));
            assertEquals(7, cache().listing().size(), cache().listing().toString());
            cache().check(server, true);
            DownloadProgress.At last = seen.getLast();
            assertEquals("model.safetensors", last.file());
            assertEquals(weights.length, last.fileBytes());
            assertEquals(last.totalBytes(), last.bytes());
            assertEquals(weights.length + 2 + server.content("config.json").length, last.totalBytes());

            int before = server.requests().size();
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            assertEquals(before, server.requests().size());
            assertEquals(snapshot, cache().hub(server).download(NAME));
            assertTrue(server.requests().subList(before, server.requests().size()).stream()
                    .allMatch(FakeHub.Request::isHead));
        }
    }

    @Test
    void whatIsMissingIsFetchedAndNothingElse() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(1000))) {
            Path snapshot = cache().hub(server).resolve(NAME);
            Files.delete(snapshot.resolve("model.safetensors").toRealPath());
            Files.delete(snapshot.resolve("config.json"));
            cache().hub(server).resolve(NAME);
            assertEquals(2, server.gets("model.safetensors"));
            assertEquals(1, server.gets("config.json"));
            // A short file under a final name, as other tools may leave it, is replaced.
            Files.write(snapshot.resolve("model.safetensors").toRealPath(), new byte[7]);
            cache().hub(server).download(NAME);
            assertEquals(3, server.gets("model.safetensors"));
            cache().check(server, true);
        }
    }

    @Test
    void shardsAndTheOlderTokenizerFiles() throws IOException {
        try (FakeHub server = new FakeHub().file("config.json", "{}").file("vocab.json", "{}").file("merges.txt", "#")
                .file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"s/1.safetensors\", \"b\": \"2.safetensors\"}}")
                .file("1.safetensors", "one").file("2.safetensors", "two")) {
            Path snapshot = cache().hub(server).resolve(NAME);
            assertEquals("one", Files.readString(snapshot.resolve("s/1.safetensors")));
            assertEquals("../../../blobs", Files.readSymbolicLink(snapshot.resolve("s/1.safetensors")).getParent().toString());
            assertEquals("two", Files.readString(snapshot.resolve("2.safetensors")));
            assertEquals("#", Files.readString(snapshot.resolve("merges.txt")));
            cache().check(server, true);
        }
    }

    @Test
    void aShardNameThatLeavesTheFolderIsRefused() throws IOException {
        try (FakeHub server = new FakeHub().file("config.json", "{}")
                .file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../../../evil.safetensors\"}}")
                .file("evil.safetensors", "evil")) {
            assertEquals(Reason.BAD_INDEX, refused(() -> cache().hub(server).resolve(NAME)));
            try (Stream<Path> paths = Files.walk(dir)) {
                assertFalse(paths.anyMatch(path -> path.toString().contains("evil")));
            }
        }
    }

    @Test
    void aRenamedRepositoryIsFollowed() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(1000))) {
            server.handler = (request, out) -> {
                if (request.path().startsWith("/old/name/")) {
                    out.write(FakeHub.headers("307 Temporary Redirect", "Content-Length: 0",
                            "Location: " + request.path().replace("/old/name/", "/new/name/")));
                } else {
                    server.serve(request, out);
                }
            };
            assertEquals(cache().folder("models--old--name/snapshots/" + COMMIT), cache().hub(server).resolve("old/name"));
            cache().check(server, true);
        }
    }

    @Test
    void withoutSymbolicLinksTheFilesThemselvesAreInTheSnapshot() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(1000))) {
            Path snapshot = cache().hub(server, "HF_HUB_DISABLE_SYMLINKS", "1").resolve(NAME);
            assertFalse(Files.isSymbolicLink(snapshot.resolve("model.safetensors")));
            cache().check(server, true);
            cache().hub(server, "HF_HUB_DISABLE_SYMLINKS", "1").download(NAME);
            assertEquals(1, server.gets("model.safetensors"));
        }
    }

    private static final String PUBLISHED = "607a30d783dfa663caf39e06633721c8d4cfcd7e";

    @Test
    void thePublishedFilesAreTheOnlyOnesOfTheirCommit() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(1000))) {
            server.commits.add(PUBLISHED);
            // The size is wrong, or where it fits, the hash.
            assertEquals(Reason.WRONG_SIZE, refused(() -> cache().hub(server).resolve("gpt2")));
            assertEquals("/gpt2/resolve/" + PUBLISHED + "/config.json", server.requests().getFirst().path());
            server.file("config.json", " ".repeat(665));
            assertEquals(Reason.WRONG_CONTENT, refused(() -> cache().hub(server).resolve("openai-community/gpt2")));
            server.file("config.json", Files.readString(Path.of("src/test/resources/io/github/logitlens/weights/config.gpt2.json")));
            assertEquals(Reason.WRONG_CONTENT, refused(() -> cache().hub(server).resolve("gpt2")));
            assertEquals(0, server.gets("model.safetensors"));
        }
    }

    @Test
    void whatIsNotOfThePublishedCommitIsNotComparedWithIt() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(1000))) {
            assertEquals(COMMIT, cache().hub(server).resolve("gpt2").getFileName().toString());
            cache().check(server, true);
            assertEquals(COMMIT, cache().hub(server).resolve("gpt2-medium").getFileName().toString());
        }
    }

    /// The sizes leave a header of about as many bytes a tensor in both: names are longer by a prefix, offsets shorter
    /// by a digit.
    @ParameterizedTest
    @CsvSource({"openai-community/gpt2, 12, 124439808", "distilbert/distilgpt2, 6, 81912576"})
    void thePublishedSizesFitTheModels(String name, int nLayers, long parameters) {
        RepoId repo = RepoId.parse(name).orElseThrow();
        String commit = PublishedFiles.commit(repo).orElseThrow();
        long size = PublishedFiles.find(repo, commit, "model.safetensors").orElseThrow().bytes();
        long masks = nLayers * 1024L * 1024;
        double headerPerTensor = (size - 4 * (parameters + masks)) / (13.0 * nLayers + 4);
        assertTrue(headerPerTensor > 88 && headerPerTensor < 102, name + ": " + headerPerTensor);
        assertTrue(PublishedFiles.find(repo, COMMIT, "model.safetensors").isEmpty());
    }

    // Tokenizers.

    @Test
    void theTokenizersSettingsAreFetchedToo() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(10)).file("tokenizer_config.json", "{\"a\":1}")
                .file("special_tokens_map.json", "{\"b\":1}").file("added_tokens.json", "{\"c\":1}").file("vocab.json",
                "{}")
                .file("spiece.model", "x")) {
            Path snapshot = cache().hub(server).resolve(NAME);
            assertEquals(List.of("added_tokens.json", "config.json", "model.safetensors", "special_tokens_map.json",
                    "tokenizer.json", "tokenizer_config.json"), names(snapshot));
            cache().check(server, true);
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"spiece.model", "tokenizer.model", "vocab.txt", "sentencepiece.bpe.model", "yttm.model"})
    void anotherKindOfVocabularyIsFetchedWhereThereIsNoOther(String file) throws IOException {
        try (FakeHub server = new FakeHub().file("config.json", "{}").file("model.safetensors", "w").file(file,
                "vocabulary")) {
            assertTrue(names(cache().hub(server).resolve(NAME)).contains(file));
            cache().check(server, true);
        }
    }

    @Test
    void aModelThatIsHereWithoutItsTokenizerHasItFetched() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(10)).file("added_tokens.json", "{}")) {
            Path snapshot = cache().python("models--someone--tiny", COMMIT, MODEL);
            assertEquals(Optional.of(snapshot), cache().hub(server).find(NAME));
            assertEquals(List.of(), server.requests());
            assertEquals(snapshot, cache().hub(server, "HF_HUB_OFFLINE", "1").resolve(NAME));
            assertEquals(List.of(), server.requests());
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            assertEquals(List.of("added_tokens.json", "config.json", "model.safetensors", "tokenizer.json"),
                    names(snapshot));
            assertTrue(server.requests().stream().allMatch(request -> request.path().contains("/resolve/" + COMMIT
                    + "/")));
            int before = server.requests().size();
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            assertEquals(before, server.requests().size());
        }
    }

    /// Merges without a vocabulary are half a tokenizer.
    @Test
    void halfATokenizerIsCompleted() throws IOException {
        try (FakeHub server = new FakeHub().file("vocab.json", "{}").file("merges.txt", "#")) {
            Path snapshot = cache().python("models--someone--tiny", COMMIT, MODEL);
            Files.writeString(snapshot.resolve("merges.txt"), "#");
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            assertEquals(List.of("config.json", "merges.txt", "model.safetensors", "vocab.json"), names(snapshot));
        }
    }

    @Test
    void aModelWithoutATokenizerIsAskedForItOnce() throws IOException {
        try (FakeHub server = new FakeHub()) {
            Path snapshot = cache().python("models--someone--tiny", COMMIT, MODEL);
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            int before = server.requests().size();
            assertTrue(before > 0);
            assertTrue(Files.exists(cache().folder("models--someone--tiny/.no_exist/" + COMMIT + "/tokenizer.json")));
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            assertEquals(before, server.requests().size());
        }
    }

    @Test
    void aHubThatFailsLeavesTheModelAsItWas() throws IOException {
        try (FakeHub server = new FakeHub()) {
            server.handler = (request, out) -> out.write(FakeHub.headers("401 Unauthorized", "Content-Length: 0"));
            Path snapshot = cache().python("models--someone--tiny", COMMIT, MODEL);
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            assertEquals(List.of("config.json", "model.safetensors"), names(snapshot));
            assertEquals(1, server.requests().size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "openai-community/gpt2-xl", "distilgpt2"})
    void theModelsOfTheBundledVocabularyAreNotAskedForTheirs(String name) throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(10))) {
            cache().python("models--" + name.replace("/", "--"), COMMIT, MODEL);
            cache().hub(server).resolve(name);
            assertEquals(List.of(), server.requests());
        }
    }

    // Other layouts.

    @ParameterizedTest
    @CsvSource({"model.fp16.safetensors, a variant", "tf_model.h5, TensorFlow's format", "flax_model.msgpack, Flax's format",
        "adapter_config.json, an adapter"})
    void aModelWithoutWeightsIsNamedByWhatItHas(String file, String what) throws IOException {
        try (FakeHub server = new FakeHub().file("config.json", "{}").file("tokenizer.json", "{}").file(file, "x")) {
            HubException e = assertThrows(HubException.class, () -> cache().hub(server).resolve(NAME));
            assertEquals(Reason.NO_WEIGHTS, e.reason());
            assertTrue(e.getMessage().startsWith("model 'someone/tiny': expected model.safetensors, "
                    + "pytorch_model.bin or the index of either's shards, got " + file + ": " + what), e.getMessage());
            assertTrue(server.requests().stream().allMatch(FakeHub.Request::isHead));
        }
    }

    private static final String ZIP = "PK\u0003\u0004";
    private static final String OLD_PICKLE = "\u0080\u0002";

    @Test
    void pytorchsFormIsFetchedWhereThereIsNoSafetensors() throws IOException {
        try (FakeHub server = new FakeHub().file("config.json", "{\"model_type\": \"gpt2\"}").file("tokenizer.json", "{}")
                .file("pytorch_model.bin", ZIP + "weights")) {
            Path snapshot = cache().hub(server).resolve(NAME);
            assertEquals(List.of("config.json", "pytorch_model.bin", "tokenizer.json"), names(snapshot));
            cache().check(server, true);
            assertEquals(snapshot, cache().unreachable("HF_HUB_OFFLINE", "1").resolve(NAME));
            CachedModel model = cache().unreachable().models().getFirst();
            assertEquals("{\"model_type\": \"gpt2\"}{}PK..weights".length(), model.bytes());
            server.file("model.safetensors", "other weights");
            assertEquals(snapshot, cache().hub(server).download(NAME));
            assertTrue(Files.exists(snapshot.resolve("model.safetensors")));
            assertEquals(1, server.gets("model.safetensors"));
        }
    }

    @Test
    void pytorchsShardsAreFetchedByTheirIndex() throws IOException {
        try (FakeHub server = new FakeHub().file("config.json", "{}").file("tokenizer.json", "{}")
                .file("pytorch_model.bin.index.json", "{\"weight_map\": {\"a\": \"1.bin\", \"b\": \"2.bin\"}}")
                .file("1.bin", ZIP + "one").file("2.bin", ZIP + "two")) {
            Path snapshot = cache().hub(server).resolve(NAME);
            assertEquals(List.of("1.bin", "2.bin", "config.json", "pytorch_model.bin.index.json", "tokenizer.json"), names(snapshot));
            assertEquals(snapshot, cache().unreachable().resolve(NAME));
            Files.delete(snapshot.resolve("2.bin"));
            assertTrue(cache().unreachable().find(NAME).isEmpty());
        }
    }

    @Test
    void pytorchsOldFormIsRefusedBeforeAllOfItIsFetched() throws IOException {
        byte[] old = OLD_PICKLE.concat("x".repeat(1 << 20)).getBytes(StandardCharsets.ISO_8859_1);
        try (FakeHub server = new FakeHub().file("config.json", "{}").file("tokenizer.json", "{}").file("pytorch_model.bin", old)) {
            HubException e = assertThrows(HubException.class, () -> cache().hub(server).resolve(NAME));
            assertEquals(Reason.NO_WEIGHTS, e.reason());
            assertTrue(e.getMessage().contains("got pytorch_model.bin: PyTorch's format under another name, incomplete, or of before "
                    + "version 1.6"), e.getMessage());
            assertEquals(List.of(), cache().listing());
        }
    }

    @Test
    void pytorchsOldFormInTheCacheIsNoModel() throws IOException {
        Path snapshot = cache().python("models--someone--tiny", COMMIT, Map.of("config.json", "{}"));
        Path weights = snapshot.resolve("pytorch_model.bin");
        Files.write(weights, OLD_PICKLE.getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(cache().unreachable().find(NAME).isEmpty());
        Files.writeString(weights, ZIP);
        assertEquals(snapshot, cache().unreachable().resolve(NAME));
        // Where both forms are, safetensors is what is opened, and has to be complete.
        Files.writeString(snapshot.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"1.safetensors\"}}");
        assertTrue(cache().unreachable().find(NAME).isEmpty());
    }

    @Test
    void anAdapterOnTheHubHasNoConfiguration() throws IOException {
        try (FakeHub server = new FakeHub().file("adapter_config.json", "{}")) {
            HubException e = assertThrows(HubException.class, () -> cache().hub(server).resolve(NAME));
            assertEquals(Reason.FILE_NOT_FOUND, e.reason());
            assertTrue(e.getMessage().contains("config.json")
                    && e.getMessage().contains("there is adapter_config.json: an adapter"),
                    e.getMessage());
        }
    }

    @Test
    void offlineAnIncompleteModelIsNamedByWhatIsThere() throws IOException {
        ModelHub offline = cache().unreachable("HF_HUB_OFFLINE", "1");
        Path snapshot = cache().python("models--someone--tiny", COMMIT, Map.of("config.json", "{}", "tf_model.h5",
                "x"));
        HubException e = assertThrows(HubException.class, () -> offline.resolve(NAME));
        assertEquals(Reason.OFFLINE, e.reason());
        assertTrue(e.getMessage().startsWith("model 'someone/tiny': in " + snapshot
                + " there is tf_model.h5: TensorFlow's"),
                e.getMessage());
        assertTrue(e.getMessage().contains("HF_HUB_OFFLINE"), e.getMessage());
        Files.delete(snapshot.resolve("tf_model.h5"));
        Files.writeString(snapshot.resolve("model-00001-of-00002.safetensors"), "x");
        e = assertThrows(HubException.class, () -> offline.resolve(NAME));
        assertTrue(e.getMessage().contains("no complete model, only "), e.getMessage());
    }

    // Caches that somebody filled by hand.

    @Test
    void aSnapshotUnderTheBranchsNameIsFound() throws IOException {
        Path snapshot = cache().python("models--someone--tiny", "main", MODEL);
        for (String refs : List.of("main", "")) {
            Files.writeString(cache().folder("models--someone--tiny/refs/main"), refs);
            assertEquals(snapshot, cache().unreachable().resolve(NAME));
        }
        Files.delete(cache().folder("models--someone--tiny/refs/main"));
        assertEquals(snapshot, cache().unreachable().resolve(NAME));
        assertEquals("main", cache().unreachable().models().getFirst().revision());
        Path other = cache().python("models--someone--tiny", "copied", MODEL);
        Files.delete(cache().folder("models--someone--tiny/refs/main"));
        assertEquals(snapshot, cache().unreachable().resolve(NAME));
        Files.delete(snapshot.resolve("config.json"));
        assertEquals(other, cache().unreachable().resolve(NAME));
        Path commit = cache().python("models--someone--tiny", COMMIT, MODEL);
        assertEquals(commit, cache().unreachable().resolve(NAME));
    }

    @Test
    void itsTokenizerIsFetchedIntoIt() throws IOException {
        try (FakeHub server = FakeHub.withModel(weights(10))) {
            Path snapshot = cache().python("models--someone--tiny", "main", MODEL);
            assertEquals(snapshot, cache().hub(server).resolve(NAME));
            assertEquals(List.of("config.json", "model.safetensors", "tokenizer.json"), names(snapshot));
            assertTrue(server.requests().getFirst().path().contains("/resolve/main/"));
        }
    }

    // The environment.

    @Test
    void theCacheIsWherePythonHasIt() {
        assertEquals(Path.of("/h/.cache/huggingface/hub"), directory("HOME", "/h"));
        assertEquals(Path.of("/x/huggingface/hub"), directory("HOME", "/h", "XDG_CACHE_HOME", "/x"));
        assertEquals(Path.of("/h/hf/hub"), directory("HOME", "/h", "XDG_CACHE_HOME", "/x", "HF_HOME", "~/hf"));
        assertEquals(Path.of("/c"), directory("HF_HOME", "/hf", "HUGGINGFACE_HUB_CACHE", "/c"));
        assertEquals(Path.of("/d/u/x"), directory("HF_HUB_CACHE", "$D/${U}/x", "D", "/d", "U", "u", "HUGGINGFACE_HUB_CACHE", "/c"));
        assertEquals(Path.of("/hf/hub"), directory("HF_HOME", "/hf", "HF_HUB_CACHE", " "));
        assertEquals(Reason.BAD_SETTING, refused(() -> directory("HF_HUB_CACHE", "a\0b")));
    }

    private static Path directory(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return ModelHub.of(environment).cacheDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x", "file:///etc", "huggingface.co", "https://", "https://user:pass@x", "https://x?q", "https://x y"})
    void badEndpointsAreRefusedWithoutBeingRepeated(String endpoint) {
        HubException e = assertThrows(HubException.class,
                () -> ModelHub.of(cache().environment(endpoint), CacheDirectory.QUICK).resolve("gpt2"));
        assertEquals(Reason.BAD_SETTING, e.reason());
        assertFalse(e.getMessage().contains("pass"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "soon", "9999999999"})
    void badTimeoutsAreRefused(String seconds) {
        assertEquals(Reason.BAD_SETTING, refused(() -> ModelHub.of(
                cache().environment("http://127.0.0.1:1", "HF_HUB_DOWNLOAD_TIMEOUT", seconds)).resolve("gpt2")));
    }
}
