package io.github.logitlens.weights.lens;

import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.lens.LensFileException.Reason;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One file of a lens: which of its tensors belongs to which place, and what it says of its model.
final class LensPart {

    private static final Pattern TUNED = Pattern.compile("(\\d{1,4})\\.(weight|bias)");
    private static final Pattern ARTIFACT = Pattern.compile("J\\.(\\d{1,4})");
    private static final Pattern CHECKPOINT = Pattern.compile("jacobian_sum\\.(\\d{1,4})");
    private static final Pattern AFFINE =
            Pattern.compile("(blocks\\.(\\d{1,4})\\.hook_resid_(?:pre|mid|post))\\.(weight|bias)");
    /// What TransformerLens does to weights before it runs them, in the words of its options.
    private static final List<String> PROCESSING = List.of("fold_ln", "center_writing_weights", "center_unembed");

    private static final int MAX_LAYERS = 9999;
    /// As many as a float64 counts one by one.
    private static final long MAX_PROMPTS = 1L << 53;

    private final TensorFile file;
    private final Map<String, String> about;
    private final LensForm form;
    private final boolean summed;
    /// By place, in the order of the forward pass: twice the blocks before it, and one more in the middle of a block.
    private final TreeMap<Integer, TensorInfo> matrices = new TreeMap<>();
    private final TreeMap<Integer, TensorInfo> biases = new TreeMap<>();
    private final int dModel;

    /// @param about what a configuration beside the file says; the file's own metadata comes first
    LensPart(TensorFile file, Map<String, String> about) {
        this.file = file;
        this.about = new HashMap<>(about);
        this.about.putAll(file.metadata());
        summed = anyMatches(CHECKPOINT) || file.metadata().containsKey("next_idx");
        form = form();
        file.tensors().forEach(this::place);
        if (matrices.isEmpty()) {
            throw refused(Reason.NOT_FITTED, "jacobian_sum", "a sum for one layer at least", "none");
        }
        refuseProcessed();
        dModel = checkShapes();
    }

    private boolean anyMatches(Pattern pattern) {
        return file.tensors().stream().anyMatch(tensor -> pattern.matcher(tensor.name()).matches());
    }

    private LensForm form() {
        Optional<LensForm> found = anyMatches(TUNED) ? Optional.of(LensForm.TUNED)
                : summed || anyMatches(ARTIFACT) ? Optional.of(LensForm.JACOBIAN)
                : anyMatches(AFFINE) ? Optional.of(LensForm.AFFINE) : Optional.empty();
        LensForm form = found.orElseThrow(() -> new LensFileException(Reason.NOT_A_LENS, file.name()
                + ": expected the tensors of a lens, such as '0.weight', 'J.0' or 'blocks.0.hook_resid_post.weight', got "
                + (file.tensors().isEmpty() ? "no tensors" : Text.quote(file.tensors().getFirst().name()))));
        text("lens_type").ifPresent(type -> {
            if (!LensForm.ofType(type).equals(Optional.of(form))) {
                throw refused(Reason.CONFIG_INVALID, "lens_type", form.lensType(), Text.quote(type));
            }
        });
        return form;
    }

    private void place(TensorInfo tensor) {
        Matcher name = pattern().matcher(tensor.name());
        if (!name.matches()) {
            throw refused(Reason.NOT_A_LENS, "tensor " + Text.quote(tensor.name()),
                    "a name as in a " + form.key() + " lens", "another");
        }
        int place = switch (form) {
            case TUNED -> 2 * Integer.parseInt(name.group(1));
            case JACOBIAN -> 2 * (Integer.parseInt(name.group(1)) + 1);
            case AFFINE -> place(name.group(1), Integer.parseInt(name.group(2)));
        };
        boolean bias = form != LensForm.JACOBIAN && name.group(name.groupCount()).equals("bias");
        if ((bias ? biases : matrices).putIfAbsent(place, tensor) != null) {
            throw refused(Reason.NOT_A_LENS, "tensor " + Text.quote(tensor.name()), "one for its place", "two");
        }
    }

    private Pattern pattern() {
        return switch (form) {
            case TUNED -> TUNED;
            case JACOBIAN -> summed ? CHECKPOINT : ARTIFACT;
            case AFFINE -> AFFINE;
        };
    }

    private static int place(String hook, int layer) {
        return 2 * layer + (hook.endsWith("pre") ? 0 : hook.endsWith("mid") ? 1 : 2);
    }

    /// A place's TransformerLens name.
    static String hook(int place) {
        if (place == 0) {
            return "blocks.0.hook_resid_pre";
        }
        return place % 2 == 1 ? "blocks." + place / 2 + ".hook_resid_mid" : "blocks." + (place / 2 - 1) + ".hook_resid_post";
    }

    private void refuseProcessed() {
        about.forEach((name, value) -> {
            if (PROCESSING.contains(name.substring(name.lastIndexOf('.') + 1)) && value.equals("true")) {
                throw refused(Reason.PROCESSED_WEIGHTS, name, "a lens of the weights as they are published", "true");
            }
        });
    }

    private int checkShapes() {
        long width = number("d_model").orElse(matrices.firstEntry().getValue().shape().stream().findFirst().orElse(0L));
        if (width < 1 || width > 1 << 15) {
            throw refused(Reason.CONFIG_INVALID, "d_model", "from 1 to " + (1 << 15), String.valueOf(width));
        }
        matrices.values().forEach(tensor -> requireShape(tensor, List.of(width, width)));
        biases.values().forEach(tensor -> requireShape(tensor, List.of(width)));
        for (int place : biases.keySet()) {
            if (!matrices.containsKey(place)) {
                throw missing("matrix", place);
            }
        }
        boolean biased = text("bias").map(Boolean::parseBoolean).orElse(!biases.isEmpty());
        for (int place : form == LensForm.TUNED && biased ? matrices.keySet() : List.<Integer>of()) {
            if (!biases.containsKey(place)) {
                throw missing("bias", place);
            }
        }
        return (int) width;
    }

    private void requireShape(TensorInfo tensor, List<Long> shape) {
        String what = "tensor " + Text.quote(tensor.name());
        if (!tensor.shape().equals(shape)) {
            throw refused(Reason.WRONG_SHAPE, what, "shape " + shape, tensor.shape().toString());
        }
        if (!tensor.dtype().isFloat()) {
            throw refused(Reason.WRONG_SHAPE, what, "F32, F16, BF16 or F64", tensor.dtype().toString());
        }
    }

    private LensFileException missing(String what, int place) {
        return refused(Reason.TENSOR_MISSING, what + " for " + hook(place), "one", "none");
    }

    /// How many blocks the model has, as far as the file says it.
    OptionalInt nLayers() {
        Optional<Long> layers = count("num_hidden_layers", 1);
        if (form == LensForm.TUNED) {
            return OptionalInt.of(translators(layers));
        }
        int least = matrices.lastKey() / 2 + 1;
        Optional<Long> blocks = layers.or(() -> count("target_layer", 0).map(layer -> layer + 1));
        if (blocks.isPresent() && blocks.get() < least) {
            throw refused(Reason.CONFIG_INVALID, "layers", "at least " + least + ", one more than have a map",
                    blocks.get().toString());
        }
        return blocks.isPresent() ? OptionalInt.of(Math.toIntExact(blocks.get())) : OptionalInt.empty();
    }

    private Optional<Long> count(String name, int least) {
        Optional<Long> count = number(name);
        if (count.isPresent() && (count.get() < least || count.get() > MAX_LAYERS)) {
            throw refused(Reason.CONFIG_INVALID, name, "from " + least + " to " + MAX_LAYERS, count.get().toString());
        }
        return count;
    }

    /// A tuned lens has a map for each place but the last.
    private int translators(Optional<Long> layers) {
        int expected = layers.map(Math::toIntExact).orElse(matrices.size());
        for (int i = 0; i < expected; i++) {
            if (!matrices.containsKey(2 * i)) {
                throw missing("matrix", 2 * i);
            }
        }
        if (matrices.size() > expected) {
            throw refused(Reason.CONFIG_INVALID, "num_hidden_layers", matrices.size() + ", as many as there are maps",
                    String.valueOf(expected));
        }
        return expected;
    }

    /// How many prompts a Jacobian lens was fitted on.
    Optional<Long> prompts() {
        String name = about.containsKey("n_done") ? "n_done" : "n_prompts";
        Optional<Long> prompts = number(name);
        if (prompts.isPresent() && prompts.get() <= 0 || summed && prompts.isEmpty()) {
            throw refused(Reason.NOT_FITTED, name, "at least 1", prompts.map(String::valueOf).orElse("none"));
        }
        if (prompts.isPresent() && prompts.get() > MAX_PROMPTS) {
            throw refused(Reason.CONFIG_INVALID, name, "at most " + MAX_PROMPTS, prompts.get().toString());
        }
        return prompts;
    }

    /// A matrix as it stands in the file; of a fit checkpoint, the sum over its prompts.
    float[] matrix(int place) {
        return file.readFloats(matrices.get(place));
    }

    /// A bias, all zeros where there is none.
    float[] bias(int place) {
        TensorInfo bias = biases.get(place);
        return bias == null ? new float[dModel] : file.readFloats(bias);
    }

    /// Whether matrices are sums over prompts.
    boolean summed() {
        return summed;
    }

    LensForm lensForm() {
        return form;
    }

    int dModel() {
        return dModel;
    }

    List<Integer> places() {
        return List.copyOf(matrices.keySet());
    }

    TensorFile file() {
        return file;
    }

    /// What the file, or the configuration beside it, says of something.
    Optional<String> text(String name) {
        return Optional.ofNullable(about.get(name));
    }

    private Optional<Long> number(String name) {
        Optional<String> text = text(name);
        try {
            return text.map(Long::parseLong);
        } catch (NumberFormatException _) {
            throw refused(Reason.CONFIG_INVALID, name, "a whole number", Text.quote(text.orElseThrow()));
        }
    }

    LensFileException refused(Reason reason, String what, String expected, String got) {
        return new LensFileException(reason, what + ": expected " + expected + ", got " + got + " (in " + file.name() + ")");
    }
}
