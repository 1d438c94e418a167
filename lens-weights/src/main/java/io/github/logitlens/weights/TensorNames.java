package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.internal.text.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the weights of a model are called in its files: Hugging Face's names, `h.3.attn.c_attn.weight`, behind whatever
/// the model was wrapped in when it was saved.
///
/// A wrapper is a part of the names and nothing else: `transformer.` where the model has a head, `module.` from
/// data-parallel training, `_orig_mod.` from `torch.compile`, `base_model.model.` from peft, a project's own. It is
/// left out where all weights have it. Two of them, such as a model beside the average of its weights, are refused:
/// nothing says which one is meant.
final class TensorNames {

    /// Wrappers that may also stand in the middle of a name, around a block or a layer.
    private static final Set<String> TRANSPARENT = Set.of("module", "_orig_mod", "_fsdp_wrapped_module",
            "_checkpoint_wrapped_module", "_forward_module");
    private static final String TRANSFORMER = "transformer.";
    private static final int MAX_LISTED = 4;

    private final WeightFiles files;
    /// Names in the files, by Hugging Face's names.
    private final Map<String, String> names = new HashMap<>();
    private final List<String> heads = new ArrayList<>();
    /// What comes before Hugging Face's names, once wrappers in the middle are gone, and a name in the files of each.
    private final Map<String, String> prefixes = new LinkedHashMap<>();
    /// What is written before a name that is not there.
    private String shownPrefix = "";

    private TensorNames(WeightFiles files) {
        this.files = files;
    }

    /// Finds the names.
    ///
    /// @throws CheckpointException if the names of the weights have more than one prefix
    static TensorNames of(WeightFiles files) {
        TensorNames names = new TensorNames(files);
        for (String name : files.names()) {
            names.add(name, name);
        }
        // Of tensors that share their memory, Hugging Face's tools write one, and say so.
        for (Map.Entry<String, String> shared : files.metadata().entrySet()) {
            if (files.find(shared.getKey()).isEmpty() && files.find(shared.getValue()).isPresent()) {
                names.add(shared.getKey(), shared.getValue());
            }
        }
        names.requireOnePrefix();
        return names;
    }

    private void add(String name, String stored) {
        String plain = withoutWrappers(name);
        int head = start(plain, WeightRole.UNEMBEDDING.tensorName(0));
        if (head >= 0) {
            heads.add(stored);
            return;
        }
        int start = start(plain);
        if (start < 0) {
            return;
        }
        String bare = plain.substring(start);
        prefixes.putIfAbsent(plain.substring(0, start), stored);
        if (names.isEmpty()) {
            shownPrefix = name.endsWith(bare) ? name.substring(0, name.length() - bare.length())
                    : plain.substring(0, start);
        }
        String other = names.putIfAbsent(bare, stored);
        if (other != null && !other.equals(stored)) {
            throw twice(other, stored);
        }
    }

    private static CheckpointException twice(String name, String other) {
        return new CheckpointException(Reason.TENSOR_FOUND_TWICE, "tensor " + Text.quote(name)
                + ": expected once, got it as " + Text.quote(other) + " too");
    }

    private static String withoutWrappers(String name) {
        if (name.indexOf("module") < 0 && name.indexOf("_orig_mod") < 0) {
            return name;
        }
        StringBuilder plain = new StringBuilder();
        for (String part : name.split("\\.", -1)) {
            if (!TRANSPARENT.contains(part)) {
                plain.append(plain.isEmpty() ? "" : ".").append(part);
            }
        }
        return plain.toString();
    }

    /// Where one of Hugging Face's names begins that `name` ends with, -1 if it ends with none.
    private static int start(String name) {
        for (WeightRole role : WeightRole.values()) {
            if (role == WeightRole.UNEMBEDDING) {
                continue;
            }
            int start = role.perLayer() ? startOfBlock(name, start(name, role.nameInBlock()) - 1)
                    : start(name, role.tensorName(0));
            if (start >= 0) {
                return start;
            }
        }
        return -1;
    }

    private static int start(String name, String end) {
        int start = name.length() - end.length();
        return name.endsWith(end) && (start == 0 || name.charAt(start - 1) == '.') ? start : -1;
    }

    /// Where `h.12` begins, of which the end is known, -1 if something else ends there.
    private static int startOfBlock(String name, int end) {
        int digits = Math.max(end, 0);
        while (digits > 0 && name.charAt(digits - 1) >= '0' && name.charAt(digits - 1) <= '9') {
            digits--;
        }
        return digits < end ? start(name.substring(0, digits), "h.") : -1;
    }

    private void requireOnePrefix() {
        if (prefixes.size() > 1) {
            List<String> examples = new ArrayList<>();
            for (Map.Entry<String, String> prefix : prefixes.entrySet()) {
                if (examples.size() < MAX_LISTED) {
                    examples.add(prefix.getKey().isEmpty() ? "none (" + Text.quote(prefix.getValue()) + ")"
                            : Text.quote(prefix.getKey()) + " (" + Text.quote(prefix.getValue()) + ")");
                }
            }
            throw new CheckpointException(Reason.MIXED_NAMES, "names of the weights: expected one prefix for all, got "
                    + String.join(" and ", examples) + " (in " + files.describe() + ")");
        }
        String prefix = prefix();
        for (String head : heads) {
            String plain = withoutWrappers(head);
            int start = start(plain, WeightRole.UNEMBEDDING.tensorName(0));
            if (start > 0 && !names.isEmpty() && !prefix.startsWith(plain.substring(0, start))) {
                throw new CheckpointException(Reason.MIXED_NAMES, "tensor " + Text.quote(head)
                        + ": expected the prefix of "
                        + "the other weights, " + Text.quote(prefix) + ", or a part of it, got "
                        + Text.quote(plain.substring(0, start)) + " (in " + files.describe() + ")");
            }
        }
        if (heads.size() > 1 && !heads.getFirst().equals(heads.get(1))) {
            throw twice(heads.getFirst(), heads.get(1));
        }
    }

    private String prefix() {
        return prefixes.isEmpty() ? "" : prefixes.keySet().iterator().next();
    }

    /// The tensor of a weight.
    ///
    /// @param layer not read for roles outside the blocks
    Optional<WeightFiles.Located> find(WeightRole role, int layer) {
        if (role == WeightRole.UNEMBEDDING) {
            return heads.isEmpty() ? Optional.empty() : files.find(heads.getFirst());
        }
        String name = names.get(role.tensorName(layer));
        return name == null ? Optional.empty() : files.find(name);
    }

    /// What a weight that is not there would be called.
    String expected(WeightRole role, int layer) {
        if (role != WeightRole.UNEMBEDDING) {
            return shownPrefix + role.tensorName(layer);
        }
        // The head lies outside the part of the model that has the prefix.
        String outer = shownPrefix.endsWith(TRANSFORMER)
                ? shownPrefix.substring(0, shownPrefix.length() - TRANSFORMER.length()) : shownPrefix;
        return outer + role.tensorName(0);
    }
}
