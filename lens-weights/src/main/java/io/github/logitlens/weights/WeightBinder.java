package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds each weight that a configuration asks for among the tensors of the files, and checks it: there, once, of a
/// floating-point type, of the right shape.
final class WeightBinder {

    private static final String PREFIX = "transformer.";
    private static final int MAX_LISTED = 8;
    private static final int COMPARED_FLOATS = 1 << 18;

    private final Gpt2Config stored;
    private final WeightFiles files;
    private final String prefix;
    private final Set<String> used = new HashSet<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> foundTwice = new ArrayList<>();
    private final List<String> notFloat = new ArrayList<>();
    private final List<String> misshapen = new ArrayList<>();

    private WeightBinder(Gpt2Config stored, WeightFiles files) {
        this.stored = stored;
        this.files = files;
        this.prefix = files.find(WeightRole.TOKEN_EMBEDDING.tensorName(0)).isEmpty() && anyHasPrefix() ? PREFIX : "";
    }

    private boolean anyHasPrefix() {
        for (String name : files.names()) {
            if (name.startsWith(PREFIX)) {
                return true;
            }
        }
        return false;
    }

    /// What came of it.
    ///
    /// @param config as stored, with the truth about the head
    /// @param weights per role, one a layer or one alone
    /// @param ignored names of the tensors that are none of these
    record Bound(Gpt2Config config, Map<WeightRole, List<Weight>> weights, List<String> ignored) {
    }

    /// Binds all weights.
    ///
    /// A tied configuration may come with a head all the same. As in transformers 5, one that differs from the token
    /// embedding wins over the configuration; one that is equal, bit for bit, is ignored.
    static Bound bind(Gpt2Config stored, WeightFiles files) {
        return new WeightBinder(stored, files).bind();
    }

    private Bound bind() {
        Map<WeightRole, List<Weight>> weights = new EnumMap<>(WeightRole.class);
        for (WeightRole role : WeightRole.values()) {
            if (role == WeightRole.UNEMBEDDING && stored.tiedUnembedding()
                    && files.find(role.tensorName(0)).isEmpty()) {
                continue;
            }
            List<Weight> bound = new ArrayList<>();
            for (int layer = 0; layer < (role.perLayer() ? stored.nLayers() : 1); layer++) {
                Optional<Weight> weight = find(role, layer);
                if (weight.isPresent()) {
                    bound.add(weight.get());
                }
            }
            weights.put(role, List.copyOf(bound));
        }
        refuse(Reason.TENSOR_MISSING, missing);
        refuse(Reason.TENSOR_FOUND_TWICE, foundTwice);
        refuse(Reason.NOT_FLOATING_POINT, notFloat);
        refuse(Reason.WRONG_SHAPE, misshapen);
        boolean tied = !weights.containsKey(WeightRole.UNEMBEDDING);
        if (!tied && stored.tiedUnembedding()) {
            Weight head = weights.get(WeightRole.UNEMBEDDING).getFirst();
            if (equal(head, weights.get(WeightRole.TOKEN_EMBEDDING).getFirst())) {
                weights.remove(WeightRole.UNEMBEDDING);
                used.remove(head.name());
                tied = true;
            }
        }
        List<String> ignored = new ArrayList<>(files.names());
        ignored.removeAll(used);
        return new Bound(stored.withTiedUnembedding(tied), weights, List.copyOf(ignored));
    }

    private Optional<Weight> find(WeightRole role, int layer) {
        String bare = role.tensorName(layer);
        // The head lies outside the part of the model that has the prefix.
        String name = role == WeightRole.UNEMBEDDING ? bare : prefix + bare;
        Optional<WeightFiles.Located> located = files.find(name);
        if (located.isEmpty()) {
            missing.add(Text.quote(name));
            return Optional.empty();
        }
        String otherName = prefix.isEmpty() ? PREFIX + bare : bare;
        if (files.isFoundTwice(name) || !otherName.equals(name) && files.find(otherName).isPresent()) {
            foundTwice.add("tensor " + Text.quote(name) + ": expected once, got it twice");
            return Optional.empty();
        }
        TensorInfo tensor = located.get().tensor();
        String in = " (in " + located.get().file().name() + ")";
        if (!tensor.dtype().isFloat()) {
            notFloat.add("tensor " + Text.quote(name) + ": expected F32, F16, BF16 or F64, got " + tensor.dtype() + in);
            return Optional.empty();
        }
        List<Long> shape = role.shape(stored);
        if (!tensor.shape().equals(shape)) {
            misshapen.add("tensor " + Text.quote(name) + ": expected shape " + shape + ", got " + tensor.shape() + in);
            return Optional.empty();
        }
        used.add(name);
        return Optional.of(new Weight(role, located.get().file(), tensor, stored));
    }

    private void refuse(Reason reason, List<String> problems) {
        if (problems.isEmpty()) {
            return;
        }
        int listed = Math.min(MAX_LISTED, problems.size());
        String list = String.join(reason == Reason.TENSOR_MISSING ? ", " : "; ", problems.subList(0, listed));
        String more = listed < problems.size() ? " and " + (problems.size() - listed) + " more" : "";
        throw new CheckpointException(reason, reason == Reason.TENSOR_MISSING
                ? "missing tensors: expected " + list + more + ", got none of that name (in " + files.describe() + ")"
                : list + more);
    }

    private static boolean equal(Weight a, Weight b) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment left = arena.allocate((long) COMPARED_FLOATS * Float.BYTES, Float.BYTES);
            MemorySegment right = arena.allocate((long) COMPARED_FLOATS * Float.BYTES, Float.BYTES);
            for (long done = 0; done < a.length(); done += COMPARED_FLOATS) {
                long count = Math.min(COMPARED_FLOATS, a.length() - done);
                a.read(done, left, 0, count);
                b.read(done, right, 0, count);
                if (MemorySegment.mismatch(left, 0, count * Float.BYTES, right, 0, count * Float.BYTES) >= 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
