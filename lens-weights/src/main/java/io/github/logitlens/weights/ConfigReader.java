package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.internal.text.JsonException;
import io.github.logitlens.weights.internal.text.JsonFields;
import java.util.Map;
import java.util.Optional;

/// Reads Hugging Face's `config.json`. A field that is absent has the value that transformers gives it; the four sizes
/// may also go by transformers' common names (`hidden_size` for `n_embd`, …), and the context by nanoGPT's
/// (`block_size`).
///
/// Here and wherever a checkpoint is opened there are no lambdas on the way that goes well: the first use of each costs a
/// new process a millisecond.
final class ConfigReader {

    private final Map<String, JsonFields.Value> fields;
    private final String file;

    private ConfigReader(Map<String, JsonFields.Value> fields, String file) {
        this.fields = fields;
        this.file = file;
    }

    /// The configuration as the file has it; whether the head is really tied, the weights will tell.
    static StoredConfig parse(byte[] json, String file) {
        try {
            return new ConfigReader(JsonFields.parse(json, file), file).stored();
        } catch (JsonException e) {
            throw new CheckpointException(Reason.CONFIG_NOT_JSON, e.getMessage(), e);
        }
    }

    private StoredConfig stored() {
        return new StoredConfig(config(), fields.containsKey("activation_function"));
    }

    private Gpt2Config config() {
        refuseOtherModels();
        int dModel = size("n_embd", "hidden_size", 768, Gpt2Config.MAX_D_MODEL);
        int nHeads = size("n_head", "num_attention_heads", 12, dModel);
        if (dModel % nHeads != 0) {
            throw invalid("n_head", "a divisor of n_embd " + dModel, String.valueOf(nHeads));
        }
        int nLayers = size("n_layer", "num_hidden_layers", 12, Gpt2Config.MAX_LAYERS);
        int nCtx = size("n_positions", "max_position_embeddings", size("n_ctx", "block_size", 1024, Gpt2Config.MAX_CTX),
                Gpt2Config.MAX_CTX);
        int vocabSize = size("vocab_size", "vocab_size", 50257, Gpt2Config.MAX_VOCAB_SIZE);
        JsonFields.Value inner = fields.get("n_inner");
        boolean innerGiven = inner != null && inner.kind() != JsonFields.Kind.NULL;
        int dMlp = innerGiven ? size("n_inner", "n_inner", 0, Gpt2Config.MAX_D_MLP) : 4 * dModel;
        return new Gpt2Config(nLayers, nHeads, dModel, dMlp, vocabSize, nCtx, epsilon(), activation(),
                flag("scale_attn_weights", true), flag("scale_attn_by_inverse_layer_idx", false),
                flag("tie_word_embeddings", true));
    }

    private void refuseOtherModels() {
        Optional<JsonFields.Value> type = value("model_type");
        if (type.isPresent() && !(type.get().kind() == JsonFields.Kind.STRING && type.get().text().equals("gpt2"))) {
            throw unsupported("model_type", "'gpt2'", type.get().describe());
        }
        if (flag("add_cross_attention", false)) {
            throw unsupported("add_cross_attention", "false", "true");
        }
        JsonFields.Value pruned = fields.get("pruned_heads");
        if (pruned != null && !pruned.children().isEmpty()) {
            throw unsupported("pruned_heads", "none", "some");
        }
        JsonFields.Value quantization = fields.get("quantization_config");
        if (quantization != null && quantization.kind() != JsonFields.Kind.NULL) {
            JsonFields.Value method = quantization.children().get("quant_method");
            throw unsupported("quantization_config", "none (take the model that this one was made of)",
                    method == null ? quantization.describe() : "quant_method " + method.describe());
        }
        // Only the order of roundings depends on it, but its type is checked like that of every field that is known.
        flag("reorder_and_upcast_attn", false);
    }

    private int size(String field, String otherName, int absent, int max) {
        if (!field.equals(otherName) && fields.containsKey(otherName)) {
            int other = size(otherName, otherName, absent, max);
            if (fields.containsKey(field) && size(field, field, absent, max) != other) {
                throw invalid(otherName, "the value of " + field + ", " + fields.get(field).text(),
                        String.valueOf(other));
            }
            return other;
        }
        Optional<JsonFields.Value> given = value(field);
        if (given.isEmpty()) {
            return absent;
        }
        String expected = "an integer from 1 to " + max;
        if (given.get().kind() != JsonFields.Kind.NUMBER) {
            throw invalid(field, expected, given.get().describe());
        }
        try {
            int size = Integer.parseInt(given.get().text());
            if (size >= 1 && size <= max) {
                return size;
            }
        } catch (NumberFormatException e) {
            throw new CheckpointException(Reason.CONFIG_INVALID, message(field, expected, given.get().describe()), e);
        }
        throw invalid(field, expected, given.get().describe());
    }

    private double epsilon() {
        String field = "layer_norm_epsilon";
        Optional<JsonFields.Value> given = value(field);
        if (given.isEmpty()) {
            return 1e-5;
        }
        if (given.get().kind() == JsonFields.Kind.NUMBER) {
            double epsilon = Double.parseDouble(given.get().text());
            if (epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY) {
                return epsilon;
            }
        }
        throw invalid(field, "a finite number >= 0", given.get().describe());
    }

    private ActivationFunction activation() {
        String field = "activation_function";
        Optional<JsonFields.Value> given = value(field);
        if (given.isEmpty()) {
            return ActivationFunction.GELU_NEW;
        }
        String expected = "gelu_new, gelu, relu, silu, tanh or quick_gelu";
        if (given.get().kind() != JsonFields.Kind.STRING) {
            throw invalid(field, expected, given.get().describe());
        }
        Optional<ActivationFunction> known = ActivationFunction.named(given.get().text());
        if (known.isEmpty()) {
            throw unsupported(field, expected, given.get().describe());
        }
        return known.get();
    }

    private boolean flag(String field, boolean absent) {
        Optional<JsonFields.Value> given = value(field);
        if (given.isEmpty()) {
            return absent;
        }
        return switch (given.get().kind()) {
            case TRUE -> true;
            case FALSE -> false;
            case OBJECT, ARRAY, STRING, NUMBER, NULL -> throw invalid(field, "true or false", given.get().describe());
        };
    }

    private Optional<JsonFields.Value> value(String field) {
        return Optional.ofNullable(fields.get(field));
    }

    private CheckpointException invalid(String field, String expected, String got) {
        return new CheckpointException(Reason.CONFIG_INVALID, message(field, expected, got));
    }

    private CheckpointException unsupported(String field, String expected, String got) {
        return new CheckpointException(Reason.UNSUPPORTED_MODEL, message(field, expected, got));
    }

    private String message(String field, String expected, String got) {
        return field + ": expected " + expected + ", got " + got + " (in " + file + ")";
    }
}
