package io.github.logitlens.weights;

import io.github.logitlens.error.LensException;
import java.util.Objects;

/// A checkpoint that is not a GPT-2 this library can run, or not complete. The message is one line (missing tensors:
/// one line too, with a bounded list) that names the file, and the field or tensor, what was expected and what was
/// found.
///
/// ```java
/// try (Checkpoint checkpoint = Checkpoint.open(directory)) {
///     …
/// } catch (CheckpointException e) {
///     e.reason();        // WRONG_SHAPE
///     e.getMessage();    // tensor 'h.3.ln_1.weight': expected shape [768], got [1024] (in mine/model.safetensors)
/// }
/// ```
public final class CheckpointException extends LensException {

    private static final long serialVersionUID = 1L;

    /// The cause, one constant for each.
    public enum Reason {
        /// The name is neither `demo` nor a directory.
        UNKNOWN_MODEL,
        /// The bundled model is missing from the class path.
        DEMO_MISSING,
        /// The parts of the bundled model do not fit together.
        DEMO_DAMAGED,
        /// The path is not a directory, or may not be entered.
        NOT_A_DIRECTORY,
        /// There is no `config.json`.
        CONFIG_MISSING,
        /// `config.json` cannot be read: permission, size, a pipe.
        CONFIG_UNREADABLE,
        /// `config.json` is not one JSON object.
        CONFIG_NOT_JSON,
        /// A field of `config.json` has the wrong type or an impossible value.
        CONFIG_INVALID,
        /// `config.json` describes something that is not GPT-2, or a variant that this library does not compute.
        UNSUPPORTED_MODEL,
        /// There is neither `model.safetensors` nor `pytorch_model.bin`, nor an index of shards.
        WEIGHTS_MISSING,
        /// The index cannot be read: permission, size, a pipe.
        INDEX_UNREADABLE,
        /// The index is not JSON of the form `{"weight_map": {tensor: file}}`.
        INDEX_INVALID,
        /// The index names a file outside the directory, or one that is no safetensors file.
        UNSAFE_SHARD_NAME,
        /// The index names a file that is not there.
        SHARD_MISSING,
        /// Tensors that the model needs are missing.
        TENSOR_MISSING,
        /// The names of the weights have different prefixes, as if there were parts of several models.
        MIXED_NAMES,
        /// A tensor that the model needs is there twice.
        TENSOR_FOUND_TWICE,
        /// A tensor's shape does not follow from the configuration.
        WRONG_SHAPE,
        /// A tensor is not stored as F32, F16, BF16, F64, F8_E4M3 or F8_E5M2, or is multiplied by a scale.
        NOT_FLOATING_POINT
    }

    /// What [#reason()] returns.
    private final Reason reason;

    CheckpointException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason);
    }

    CheckpointException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason);
    }

    /// The cause as a constant.
    ///
    /// @return what went wrong
    @Override
    public Reason reason() {
        return reason;
    }
}
