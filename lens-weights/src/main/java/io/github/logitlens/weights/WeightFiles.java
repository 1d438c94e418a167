package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.layout.Directories;
import io.github.logitlens.weights.internal.layout.ModelFiles;
import io.github.logitlens.weights.internal.layout.OtherLayout;
import io.github.logitlens.weights.internal.layout.ShardIndex;
import io.github.logitlens.weights.internal.layout.ShardIndexException;
import io.github.logitlens.weights.internal.layout.WeightsForm;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.safetensors.TensorInfo;
import io.github.logitlens.weights.torch.TorchFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The open files of a checkpoint, `model.safetensors` or `pytorch_model.bin` or the shards that an index names, and their
/// tensors by name.
///
/// As for transformers, which loads whole shards, it does not matter in which of the shards a tensor lies, but here it
/// must not lie in two.
final class WeightFiles implements AutoCloseable {

    /// A tensor and the file it is in.
    record Located(TensorFile file, TensorInfo tensor) {
    }

    private final List<TensorFile> files = new ArrayList<>();
    private final Map<String, Located> tensors = new LinkedHashMap<>();
    private final Set<String> foundTwice = new HashSet<>();

    private WeightFiles() {
    }

    /// `file` is *owned from here on*.
    static WeightFiles of(TensorFile file) {
        WeightFiles files = new WeightFiles();
        files.add(file);
        return files;
    }

    /// Opens what lies in `directory`; `model.safetensors` is looked for first, PyTorch's own form last.
    static WeightFiles open(Path directory) {
        for (WeightsForm form : WeightsForm.values()) {
            Path single = directory.resolve(form.single());
            if (Files.exists(single, LinkOption.NOFOLLOW_LINKS)) {
                return of(open(form, single));
            }
            Path index = directory.resolve(form.index());
            if (Files.exists(index, LinkOption.NOFOLLOW_LINKS)) {
                return openShards(directory, form, index);
            }
        }
        throw new CheckpointException(Reason.WEIGHTS_MISSING, directory + ": expected " + WeightsForm.EXPECTED
                + ", got " + OtherLayout.describe(Directories.names(directory)).orElse("none of them"));
    }

    private static TensorFile open(WeightsForm form, Path file) {
        return switch (form) {
            case SAFETENSORS -> SafeTensors.open(file);
            case PYTORCH -> TorchFile.open(file);
        };
    }

    private static WeightFiles openShards(Path directory, WeightsForm form, Path index) {
        Set<String> shards = shardNames(form, index);
        WeightFiles files = new WeightFiles();
        try {
            for (String shard : shards) {
                Path path = directory.resolve(shard);
                if (Files.notExists(path)) {
                    throw new CheckpointException(Reason.SHARD_MISSING,
                            "shard " + Text.quote(shard) + ": expected a file, got none at " + path + " (in " + index
                            + ")");
                }
                files.add(open(form, path));
            }
            return files;
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    private static Set<String> shardNames(WeightsForm form, Path index) {
        byte[] json = readSmallFile(index, Reason.INDEX_UNREADABLE, Reason.INDEX_UNREADABLE);
        try {
            return ShardIndex.shardNames(json, index.toString(), form);
        } catch (ShardIndexException e) {
            throw new CheckpointException(e.isUnsafeName() ? Reason.UNSAFE_SHARD_NAME : Reason.INDEX_INVALID,
                    e.getMessage(), e);
        }
    }

    private void add(TensorFile file) {
        files.add(file);
        for (TensorInfo tensor : file.tensors()) {
            if (tensors.putIfAbsent(tensor.name(), new Located(file, tensor)) != null) {
                foundTwice.add(tensor.name());
            }
        }
    }

    /// The files, shards in the order of their names.
    List<TensorFile> files() {
        return files;
    }

    /// The names of all tensors, file after file, in the order of their bytes.
    Set<String> names() {
        return tensors.keySet();
    }

    /// The `__metadata__` of all files together.
    Map<String, String> metadata() {
        if (files.size() == 1) {
            return files.getFirst().metadata();
        }
        Map<String, String> all = new LinkedHashMap<>();
        for (TensorFile file : files) {
            all.putAll(file.metadata());
        }
        return all;
    }

    Optional<Located> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    boolean isFoundTwice(String name) {
        return foundTwice.contains(name);
    }

    /// For messages: the file, or the directory of the shards.
    String describe() {
        return files.size() == 1 ? files.getFirst().name() : files.size() + " files beside " + files.getFirst().name();
    }

    /// The whole content of a small regular file.
    static byte[] readSmallFile(Path path, Reason ifMissing, Reason ifUnreadable) {
        return FileSource.content(path, ModelFiles.MAX_JSON_BYTES, new Failures(ifMissing, ifUnreadable));
    }

    private record Failures(Reason ifMissing, Reason ifUnreadable) implements FileSource.Failures {

        @Override
        public CheckpointException of(FileSource.Fault fault, String message, Optional<IOException> cause) {
            return new CheckpointException(fault == FileSource.Fault.NOT_FOUND ? ifMissing : ifUnreadable, message,
                    cause.orElse(null));
        }
    }

    @Override
    public void close() {
        files.forEach(TensorFile::close);
    }
}
