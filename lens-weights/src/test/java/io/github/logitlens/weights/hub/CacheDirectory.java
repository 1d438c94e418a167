package io.github.logitlens.weights.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A Hugging Face cache in a test's own directory.
record CacheDirectory(Path home) {

    static final HubTiming QUICK = new HubTiming(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5),
            Duration.ZERO, Duration.ZERO);
    static final String NAME = "someone/tiny";

    /// An environment that knows this cache and that hub.
    Map<String, String> environment(String endpoint, String... more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HF_HOME", home.toString());
        environment.put("HF_ENDPOINT", endpoint);
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return environment;
    }

    ModelHub hub(FakeHub server, String... more) {
        return ModelHub.of(environment(server.endpoint(), more), QUICK);
    }

    ModelHub hubAt(String endpoint) {
        return ModelHub.of(environment(endpoint), new HubTiming(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(60),
                Duration.ZERO, Duration.ZERO));
    }

    /// A hub that nobody answers for.
    ModelHub unreachable(String... more) {
        return ModelHub.of(environment("http://127.0.0.1:1", more), QUICK);
    }

    Path root() {
        return home.resolve("hub");
    }

    Path folder(String folder) {
        return root().resolve(folder);
    }

    /// A model as Python leaves it: refs, blobs, relative links.
    Path python(String folder, String commit, Map<String, String> files) throws IOException {
        Path snapshot = folder(folder).resolve("snapshots").resolve(commit);
        Files.createDirectories(snapshot);
        Files.createDirectories(folder(folder).resolve("refs"));
        Files.createDirectories(folder(folder).resolve("blobs"));
        Files.writeString(folder(folder).resolve("refs/main"), commit);
        for (Map.Entry<String, String> file : files.entrySet()) {
            String etag = FakeHub.sha256(file.getValue().getBytes());
            Files.writeString(folder(folder).resolve("blobs").resolve(etag), file.getValue());
            Files.createSymbolicLink(snapshot.resolve(file.getKey()), Path.of("../../blobs", etag));
        }
        return snapshot;
    }

    /// Every file and link, as paths relative to the cache.
    List<String> listing() throws IOException {
        if (!Files.exists(root())) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(root())) {
            return paths.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> root().relativize(path).toString().replace('\\', '/')).sorted().toList();
        }
    }

    /// Checks the promise that holds at any time: what bears a final name is complete and right, and with `settled` nothing
    /// unfinished is left.
    void check(FakeHub server, boolean settled) throws IOException {
        for (String path : listing()) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (name.endsWith(".incomplete")) {
                assertEquals(false, settled, path);
            } else if (path.contains("/snapshots/")) {
                assertArrayEquals(server.content(name), Files.readAllBytes(root().resolve(path)), path);
            } else if (path.contains("/blobs/")) {
                byte[] content = Files.readAllBytes(root().resolve(path));
                assertEquals(name, name.length() == 64 ? FakeHub.sha256(content) : FakeHub.gitHash(content), path);
            } else if (path.contains("/.no_exist/")) {
                assertEquals(0, Files.size(root().resolve(path)), path);
            } else {
                assertEquals(FakeHub.COMMIT, Files.readString(root().resolve(path)), path);
            }
        }
    }
}
