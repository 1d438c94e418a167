package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The open files of a checkpoint, `model.safetensors` or the shards that an index names, and their tensors by name.
///
/// As for transformers, which loads whole shards, it does not matter in which of the shards a tensor lies, but here it
/// must not lie in two.
final class WeightFiles implements AutoCloseable {

    static final String SINGLE_FILE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final int MAX_SHARDS = 1000;
    private static final long MAX_JSON_BYTES = 16 << 20;

    /// A tensor and the file it is in.
    record Located(SafeTensors file, TensorInfo tensor) {
    }

    private final List<SafeTensors> files = new ArrayList<>();
    private final Map<String, Located> tensors = new LinkedHashMap<>();
    private final Set<String> foundTwice = new HashSet<>();

    private WeightFiles() {
    }

    /// `file` is *owned from here on*.
    static WeightFiles of(SafeTensors file) {
        WeightFiles files = new WeightFiles();
        files.add(file);
        return files;
    }

    /// Opens what lies in `directory`; `model.safetensors` is looked for first.
    static WeightFiles open(Path directory) {
        Path single = directory.resolve(SINGLE_FILE);
        if (Files.exists(single, LinkOption.NOFOLLOW_LINKS)) {
            return of(SafeTensors.open(single));
        }
        Path index = directory.resolve(INDEX);
        if (Files.exists(index, LinkOption.NOFOLLOW_LINKS)) {
            return openShards(directory, index);
        }
        String instead = Files.exists(directory.resolve("pytorch_model.bin"))
                ? "pytorch_model.bin (convert it to safetensors)" : "neither";
        throw new CheckpointException(Reason.WEIGHTS_MISSING,
                directory + ": expected " + SINGLE_FILE + " or " + INDEX + ", got " + instead);
    }

    private static WeightFiles openShards(Path directory, Path index) {
        Set<String> shards = shardNames(index);
        WeightFiles files = new WeightFiles();
        try {
            for (String shard : shards) {
                Path path = directory.resolve(shard);
                if (Files.notExists(path)) {
                    throw new CheckpointException(Reason.SHARD_MISSING,
                            "shard " + Text.quote(shard) + ": expected a file, got none at " + path + " (in " + index
                            + ")");
                }
                files.add(SafeTensors.open(path));
            }
            return files;
        } catch (RuntimeException | Error e) {
            files.close();
            throw e;
        }
    }

    static Set<String> shardNames(Path index) {
        return shardNames(readSmallFile(index, Reason.INDEX_UNREADABLE, Reason.INDEX_UNREADABLE), index.toString());
    }

    /// The distinct files of an index, sorted; every name is safe to resolve against the checkpoint's directory.
    static Set<String> shardNames(byte[] json, String file) {
        JsonFields.Value map = JsonFields.parse(json, file, Reason.INDEX_INVALID).get("weight_map");
        if (map == null || map.kind() != JsonFields.Kind.OBJECT) {
            throw new CheckpointException(Reason.INDEX_INVALID, "weight_map: expected an object, got "
                    + (map == null ? "no such field" : map.describe()) + " (in " + file + ")");
        }
        Set<String> shards = new TreeSet<>();
        map.children().forEach((tensor, shard) -> {
            if (shard.kind() != JsonFields.Kind.STRING) {
                throw new CheckpointException(Reason.INDEX_INVALID, "weight_map of tensor " + Text.quote(tensor)
                        + ": expected a file name, got " + shard.describe() + " (in " + file + ")");
            }
            if (!isSafe(shard.text())) {
                throw new CheckpointException(Reason.UNSAFE_SHARD_NAME, "weight_map of tensor " + Text.quote(tensor)
                        + ": expected a .safetensors file inside the directory, got " + shard.describe() + " (in "
                        + file + ")");
            }
            shards.add(shard.text());
        });
        if (shards.isEmpty() || shards.size() > MAX_SHARDS) {
            throw new CheckpointException(Reason.INDEX_INVALID,
                    "weight_map: expected 1 to " + MAX_SHARDS + " files, got " + shards.size() + " (in " + file + ")");
        }
        return shards;
    }

    /// Whether a name stays inside the directory on every operating system: relative, without `..`, drives or
    /// backslashes.
    private static boolean isSafe(String name) {
        if (!name.endsWith(".safetensors") || name.length() > 1000) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '\\' || c == ':' || Character.isISOControl(c) || Character.isSurrogate(c)) {
                return false;
            }
        }
        for (String segment : name.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return isPath(name);
    }

    /// Whether this system can name such a file: in a locale without Unicode it cannot name every one.
    private static boolean isPath(String name) {
        try {
            return !Path.of(name).isAbsolute();
        } catch (InvalidPathException _) {
            return false;
        }
    }

    private void add(SafeTensors file) {
        files.add(file);
        for (TensorInfo tensor : file.tensors()) {
            if (tensors.putIfAbsent(tensor.name(), new Located(file, tensor)) != null) {
                foundTwice.add(tensor.name());
            }
        }
    }

    /// The files, shards in the order of their names.
    List<SafeTensors> files() {
        return files;
    }

    /// The names of all tensors, file after file, in the order of their bytes.
    Set<String> names() {
        return tensors.keySet();
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
        try (FileSource source = FileSource.open(path)) {
            if (source.size() > MAX_JSON_BYTES) {
                throw new CheckpointException(ifUnreadable,
                        path + ": expected at most " + MAX_JSON_BYTES + " bytes, got " + source.size());
            }
            byte[] content = new byte[(int) source.size()];
            source.read(0, MemorySegment.ofArray(content));
            source.checkUnchanged();
            return content;
        } catch (SafeTensorsException e) {
            Reason reason = e.reason() == SafeTensorsException.Reason.NOT_FOUND ? ifMissing : ifUnreadable;
            throw new CheckpointException(reason, e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        files.forEach(SafeTensors::close);
    }
}
