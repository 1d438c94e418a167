package io.github.logitlens.weights.internal.layout;

import io.github.logitlens.weights.internal.text.JsonException;
import io.github.logitlens.weights.internal.text.JsonFields;
import io.github.logitlens.weights.internal.text.Text;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The index of weights that lie in several files, `model.safetensors.index.json` or `pytorch_model.bin.index.json`.
public final class ShardIndex {

    private static final int MAX_SHARDS = 1000;

    private ShardIndex() {
    }

    /// The distinct files of an index, sorted; every name is safe to resolve against the checkpoint's directory.
    ///
    /// @param json content of the index
    /// @param file what messages call it
    /// @param form of the files
    /// @throws ShardIndexException if it is not JSON of the form `{"weight_map": {tensor: file}}`, or a name is not safe
    public static Set<String> shardNames(byte[] json, String file, WeightsForm form) {
        JsonFields.Value map = fields(json, file).get("weight_map");
        if (map == null || map.kind() != JsonFields.Kind.OBJECT) {
            throw new ShardIndexException("weight_map: expected an object, got "
                    + (map == null ? "no such field" : map.describe()) + " (in " + file + ")", false);
        }
        Set<String> shards = new TreeSet<>();
        map.children().forEach((tensor, shard) -> {
            if (shard.kind() != JsonFields.Kind.STRING) {
                throw new ShardIndexException("weight_map of tensor " + Text.quote(tensor)
                        + ": expected a file name, got " + shard.describe() + " (in " + file + ")", false);
            }
            if (!isSafe(shard.text(), form.suffix())) {
                throw new ShardIndexException("weight_map of tensor " + Text.quote(tensor)
                        + ": expected a " + form.suffix() + " file inside the directory, got " + shard.describe()
                        + " (in " + file + ")", true);
            }
            shards.add(shard.text());
        });
        if (shards.isEmpty() || shards.size() > MAX_SHARDS) {
            throw new ShardIndexException(
                    "weight_map: expected 1 to " + MAX_SHARDS + " files, got " + shards.size() + " (in " + file + ")", false);
        }
        return shards;
    }

    private static Map<String, JsonFields.Value> fields(byte[] json, String file) {
        try {
            return JsonFields.parse(json, file);
        } catch (JsonException e) {
            throw new ShardIndexException(e.getMessage(), false);
        }
    }

    /// Whether a name stays inside the directory on every operating system: relative, without `..`, drives or
    /// backslashes.
    private static boolean isSafe(String name, String suffix) {
        if (!name.endsWith(suffix) || name.length() > 1000) {
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
}
