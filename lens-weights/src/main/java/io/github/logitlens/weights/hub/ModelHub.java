package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.hub.PublishedFiles.Published;
import io.github.logitlens.weights.internal.layout.ModelFiles;
import io.github.logitlens.weights.internal.layout.OtherLayout;
import io.github.logitlens.weights.internal.layout.WeightsForm;
import io.github.logitlens.weights.internal.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Models by name: a directory, a model in the Hugging Face cache on this machine, or one that has to be downloaded.
///
/// ```java
/// ModelHub hub = ModelHub.standard();
/// hub.resolve("models/mine");                 // models/mine
/// hub.resolve("gpt2");                        // …/hub/models--gpt2/snapshots/607a30d783dfa663caf39e06633721c8d4cfcd7e
/// hub.find("openai-community/gpt2-xl");       // Optional.empty: not on this machine
/// ```
///
/// The cache is the one of Hugging Face's Python libraries, in the same place and layout, and the same environment
/// variables count: `HF_HOME`, `HF_HUB_CACHE`, `HF_ENDPOINT`, `HF_TOKEN` or the token's file, `HF_HUB_OFFLINE`. So a model
/// that Python has downloaded is used as it is, without any network, and what is downloaded here Python then finds. The
/// GPT-2 models are found under their old names and their new ones.
///
/// A download needs `config.json`, the weights, in safetensors form or else PyTorch's, and the tokenizer, and fetches nothing
/// else. Files
/// whose hashes were published are asked for at the commit that was published with them. A model in the cache of which
/// the tokenizer never was fetched has it fetched when it is resolved, if the network allows. A file appears in the
/// cache complete and with its right hash, or not at all: whatever the network does, however many processes download,
/// and even if one of them is killed. The token is sent to the hub only, over https (or on this machine), and shown
/// nowhere.
///
/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say which proxy is on the way, with user and password where
/// it wants them; `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE` or `SSL_CERT_FILE` names the authorities to trust instead of
/// the JVM's. `-Dhttps.proxyHost` and `-Djavax.net.ssl.trustStore`, the JVM's own settings, come before them.
///
/// Immutable, for any number of threads.
public final class ModelHub {

    /// Downloads of this process: one at a time for each file.
    private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    private static final long LARGEST_JSON = 64L << 20;
    private static final String MAIN = "main";

    private final HubEnvironment environment;
    private final HubCache cache;
    private final Optional<HubTiming> timing;
    private final DownloadProgress progress;

    private ModelHub(HubEnvironment environment, Optional<HubTiming> timing, DownloadProgress progress) {
        this.environment = environment;
        this.cache = new HubCache(environment.cache(), environment.symbolicLinks());
        this.timing = timing;
        this.progress = progress;
    }

    /// The hub as this process's environment variables describe it.
    ///
    /// @return a hub that reports no progress
    /// @throws HubException if a variable that names a directory cannot be one
    public static ModelHub standard() {
        return of(System.getenv());
    }

    /// The hub as these variables describe it.
    ///
    /// @param environment variables such as `HF_HOME`, instead of the process's own; *copied*
    /// @return a hub that reports no progress
    /// @throws HubException if a variable that names a directory cannot be one
    public static ModelHub of(Map<String, String> environment) {
        return new ModelHub(new HubEnvironment(environment), Optional.empty(), at -> { });
    }

    static ModelHub of(Map<String, String> environment, HubTiming timing) {
        return new ModelHub(new HubEnvironment(environment), Optional.of(timing), at -> { });
    }

    /// This hub with somebody to tell how downloads get on.
    ///
    /// @param listener called by the thread that downloads
    /// @return another hub
    public ModelHub withProgress(DownloadProgress listener) {
        return new ModelHub(environment, timing, listener);
    }

    /// Where models are kept.
    ///
    /// @return an absolute path; there may be nothing yet
    public Path cacheDirectory() {
        return cache.root();
    }

    /// The models that are on this machine.
    ///
    /// @return every complete GPT-2 in the cache, by name
    public List<CachedModel> models() {
        return cache.models();
    }

    /// Finds a model on this machine.
    ///
    /// @param name a directory, or a model's name such as `gpt2`
    /// @return its files, if they are there; the network is not used
    /// @throws HubException with [Reason#BAD_NAME] if it is neither a directory nor a possible name
    public Optional<Path> find(String name) {
        return directory(name).or(() -> cache.find(checked(name)).map(CachedModel::directory));
    }

    /// Finds a model on this machine, or else downloads it.
    ///
    /// @param name a directory, or a model's name such as `gpt2`
    /// @return its files
    /// @throws HubException if there is no such model, or it cannot be downloaded
    public Path resolve(String name) {
        Optional<Path> directory = directory(name);
        if (directory.isPresent()) {
            return directory.get();
        }
        Optional<CachedModel> here = cache.find(checked(name));
        here.ifPresent(this::fetchTokenizer);
        return here.map(CachedModel::directory).orElseGet(() -> download(name));
    }

    /// Fetches the tokenizer of a model that is here without it, as other programs leave it that only need the weights.
    /// Where that fails, the model is as it was.
    private void fetchTokenizer(CachedModel model) {
        RepoId repo = checked(model.name());
        if (repo.isGpt2Itself() || !repo.mayBeOnTheHub() || environment.offline().isPresent()
                || cache.knowsTokenizer(model)) {
            return;
        }
        try (HubClient client = client()) {
            new Session(client, repo).fetchTokenizer(model);
        } catch (HubException e) {
            if (e.reason() == Reason.INTERRUPTED) {
                throw e;
            }
        }
    }

    private HubClient client() {
        return new HubClient(environment, timing.orElseGet(() -> HubTiming.of(environment)));
    }

    /// Downloads a model, or what is missing of it here. If the hub cannot be asked, a model that is complete here will do.
    ///
    /// @param name a model's name such as `gpt2`
    /// @return its files
    /// @throws HubException if that is not possible
    public Path download(String name) {
        RepoId repo = checked(name);
        Optional<Path> here = cache.find(repo).map(CachedModel::directory);
        if (!repo.mayBeOnTheHub()) {
            return here.orElseThrow(() -> badName(name));
        }
        Optional<String> offline = environment.offline();
        if (offline.isPresent()) {
            return here.orElseThrow(() -> new HubException(Reason.OFFLINE, "model '" + repo + "': "
                    + cache.remains(repo).orElse("not on this machine (looked in " + cache.root() + ")") + "; "
                    + offline.get()
                    + " forbids to download it"));
        }
        try (HubClient client = client()) {
            return new Session(client, repo).run();
        } catch (HubException e) {
            boolean hubsOwnWord = e.reason() == Reason.FILE_NOT_FOUND || e.reason() == Reason.REVISION_NOT_FOUND
                    || e.reason() == Reason.NO_WEIGHTS || e.reason() == Reason.INTERRUPTED;
            if (hubsOwnWord || here.isEmpty()) {
                throw e;
            }
            return here.get();
        }
    }

    /// Finds the tuned lens that is published for a model, in this machine's cache, or else downloads it: from tuned-lens' own
    /// space, `AlignmentResearch/tuned-lens`.
    ///
    /// @param model a model's name such as `gpt2`
    /// @return a directory with `config.json` and `params.pt`
    /// @throws HubException if there is none for the model, or it cannot be downloaded
    public Path tunedLens(String model) {
        return lens("tuned", model, PublishedLens.tuned(model)).getParent();
    }

    /// Finds the Jacobian lens that is published for a model, in this machine's cache, or else downloads it: from
    /// `neuronpedia/jacobian-lens`.
    ///
    /// @param model a model's name such as `gpt2`
    /// @return the file, such as `gpt2_jacobian_lens.pt`
    /// @throws HubException if there is none for the model, or it cannot be downloaded
    public Path jacobianLens(String model) {
        return lens("jacobian", model, PublishedLens.jacobian(model));
    }

    private Path lens(String kind, String model, Optional<PublishedLens> published) {
        PublishedLens lens = published.orElseThrow(() -> new HubException(Reason.BAD_NAME, "lens '" + kind + "': expected a model "
                + "with a name on the hub such as gpt2, got " + Text.quote(model) + "; name the lens's file instead"));
        Optional<Path> here = cache.find(lens.repo(), lens.files());
        Optional<String> offline = environment.offline();
        if (here.isEmpty() && offline.isPresent()) {
            throw new HubException(Reason.OFFLINE, "lens '" + kind + "' for " + model + ": not on this machine (looked in "
                    + cache.root() + "); " + offline.get() + " forbids to download it");
        }
        return here.orElseGet(() -> {
            try (HubClient client = client()) {
                return new Session(client, lens.repo()).run(lens.files());
            }
        }).resolve(lens.weights());
    }

    private static Optional<Path> directory(String name) {
        try {
            return name.isEmpty() ? Optional.empty() : Optional.of(Path.of(name))
                    .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS));
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    private static RepoId checked(String name) {
        return RepoId.parse(name).orElseThrow(() -> badName(name));
    }

    private static HubException badName(String name) {
        return new HubException(Reason.BAD_NAME, "model " + Text.quote(name) + ": expected a directory, or the name of a "
                + "model such as gpt2 or openai-community/gpt2-xl, got neither");
    }

    /// One download of one model.
    private final class Session {

        private final HubClient client;
        private final RepoId repo;
        private final List<RemoteFile> missing = new ArrayList<>();
        private ProgressMeter meter = new ProgressMeter(0, progress);

        Session(HubClient client, RepoId repo) {
            this.client = client;
            this.repo = repo;
        }

        Path run() {
            RemoteFile config = config();
            String commit = config.commit();
            List<RemoteFile> weights = weights(commit);
            // The tokenizer before the weights, which make the model count as complete.
            List<RemoteFile> all = tokenizer(commit);
            all.add(config);
            all.addAll(weights);
            fetch(all);
            if (HubCache.isCommit(commit)) {
                cache.writeMain(repo, commit);
            }
            return cache.snapshot(repo, commit);
        }

        /// The files of the weights, in the first form that the model has.
        private List<RemoteFile> weights(String commit) {
            for (WeightsForm form : WeightsForm.values()) {
                Optional<RemoteFile> single = askOptional(commit, form.single());
                if (single.isPresent()) {
                    return read(form, List.of(single.get()));
                }
                Optional<RemoteFile> index = askOptional(commit, form.index());
                if (index.isPresent()) {
                    fetch(List.of(index.get()));
                    Path local = cache.snapshot(repo, commit).resolve(form.index());
                    return read(form, HubCache.shardNames(local, form).stream()
                            .map(shard -> ask(commit, RepoId.checkedFile(shard))).toList());
                }
            }
            throw noWeights(otherLayout(commit).orElse("none of them"));
        }

        /// Refuses what PyTorch wrote before version 1.6, before all of it is fetched.
        private List<RemoteFile> read(WeightsForm form, List<RemoteFile> files) {
            RemoteFile first = files.getFirst();
            if (form == WeightsForm.PYTORCH && cache.present(repo, first).isEmpty()
                    && client.firstByte(repo, first).filter(start -> !form.reads(start)).isPresent()) {
                throw noWeights(OtherLayout.describe(List.of(first.name())).orElseThrow());
            }
            return files;
        }

        /// Some files of main.
        ///
        /// @return the snapshot that has them
        Path run(List<String> names) {
            List<RemoteFile> files = new ArrayList<>();
            String revision = MAIN;
            for (String name : names) {
                files.add(ask(revision, name));
                revision = files.getFirst().commit();
            }
            fetch(files);
            if (HubCache.isCommit(revision)) {
                cache.writeMain(repo, revision);
            }
            return cache.snapshot(repo, revision);
        }

        /// The configuration at the commit whose files are published, else at main.
        private RemoteFile config() {
            Optional<String> published = PublishedFiles.commit(repo);
            if (published.isPresent()) {
                try {
                    return ask(published.get(), ModelFiles.CONFIG);
                } catch (HubException e) {
                    // A mirror need not have that commit.
                    if (e.reason() != Reason.REVISION_NOT_FOUND && e.reason() != Reason.FILE_NOT_FOUND
                            && e.reason() != Reason.BAD_RESPONSE) {
                        throw e;
                    }
                }
            }
            try {
                return ask(MAIN, ModelFiles.CONFIG);
            } catch (HubException e) {
                if (e.reason() == Reason.FILE_NOT_FOUND) {
                    throw otherLayout(MAIN).map(other -> new HubException(Reason.FILE_NOT_FOUND, e.getMessage()
                            + "; there is " + other, e)).orElse(e);
                }
                throw e;
            }
        }

        private HubException noWeights(String got) {
            return new HubException(Reason.NO_WEIGHTS, "model '" + repo + "': expected " + WeightsForm.EXPECTED + ", got " + got);
        }

        private Optional<String> otherLayout(String revision) {
            return OtherLayout.describe(OtherLayout.LIKELY.stream().filter(file -> exists(revision, file)).toList());
        }

        private boolean exists(String revision, String file) {
            try {
                client.head(repo, revision, file);
                return true;
            } catch (HubException e) {
                if (e.reason() == Reason.INTERRUPTED) {
                    throw e;
                }
                return false;
            }
        }

        /// The files of the model's tokenizer, of whatever kind; its settings first, because a vocabulary makes it
        /// count as complete.
        private List<RemoteFile> tokenizer(String revision) {
            List<RemoteFile> settings = new ArrayList<>();
            for (String file : ModelFiles.TOKENIZER_SETTINGS) {
                askOptional(revision, file).ifPresent(settings::add);
            }
            List<RemoteFile> files = new ArrayList<>();
            askOptional(revision, ModelFiles.TOKENIZER_JSON).ifPresent(files::add);
            if (files.isEmpty()) {
                for (String file : List.of(ModelFiles.VOCAB, ModelFiles.MERGES)) {
                    askOptional(revision, file).ifPresent(files::add);
                }
            }
            if (files.isEmpty()) {
                for (String file : ModelFiles.OTHER_VOCABULARIES) {
                    askOptional(revision, file).ifPresent(files::add);
                }
            }
            if (files.isEmpty() && HubCache.isCommit(revision)) {
                cache.noteAbsent(repo, revision, ModelFiles.TOKENIZER_JSON);
                cache.noteAbsent(repo, revision, ModelFiles.VOCAB);
            }
            settings.addAll(files);
            return settings;
        }

        void fetchTokenizer(CachedModel model) {
            // Whatever the hub calls the revision, the files belong to the snapshot that is here.
            fetch(tokenizer(model.revision()).stream().map(file -> file.in(model.revision())).toList());
        }

        private Optional<RemoteFile> askOptional(String commit, String file) {
            try {
                return Optional.of(ask(commit, file));
            } catch (HubException e) {
                if (e.reason() == Reason.FILE_NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        private RemoteFile ask(String revision, String name) {
            RemoteFile file = client.head(repo, revision, name);
            String what = HubClient.what(repo, name);
            if (HubCache.isCommit(revision) && !file.commit().equals(revision)) {
                throw new HubException(Reason.BAD_RESPONSE,
                        what + ": expected revision " + revision + ", got " + file.commit());
            }
            if (!ModelFiles.holdsWeights(name) && file.bytes() > LARGEST_JSON) {
                throw new HubException(Reason.WRONG_SIZE,
                        what + ": expected at most " + LARGEST_JSON + " bytes, got " + file.bytes());
            }
            PublishedFiles.find(repo, file.commit(), name).ifPresent(published -> check(file, published, what));
            if (file.bytes() < 0 && expectedHash(file).isEmpty()) {
                throw new HubException(Reason.BAD_RESPONSE, what + ": expected its size or its hash, got neither");
            }
            return file;
        }

        private static void check(RemoteFile file, Published published, String what) {
            if (ContentHash.isSha256(file.etag()) && !file.etag().equals(published.sha256())) {
                throw new HubException(Reason.WRONG_CONTENT,
                        what + ": expected SHA-256 " + published.sha256() + ", as published, got " + file.etag());
            }
            if (file.bytes() >= 0 && published.bytes() >= 0 && published.bytes() != file.bytes()) {
                throw new HubException(Reason.WRONG_SIZE,
                        what + ": expected " + published.bytes() + " bytes, as published, got " + file.bytes());
            }
        }

        private Optional<ContentHash> expectedHash(RemoteFile file) {
            return PublishedFiles.find(repo, file.commit(), file.name())
                    .map(published -> ContentHash.sha256(published.sha256())).or(file::hash);
        }

        private void fetch(List<RemoteFile> files) {
            missing.clear();
            files.stream().filter(file -> cache.present(repo, file).isEmpty()).forEach(missing::add);
            long total = missing.stream().mapToLong(file -> Math.max(0, file.bytes())).sum();
            meter = new ProgressMeter(total, progress);
            if (total > 0) {
                checkRoom(total);
            }
            files.forEach(this::fetch);
        }

        private void checkRoom(long total) {
            Path place = cache.root();
            while (!Files.exists(place) && place.getParent() != null) {
                place = place.getParent();
            }
            try {
                long free = Files.getFileStore(place).getUsableSpace();
                if (free < total) {
                    throw new HubException(Reason.DISK_FULL, "model '" + repo + "': expected " + total
                            + " bytes of free disk space, got " + free + " in " + cache.root());
                }
            } catch (IOException _) {
                // A file system that does not tell: writing will.
            }
        }

        private void fetch(RemoteFile file) {
            ReentrantLock lock = LOCKS.computeIfAbsent(cache.blob(repo, file.etag()), path -> new ReentrantLock());
            lock.lock();
            try {
                if (cache.present(repo, file).isEmpty()) {
                    meter.begin(file);
                    transfer(file);
                    meter.end();
                }
                cache.link(repo, file);
            } finally {
                lock.unlock();
            }
        }

        private void transfer(RemoteFile file) {
            Path temporary = cache.newTemporary(repo, file.etag());
            // For the end by Ctrl-C, which no `finally` sees.
            temporary.toFile().deleteOnExit();
            try {
                new Download(client, repo, file, expectedHash(file), meter::arrived).into(temporary);
                cache.install(repo, file, temporary);
            } finally {
                HubCache.deleteQuietly(temporary);
            }
        }
    }
}
