package io.github.logitlens.weights.internal.layout;

import io.github.logitlens.weights.internal.text.Text;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What lies where a model's weights should, by the names of the files: other libraries' layouts, and what makes a model in
/// safetensors form of each.
public enum OtherLayout {
    ADAPTER("adapter_config\\.json|adapter_model\\.(safetensors|bin)",
            "an adapter, which is no model by itself (merge it into its base model first: peft's merge_and_unload(), then "
                    + "save_pretrained)"),
    SHARDS_WITHOUT_INDEX("model-\\d+-of-\\d+\\.safetensors",
            "shards without their index " + ModelFiles.WEIGHTS_INDEX + " (which save_pretrained writes with them)"),
    VARIANT("model\\.[^.]+\\.safetensors|model\\.[^.]+-\\d+-of-\\d+\\.safetensors"
                    + "|model\\.safetensors\\.index\\.[^.]+\\.json",
            "a variant under a name of its own (a single file: rename it to, or link it as, "
                    + ModelFiles.WEIGHTS + ")"),
    OTHER_SAFETENSORS(".*\\.safetensors",
            "safetensors under another name (if it is the model, rename it to, or link it as, "
            + ModelFiles.WEIGHTS + ")"),
    GGUF(".*\\.gguf|ggml-.*\\.bin",
            "llama.cpp's format (take the model that it was made of, in safetensors form)"),
    PYTORCH(".*\\.(bin|pt|pth|ckpt)|pytorch_model\\.bin\\.index(\\..*)?\\.json",
            "PyTorch's format under another name, incomplete, or of before version 1.6 (convert it to safetensors: transformers' "
                    + "GPT2LMHeadModel.from_pretrained(…).save_pretrained(…), or safetensors.torch.save_model)"),
    TENSORFLOW(".*\\.h5|.*\\.ckpt\\.(index|meta|data-.*)",
            "TensorFlow's format (convert it to safetensors: transformers' "
                    + "GPT2LMHeadModel.from_pretrained(…, from_tf=True).save_pretrained(…))"),
    FLAX(".*\\.msgpack(\\.index\\.json)?",
            "Flax's format (convert it to safetensors: transformers' "
                    + "GPT2LMHeadModel.from_pretrained(…, from_flax=True).save_pretrained(…))"),
    ONNX(".*\\.(onnx|tflite|ot|mlmodel)", "a format to run, not to read (take the model in safetensors form)"),
    TRAINER("(checkpoint|epoch|step|iter)[-_]\\d+", "the folder of a trainer, with checkpoints (name one of them)");

    /// Files whose names look like weights, and that hold none.
    private static final Pattern NO_WEIGHTS = Pattern.compile(
            "training_args\\.bin|(optimizer|scheduler|scaler)(_\\d+)?\\.(bin|pt)|rng_state.*\\.pth");

    /// Names that a hub can be asked for, since it does not tell which files there are.
    public static final List<String> LIKELY = List.of("model.fp16.safetensors", "tf_model.h5", "flax_model.msgpack",
            "adapter_config.json");

    private final Pattern names;
    private final String meaning;

    OtherLayout(String names, String meaning) {
        this.names = Pattern.compile(names);
        this.meaning = meaning;
    }

    /// What a directory without a model's weights has instead.
    ///
    /// @param names of the files and folders in it
    /// @return for the end of a message: such as `tf_model.h5: TensorFlow's format (convert it …)`
    public static Optional<String> describe(Collection<String> names) {
        for (OtherLayout layout : values()) {
            TreeSet<String> found = new TreeSet<>(Comparator.comparingInt(String::length)
                    .thenComparing(Comparator.naturalOrder()));
            for (String name : names) {
                if (layout.names.matcher(name).matches() && !NO_WEIGHTS.matcher(name).matches()) {
                    found.add(name);
                }
            }
            if (!found.isEmpty()) {
                String more = found.size() > 1 ? " and " + (found.size() - 1) + " more" : "";
                String one = layout == TRAINER ? found.last() : found.first();
                return Optional.of(Text.escape(one) + more + ": " + layout.meaning);
            }
        }
        return Optional.empty();
    }
}
