package io.github.logitlens.weights;

import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.hub.HubException;
import io.github.logitlens.weights.hub.ModelHub;
import io.github.logitlens.weights.internal.bytes.ByteSource;
import io.github.logitlens.weights.internal.bytes.ContentDigest;
import io.github.logitlens.weights.internal.layout.Directories;
import io.github.logitlens.weights.internal.layout.ModelFiles;
import io.github.logitlens.weights.internal.layout.OtherLayout;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.TensorFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A GPT-2 on disk: its configuration and its weights, checked when opened, read on request.
///
/// ```java
/// try (Checkpoint checkpoint = Checkpoint.open(Path.of("models/gpt2"))) {
///     checkpoint.config().nLayers();                             // 12
///     Weight qkv = checkpoint.weight(WeightRole.QKV_WEIGHT, 3);  // [768, 2304], h.3.attn.c_attn.weight in the file
///     checkpoint.ignoredTensors();                               // [h.0.attn.bias, h.1.attn.bias, …]
/// }
/// ```
///
/// A directory holds what Hugging Face's tools write: `config.json` and `model.safetensors`, or `model.safetensors.index.json`
/// with the shards it names; or, without these, `pytorch_model.bin` or its index and shards, as
/// [TorchFile][io.github.logitlens.weights.torch.TorchFile] reads them. Opening checks everything that can be checked without
/// reading values: the configuration, then that every weight it asks for is there, once, as F32, F16, BF16, F64,
/// F8_E4M3 or F8_E5M2, of the right shape. Nothing is allocated for the weights. Tensors that inference does not need,
/// such as the attention's mask buffers of whatever type, are ignored and listed.
///
/// Other people's files are taken as they are, and what is unusual about them is said ([#notes()]):
///
/// * All names may begin with the same wrappers, `transformer.`, `module.`, `_orig_mod.`, `base_model.model.`, ….
/// * The unembedding is the token embedding, unless the configuration says that it is not tied or the file has an
///   `lm_head.weight` that differs from the token embedding (as transformers 5 decides it);
///   [Gpt2Config#tiedUnembedding()] has the outcome. A file that keeps one of the two may keep it under either name.
/// * A model without any bias has zeros for biases.
/// * The matrices may all be `[out, in]`, as nanoGPT writes them.
///
/// May be used by any number of threads. The values of non-finite weights are not looked at.
public final class Checkpoint implements AutoCloseable {

    private final String id;
    private final Optional<Path> directory;
    private final Gpt2Config config;
    private final WeightFiles files;
    private final Map<WeightRole, List<Weight>> weights;
    private final List<String> ignored;
    private final List<String> notes;
    private Optional<String> sha256 = Optional.empty();
    private boolean closed;

    private Checkpoint(String id, Optional<Path> directory, WeightFiles files, WeightBinder.Bound bound) {
        this.id = id;
        this.directory = directory;
        this.config = bound.config();
        this.files = files;
        this.weights = bound.weights();
        this.ignored = bound.ignored();
        this.notes = bound.notes();
    }

    /// Opens a model by name.
    ///
    /// @param model `demo`, the path of a directory (for one of that name: `./demo`), or the name of a model that is in the
    ///              Hugging Face cache or can be downloaded, such as `gpt2`; see [ModelHub]
    /// @return the open checkpoint; the caller closes it
    /// @throws CheckpointException if there is no such model, or it is not a complete GPT-2
    /// @throws io.github.logitlens.error.LensException if a weight file cannot be read or breaks a rule of its format
    /// @throws HubException if it has to be downloaded and that fails
    public static Checkpoint open(String model) {
        if (model.equals(BundledModel.ID)) {
            return demo();
        }
        if (isThere(model)) {
            return open(Path.of(model));
        }
        Path directory;
        try {
            directory = ModelHub.standard().resolve(model);
        } catch (HubException e) {
            throw e.reason() == HubException.Reason.BAD_NAME ? unknown(model, e) : e;
        }
        return open(directory, Optional.of(model));
    }

    private static boolean isThere(String model) {
        try {
            return !model.isEmpty() && Files.exists(Path.of(model), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException _) {
            return false;
        }
    }

    private static CheckpointException unknown(String model, HubException e) {
        return new CheckpointException(Reason.UNKNOWN_MODEL, "model " + Text.quote(model) + ": expected '"
                + BundledModel.ID + "', a directory with config.json and " + ModelFiles.WEIGHTS
                + ", or a Hugging Face model such as gpt2 or openai-community/gpt2-xl, got none of these", e);
    }

    /// Opens a directory in Hugging Face's layout.
    ///
    /// @param directory with `config.json` and `model.safetensors`, or `pytorch_model.bin`, or shards
    /// @return the open checkpoint; the caller closes it
    /// @throws CheckpointException if it is not a complete GPT-2
    /// @throws io.github.logitlens.error.LensException if a weight file cannot be read or breaks a rule of its format
    public static Checkpoint open(Path directory) {
        return open(directory, Optional.empty());
    }

    private static Checkpoint open(Path directory, Optional<String> id) {
        if (directory.toString().isEmpty() || !Files.isDirectory(directory)) {
            String got = directory.toString().isEmpty() ? "the empty path"
                    : Files.exists(directory) ? "a file (name the directory that holds it)" : "nothing of that name";
            throw new CheckpointException(Reason.NOT_A_DIRECTORY, directory + ": expected a directory, got " + got);
        }
        Path configFile = directory.resolve(ModelFiles.CONFIG);
        if (Files.notExists(configFile, LinkOption.NOFOLLOW_LINKS)) {
            throw new CheckpointException(Reason.CONFIG_MISSING, configFile + ": no such file; "
                    + withoutConfig(directory));
        }
        byte[] json = WeightFiles.readSmallFile(configFile, Reason.CONFIG_MISSING, Reason.CONFIG_UNREADABLE);
        StoredConfig config = ConfigReader.parse(json, configFile.toString());
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return of(id.orElse(name == null ? directory.toString() : name.toString()), Optional.of(directory), config,
                WeightFiles.open(directory));
    }

    private static String withoutConfig(Path directory) {
        List<String> names = Directories.names(directory);
        Optional<String> other = names.contains(ModelFiles.WEIGHTS) || names.contains(ModelFiles.WEIGHTS_INDEX)
                ? Optional.empty() : OtherLayout.describe(names);
        return other.isPresent() ? "there is " + other.get() : "it has to say n_layer, n_head, n_embd, n_positions and "
                + "vocab_size (nanoGPT keeps them in the model_args of its ckpt.pt, and calls n_positions block_size)";
    }

    /// Opens the model that ships with the library.
    ///
    /// @return the open checkpoint; the caller closes it
    /// @throws CheckpointException if the library was packed without it
    public static Checkpoint demo() {
        return BundledModel.open();
    }

    static Checkpoint of(String id, StoredConfig config, WeightFiles files) {
        return of(id, Optional.empty(), config, files);
    }

    private static Checkpoint of(String id, Optional<Path> directory, StoredConfig config, WeightFiles files) {
        try {
            return new Checkpoint(id, directory, files, WeightBinder.bind(config, files));
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    /// What the model is called in results.
    ///
    /// @return `demo`, the name under which it was asked for at the hub, or the last part of the directory's path
    public String id() {
        return id;
    }

    /// Where it was opened.
    ///
    /// @return the directory as it was given, empty for the bundled model
    public Optional<Path> directory() {
        return directory;
    }

    /// The tokenizer that turns this model's texts into ids: the one that its directory brings with it, GPT-2's, or, where there
    /// is none that this library has, one that knows ids only; see [Gpt2Tokenizer#ofOrIdsOnly]. Read anew by each call.
    ///
    /// @return the tokenizer
    /// @throws io.github.logitlens.tokenizer.TokenizerFormatException if it is damaged
    public Gpt2Tokenizer tokenizer() {
        return directory.map(place -> Gpt2Tokenizer.ofOrIdsOnly(place, config.vocabSize())).orElseGet(Gpt2Tokenizer::gpt2);
    }

    /// The configuration.
    ///
    /// @return the checked configuration; [Gpt2Config#tiedUnembedding()] says what the files really hold
    public Gpt2Config config() {
        return config;
    }

    /// A weight outside the blocks.
    ///
    /// @param role a role that is not of a block, such as [WeightRole#TOKEN_EMBEDDING]
    /// @return the weight
    /// @throws IllegalArgumentException if the role is a block's, or [WeightRole#UNEMBEDDING] of a tied head
    public Weight weight(WeightRole role) {
        if (role.perLayer()) {
            throw new IllegalArgumentException("role " + role + ": expected a layer with it, got none");
        }
        List<Weight> bound = weights.get(role);
        if (bound == null) {
            throw new IllegalArgumentException("role " + role + ": expected an untied head, got a tied one");
        }
        return bound.getFirst();
    }

    /// A weight of a block.
    ///
    /// @param role a role of a block, such as [WeightRole#QKV_WEIGHT]
    /// @param layer the block, from 0
    /// @return the weight
    /// @throws IllegalArgumentException if the role is not a block's
    /// @throws IndexOutOfBoundsException if there is no such block
    public Weight weight(WeightRole role, int layer) {
        if (!role.perLayer()) {
            throw new IllegalArgumentException("role " + role + ": expected no layer with it, got " + layer);
        }
        Objects.checkIndex(layer, config.nLayers());
        return weights.get(role).get(layer);
    }

    /// Names of tensors that the model does not use, such as `h.0.attn.bias`.
    ///
    /// @return an immutable list in the order of the file
    public List<String> ignoredTensors() {
        return ignored;
    }

    /// What was taken otherwise than a reader of the files might think, for whoever shows results to say: biases that
    /// are not there and count as zeros, matrices that are stored transposed, tensors that no GPT-2 has.
    ///
    /// @return an immutable list of sentences without a full stop, in lower case; empty for an ordinary checkpoint
    public List<String> notes() {
        return notes;
    }

    /// The size of the weights' file, or of its shards together.
    ///
    /// @return bytes, headers included
    public long weightBytes() {
        return files.files().stream().mapToLong(TensorFile::size).sum();
    }

    /// The SHA-256 of the weights' file: what `sha256sum` says of `model.safetensors`, or of its shards one after the
    /// other in the order of their names. Computed on first request, which reads everything; then remembered. After [#close]
    /// the files are opened once more for it, and refused if they are not the same ones, unchanged.
    ///
    /// @return 64 lower-case hexadecimal digits
    /// @throws io.github.logitlens.error.LensException if a file cannot be read, or was changed since it was opened
    public synchronized String sha256() {
        if (sha256.isEmpty()) {
            ContentDigest digest = new ContentDigest();
            for (TensorFile file : files.files()) {
                if (closed) {
                    try (ByteSource again = file.source().reopen()) {
                        digest.add(again);
                    }
                } else {
                    digest.add(file.source());
                }
            }
            sha256 = Optional.of(digest.hex());
        }
        return sha256.get();
    }

    /// Closes the files. Reads under way in other threads end with an `IllegalStateException`. May be called twice.
    @Override
    public synchronized void close() {
        closed = true;
        files.close();
    }
}
