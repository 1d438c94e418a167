package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.internal.bytes.FloatFormat;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds each weight that a configuration asks for among the tensors of the files, and checks it: there, once, of a
/// floating-point type, of the right shape.
final class WeightBinder {

    private static final int MAX_LISTED = 8;
    private static final int MAX_SHOWN = 3;
    private static final int COMPARED_FLOATS = 1 << 18;

    private static final Set<WeightRole> BIASES = EnumSet.of(WeightRole.LN1_BIAS, WeightRole.QKV_BIAS,
            WeightRole.ATTN_OUT_BIAS, WeightRole.LN2_BIAS, WeightRole.MLP_IN_BIAS, WeightRole.MLP_OUT_BIAS,
            WeightRole.FINAL_LN_BIAS);
    /// Matrices that a `Linear` has the other way round.
    private static final Set<WeightRole> PROJECTIONS = EnumSet.of(WeightRole.QKV_WEIGHT, WeightRole.ATTN_OUT_WEIGHT,
            WeightRole.MLP_IN_WEIGHT, WeightRole.MLP_OUT_WEIGHT);

    private final StoredConfig stored;
    private final Gpt2Config config;
    private final WeightFiles files;
    private final TensorNames names;
    private final boolean withoutBiases;
    private final boolean transposed;
    private final Set<String> used = new HashSet<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> foundTwice = new ArrayList<>();
    private final List<String> notFloat = new ArrayList<>();
    private final List<String> misshapen = new ArrayList<>();

    private WeightBinder(StoredConfig stored, WeightFiles files) {
        this.stored = stored;
        this.config = stored.config();
        this.files = files;
        this.names = TensorNames.of(files);
        this.withoutBiases = hasNoBiasButAllElse();
        this.transposed = isTransposed();
    }

    /// What came of it.
    ///
    /// @param config as stored, with the truth about the head
    /// @param weights per role, one a layer or one alone
    /// @param ignored names of the tensors that are none of these
    /// @param notes what was taken otherwise than it stands there, a sentence each
    record Bound(Gpt2Config config, Map<WeightRole, List<Weight>> weights, List<String> ignored, List<String> notes) {
    }

    /// Binds all weights.
    ///
    /// A tied configuration may come with a head all the same. As in transformers 5, one that differs from the token
    /// embedding wins over the configuration; one that is equal, bit for bit, is ignored. It may also come with the
    /// head alone, which then is the token embedding.
    static Bound bind(StoredConfig stored, WeightFiles files) {
        return new WeightBinder(stored, files).bind();
    }

    private Bound bind() {
        Map<WeightRole, List<Weight>> weights = new EnumMap<>(WeightRole.class);
        for (WeightRole role : WeightRole.values()) {
            if (role == WeightRole.UNEMBEDDING && config.tiedUnembedding() && located(role, 0).isEmpty()) {
                continue;
            }
            List<Weight> bound = new ArrayList<>();
            for (int layer = 0; layer < (role.perLayer() ? config.nLayers() : 1); layer++) {
                Optional<Weight> weight = find(role, layer);
                if (weight.isPresent()) {
                    bound.add(weight.get());
                }
            }
            weights.put(role, List.copyOf(bound));
        }
        refuseMissing();
        refuse(Reason.TENSOR_FOUND_TWICE, foundTwice);
        refuse(Reason.NOT_FLOATING_POINT, notFloat);
        refuse(Reason.WRONG_SHAPE, misshapen);
        boolean tied = tie(weights);
        List<String> ignored = new ArrayList<>(files.names());
        ignored.removeAll(used);
        refuseAdapters(ignored);
        note(ignored);
        return new Bound(config.withTiedUnembedding(tied), weights, List.copyOf(ignored), List.copyOf(notes));
    }

    /// Whether the token embedding is the unembedding too; a head that is the same is dropped from `weights`.
    private boolean tie(Map<WeightRole, List<Weight>> weights) {
        if (!weights.containsKey(WeightRole.UNEMBEDDING)) {
            return true;
        }
        Weight head = weights.get(WeightRole.UNEMBEDDING).getFirst();
        Weight embedding = weights.get(WeightRole.TOKEN_EMBEDDING).getFirst();
        boolean oneTensor = head.name().equals(embedding.name());
        if (!oneTensor && !config.tiedUnembedding()) {
            return false;
        }
        if (!oneTensor && !equal(head, embedding)) {
            notes.add(Text.quote(head.name()) + " differs from " + Text.quote(embedding.name())
                    + ", so it is the unembedding, "
                    + "although the configuration says that the two are tied");
            return false;
        }
        weights.remove(WeightRole.UNEMBEDDING);
        if (!oneTensor) {
            used.remove(head.name());
        }
        return true;
    }

    /// The tensor of a weight. The token embedding of a tied model may go by the head's name alone.
    private Optional<WeightFiles.Located> located(WeightRole role, int layer) {
        Optional<WeightFiles.Located> found = names.find(role, layer);
        return found.isEmpty() && role == WeightRole.TOKEN_EMBEDDING && config.tiedUnembedding()
                ? names.find(WeightRole.UNEMBEDDING, 0) : found;
    }

    private boolean hasNoBiasButAllElse() {
        for (WeightRole role : WeightRole.values()) {
            boolean optional = role == WeightRole.UNEMBEDDING && config.tiedUnembedding();
            for (int layer = 0; !optional && layer < (role.perLayer() ? config.nLayers() : 1); layer++) {
                if (located(role, layer).isPresent() == BIASES.contains(role)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Whether the projections are `[out, in]`: those say so that are not square, if they all do.
    private boolean isTransposed() {
        boolean any = false;
        for (WeightRole role : PROJECTIONS) {
            List<Long> shape = role.shape(config);
            for (int layer = 0; layer < config.nLayers() && !shape.equals(shape.reversed()); layer++) {
                Optional<WeightFiles.Located> located = located(role, layer);
                if (located.isPresent()) {
                    if (!located.get().tensor().shape().equals(shape.reversed())) {
                        return false;
                    }
                    any = true;
                }
            }
        }
        return any;
    }

    private Optional<Weight> find(WeightRole role, int layer) {
        Optional<WeightFiles.Located> located = located(role, layer);
        if (located.isEmpty()) {
            String name = names.expected(role, layer);
            if (withoutBiases && BIASES.contains(role)) {
                return Optional.of(new Weight(role, name, DType.F32, config,
                        new WeightValues.Zeros(role.columns(config))));
            }
            missing.add(Text.quote(name));
            return Optional.empty();
        }
        TensorInfo tensor = located.get().tensor();
        String name = tensor.name();
        if (files.isFoundTwice(name)) {
            foundTwice.add("tensor " + Text.quote(name) + ": expected once, got it twice");
            return Optional.empty();
        }
        String in = " (in " + located.get().file().name() + ")";
        Optional<String> scale = tensor.dtype().bits() == Byte.SIZE ? scaleOf(name) : Optional.empty();
        if (!tensor.dtype().isFloat() || scale.isPresent()) {
            notFloat.add("tensor " + Text.quote(name) + ": expected " + FloatFormat.NAMES + ", got " + tensor.dtype()
                    + (scale.isPresent() ? ", to be multiplied by " + Text.quote(scale.get())
                            + " (quantized; take the model that it was made of)" : "") + in);
            return Optional.empty();
        }
        boolean turned = transposed && PROJECTIONS.contains(role);
        List<Long> shape = turned ? role.shape(config).reversed() : role.shape(config);
        if (!tensor.shape().equals(shape)) {
            misshapen.add("tensor " + Text.quote(name) + ": expected shape " + shape + (turned
                    ? ", [out, in] as the others"
                    : "") + ", got " + tensor.shape() + in);
            return Optional.empty();
        }
        used.add(name);
        WeightValues values = turned
                ? new TransposedValues(located.get().file(), tensor, role.rows(config), role.columns(config))
                : new WeightValues.Stored(located.get().file(), tensor);
        return Optional.of(new Weight(role, name, tensor.dtype(), config, values));
    }

    /// What the values of a quantized tensor would have to be multiplied by.
    private Optional<String> scaleOf(String name) {
        String module = name.substring(0, name.lastIndexOf('.') + 1);
        for (String other : files.names()) {
            if (other.startsWith(module) && other.indexOf("scale", module.length()) >= 0) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    private void refuseMissing() {
        if (missing.isEmpty()) {
            return;
        }
        refuseAdapters(files.names());
        String there = files.names().isEmpty() ? "; there are no tensors at all"
                : "; there are " + some(List.copyOf(files.names()));
        throw new CheckpointException(Reason.TENSOR_MISSING, "missing tensors: expected " + list(missing, ", ")
                + ", got none of that name" + there + " (in " + files.describe() + ")");
    }

    private static void refuse(Reason reason, List<String> problems) {
        if (!problems.isEmpty()) {
            throw new CheckpointException(reason, list(problems, "; "));
        }
    }

    private static String list(List<String> items, String separator) {
        int listed = Math.min(MAX_LISTED, items.size());
        return String.join(separator, items.subList(0, listed)) + more(items.size() - listed);
    }

    private static String some(List<String> names) {
        int shown = Math.min(MAX_SHOWN, names.size());
        List<String> quoted = new ArrayList<>();
        for (String name : names.subList(0, shown)) {
            quoted.add(Text.quote(name));
        }
        return String.join(", ", quoted) + more(names.size() - shown);
    }

    private static String more(int count) {
        return count > 0 ? " and " + count + " more" : "";
    }

    /// What an adapter changes that is not merged into the weights would be left out.
    private void refuseAdapters(Iterable<String> tensors) {
        for (String name : tensors) {
            if (name.contains("lora_") || name.contains(".base_layer.")) {
                throw new CheckpointException(Reason.UNSUPPORTED_MODEL, "tensor " + Text.quote(name)
                        + ": expected a model, "
                        + "got an adapter on top of one (merge it first: peft's merge_and_unload(), then save_pretrained) (in "
                        + files.describe() + ")");
            }
        }
    }

    private void note(List<String> ignored) {
        if (withoutBiases) {
            notes.add("there are no biases, as nanoGPT's bias=False leaves them out: zeros in their place");
        }
        if (transposed) {
            notes.add("the matrices are [out, in], as nanoGPT's Linear keeps them: read transposed");
            if (!stored.namesActivation()) {
                notes.add("the configuration names no activation_function: gelu_new, as Hugging Face takes it then; later "
                        + "versions of nanoGPT train with the exact one, \"gelu\"");
            }
        }
        List<String> unknown = new ArrayList<>();
        for (String name : ignored) {
            if (!name.endsWith("attn.bias") && !name.endsWith("attn.masked_bias")
                    && !name.endsWith(WeightRole.UNEMBEDDING.tensorName(0))) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            notes.add("tensors that are no part of a GPT-2 are not used: " + some(unknown));
        }
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
