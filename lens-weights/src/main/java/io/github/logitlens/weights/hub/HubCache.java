package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.internal.bytes.AtomicFile;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.layout.Directories;
import io.github.logitlens.weights.internal.layout.ModelFiles;
import io.github.logitlens.weights.internal.layout.OtherLayout;
import io.github.logitlens.weights.internal.layout.ShardIndex;
import io.github.logitlens.weights.internal.layout.ShardIndexException;
import io.github.logitlens.weights.internal.layout.WeightsForm;
import io.github.logitlens.weights.internal.text.JsonException;
import io.github.logitlens.weights.internal.text.JsonFields;
import io.github.logitlens.weights.internal.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The directory in which Hugging Face's libraries keep what they download:
///
/// ```text
/// models--openai-community--gpt2/
///     refs/main                              the commit that main was, 40 hexadecimal digits
///     snapshots/<commit>/model.safetensors   a relative link to ../../blobs/<etag>, or the file itself
///     blobs/<etag>                           the content
///     blobs/<etag>.<8 digits>.incomplete     a download in progress, of one process only
///     .no_exist/<commit>/tokenizer.json      empty: the hub has no such file
/// ```
///
/// A file gets its final name when it is complete, by renaming, so any number of processes may work here at once.
final class HubCache {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");
    private static final Pattern UNFINISHED = Pattern.compile(".*\\.[0-9a-f]{8}\\.incomplete");
    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final Pattern WEIGHTS = Pattern.compile("model(-\\d+-of-\\d+)?\\.safetensors");
    private static final int LONGEST_NAME = 130;
    private static final String MAIN = "main";
    private static final String ABSENT = ".no_exist";
    private static final List<String> TOKENIZER = Stream.of(
            List.of(ModelFiles.TOKENIZER_JSON, ModelFiles.VOCAB, ModelFiles.MERGES), ModelFiles.TOKENIZER_SETTINGS,
            ModelFiles.OTHER_VOCABULARIES).flatMap(List::stream).toList();

    private final Path root;
    private final boolean symbolicLinks;

    HubCache(Path root, boolean symbolicLinks) {
        this.root = root;
        this.symbolicLinks = symbolicLinks;
    }

    Path root() {
        return root;
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    private static boolean isSafeName(String text) {
        return NAME.matcher(text).matches();
    }

    /// The complete snapshot of `repo`, under this name or another of its names: main's, else the newest one, else one
    /// that somebody made by hand.
    Optional<CachedModel> find(RepoId repo) {
        return repo.names().stream().flatMap(name -> findExactly(name).stream()).findFirst();
    }

    /// The snapshot of `repo` that has certain files.
    Optional<Path> find(RepoId repo, List<String> files) {
        return snapshots(repo).stream()
                .filter(snapshot -> files.stream().allMatch(file -> Files.isRegularFile(snapshot.resolve(file)))).findFirst();
    }

    private Optional<CachedModel> findExactly(RepoId repo) {
        return snapshots(repo).stream().flatMap(snapshot -> complete(repo, snapshot).stream()).findFirst();
    }

    /// The snapshots of a repository: what `refs/main` names, then commits, the newest first, then those that somebody gave another
    /// name, `main` before all.
    private List<Path> snapshots(RepoId repo) {
        Path folder = root.resolve(repo.folder());
        Set<Path> snapshots = new LinkedHashSet<>();
        main(folder).ifPresent(name -> snapshots.add(folder.resolve("snapshots").resolve(name)));
        Directories.children(folder.resolve("snapshots")).stream().sorted(Comparator
                .comparing((Path path) -> !isCommit(path.getFileName().toString()))
                .thenComparing(path -> !path.endsWith(MAIN))
                .thenComparing(HubCache::modified, Comparator.reverseOrder())).forEach(snapshots::add);
        return List.copyOf(snapshots);
    }

    /// What `refs/main` says: a commit, or the name of a snapshot that somebody made by hand.
    private static Optional<String> main(Path folder) {
        try (var in = Files.newInputStream(folder.resolve("refs").resolve(MAIN))) {
            String name = new String(in.readNBytes(LONGEST_NAME), StandardCharsets.ISO_8859_1).strip();
            return isSafeName(name) ? Optional.of(name) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// What there is of a model that is not complete, for a message.
    Optional<String> remains(RepoId repo) {
        for (RepoId name : repo.names()) {
            for (Path snapshot : snapshots(name)) {
                List<String> files = Directories.names(snapshot);
                if (!files.isEmpty()) {
                    return Optional.of("in " + snapshot + " there is " + OtherLayout.describe(files.stream()
                            .filter(file -> !WEIGHTS.matcher(file).matches()).toList())
                            .orElse("no complete model, only " + Text.escape(String.join(", ", files))));
                }
            }
        }
        return Optional.empty();
    }

    /// Whether it is known which tokenizer a model has: its files are there, or the hub has said that it has none.
    boolean knowsTokenizer(CachedModel model) {
        List<String> files = Directories.names(model.directory());
        boolean there = files.contains(ModelFiles.TOKENIZER_JSON)
                || files.contains(ModelFiles.VOCAB) && files.contains(ModelFiles.MERGES)
                || ModelFiles.OTHER_VOCABULARIES.stream().anyMatch(files::contains);
        Path absent = model.directory().getParent().resolveSibling(ABSENT).resolve(model.revision());
        return there || Files.exists(absent.resolve(ModelFiles.TOKENIZER_JSON))
                && Files.exists(absent.resolve(ModelFiles.VOCAB));
    }

    /// Remembers, as Python does, that the hub has no such file, so that it is not asked again.
    void noteAbsent(RepoId repo, String commit, String file) {
        Path marker = root.resolve(repo.folder()).resolve(ABSENT).resolve(commit).resolve(file);
        try {
            Files.createDirectories(marker.getParent());
            Files.createFile(marker);
        } catch (IOException _) {
            // It is there, or else the hub will be asked again.
        }
    }

    private static FileTime modified(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException _) {
            return FileTime.fromMillis(0);
        }
    }

    /// The model in a snapshot that has a configuration and all weights.
    private static Optional<CachedModel> complete(RepoId repo, Path snapshot) {
        try {
            Set<String> files = weights(snapshot);
            if (files.isEmpty() || !Files.isRegularFile(snapshot.resolve(ModelFiles.CONFIG))) {
                return Optional.empty();
            }
            long bytes = Files.size(snapshot.resolve(ModelFiles.CONFIG));
            for (String file : files) {
                bytes += Files.size(snapshot.resolve(file));
            }
            for (String file : TOKENIZER) {
                bytes += Files.isRegularFile(snapshot.resolve(file)) ? Files.size(snapshot.resolve(file)) : 0;
            }
            return Optional.of(new CachedModel(repo.text(), snapshot.getFileName().toString(), snapshot, bytes));
        } catch (IOException | HubException _) {
            return Optional.empty();
        }
    }

    /// The files of the weights in a snapshot, their index too; none if they are not complete, or in a form that is not read.
    private static Set<String> weights(Path snapshot) throws IOException {
        for (WeightsForm form : WeightsForm.values()) {
            if (Files.isRegularFile(snapshot.resolve(form.single()))) {
                return isRead(form, snapshot.resolve(form.single())) ? Set.of(form.single()) : Set.of();
            }
            Path index = snapshot.resolve(form.index());
            if (Files.isRegularFile(index)) {
                Set<String> files = new LinkedHashSet<>(List.of(form.index()));
                for (String shard : shardNames(index, form)) {
                    if (!isRead(form, snapshot.resolve(shard))) {
                        return Set.of();
                    }
                    files.add(shard);
                }
                return files;
            }
        }
        return Set.of();
    }

    private static boolean isRead(WeightsForm form, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return form.reads((byte) in.read());
        }
    }

    /// Every model here that is a GPT-2 and complete, by name.
    List<CachedModel> models() {
        return Directories.children(root).stream().flatMap(folder -> RepoId.ofFolder(folder).stream())
                .flatMap(repo -> findExactly(repo).stream()).filter(HubCache::isGpt2)
                .sorted(Comparator.comparing(CachedModel::name)).toList();
    }

    private static boolean isGpt2(CachedModel model) {
        Path config = model.directory().resolve(ModelFiles.CONFIG);
        try {
            JsonFields.Value type = JsonFields.parse(content(config), config.toString()).get("model_type");
            return type == null || type.text().equals("gpt2");
        } catch (HubException | JsonException _) {
            return false;
        }
    }

    /// The files that the weights' index in a snapshot names.
    ///
    /// @throws HubException if it names none, or one outside the snapshot
    static Set<String> shardNames(Path index, WeightsForm form) {
        try {
            return ShardIndex.shardNames(content(index), index.toString(), form);
        } catch (ShardIndexException e) {
            throw new HubException(Reason.BAD_INDEX, e.getMessage(), e);
        }
    }

    private static byte[] content(Path file) {
        return FileSource.content(file, ModelFiles.MAX_JSON_BYTES, (fault, message, cause) ->
                new HubException(Reason.CACHE_NOT_READABLE, message, cause.orElse(null)));
    }

    // What follows writes.

    Path blob(RepoId repo, String etag) {
        return root.resolve(repo.folder()).resolve("blobs").resolve(etag);
    }

    Path snapshot(RepoId repo, String commit) {
        return root.resolve(repo.folder()).resolve("snapshots").resolve(commit);
    }

    /// The path of a complete file with that content, if there is one.
    Optional<Path> present(RepoId repo, RemoteFile file) {
        for (Path path : List.of(snapshot(repo, file.commit()).resolve(file.name()), blob(repo, file.etag()))) {
            try {
                boolean sameContent = !Files.isSymbolicLink(path)
                        || path.toRealPath().getFileName().toString().equals(file.etag());
                if (sameContent && Files.isRegularFile(path)
                        && (file.bytes() < 0 || Files.size(path) == file.bytes())) {
                    return Optional.of(path);
                }
            } catch (IOException _) {
                // Not there, then.
            }
        }
        return Optional.empty();
    }

    /// Makes the directories of a repository and a file for a download, whose name nobody else has.
    ///
    /// @throws HubException if nothing can be written there
    Path newTemporary(RepoId repo, String etag) {
        Path blobs = root.resolve(repo.folder()).resolve("blobs");
        try {
            Files.createDirectories(blobs);
            removeAbandoned(blobs);
            Path temporary = blobs.resolve(etag + "." + random() + ".incomplete");
            Files.createFile(temporary);
            return temporary;
        } catch (IOException e) {
            throw notWritable(blobs, e);
        }
    }

    /// A download of a process that was killed is not gone on with: nobody knows whether it still runs.
    private static void removeAbandoned(Path blobs) throws IOException {
        FileTime limit = FileTime.from(Instant.now().minus(ABANDONED));
        for (Path path : Directories.children(blobs)) {
            if (UNFINISHED.matcher(path.getFileName().toString()).matches() && modified(path).compareTo(limit) < 0) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static String random() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    /// Gives a complete, checked, synced file its names.
    ///
    /// @param temporary is gone afterwards
    void install(RepoId repo, RemoteFile file, Path temporary) {
        Path name = snapshot(repo, file.commit()).resolve(file.name());
        try {
            if (symbolicLinks) {
                Path blob = blob(repo, file.etag());
                AtomicFile.rename(temporary, blob);
                link(repo, file);
            } else {
                Files.createDirectories(name.getParent());
                AtomicFile.rename(temporary, name);
            }
        } catch (IOException e) {
            throw notWritable(name, e);
        }
    }

    /// Makes a file that is there appear in its snapshot.
    void link(RepoId repo, RemoteFile file) {
        Path name = snapshot(repo, file.commit()).resolve(file.name());
        Path blob = blob(repo, file.etag());
        Path temporary = AtomicFile.temporary(name);
        try {
            if (Files.exists(name) && (!Files.exists(blob) || Files.isSameFile(name, blob))) {
                return;
            }
            Files.createDirectories(name.getParent());
            try {
                if (symbolicLinks) {
                    Files.createSymbolicLink(temporary, name.getParent().relativize(blob));
                } else {
                    Files.copy(blob, temporary);
                }
            } catch (UnsupportedOperationException | FileSystemException _) {
                Files.copy(blob, temporary, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(temporary, name, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notWritable(name, e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    /// Remembers what main is, once its files are there.
    void writeMain(RepoId repo, String commit) {
        Path folder = root.resolve(repo.folder());
        Path ref = folder.resolve("refs").resolve(MAIN);
        if (main(folder).equals(Optional.of(commit))) {
            return;
        }
        try {
            Files.createDirectories(ref.getParent());
            AtomicFile.write(ref, out -> out.write(ByteBuffer.wrap(commit.getBytes(StandardCharsets.US_ASCII))));
        } catch (IOException e) {
            throw notWritable(ref, e);
        }
    }

    static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // It bears a name that nobody takes for a complete file.
        }
    }

    HubException notWritable(Path path, IOException e) {
        return new HubException(Reason.CACHE_NOT_WRITABLE,
                path + ": expected a cache that can be written to: " + FileSource.describe(e)
                        + " (HF_HUB_CACHE names another one)", e);
    }
}
