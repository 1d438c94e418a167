package io.github.logitlens.weights;

import java.util.Optional;

/// The non-linearity between the two matrices of the MLP.
public enum ActivationFunction {
    /// GPT-2's own: `0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    GELU_NEW,
    /// The exact GELU: `0.5 x (1 + erf(x / √2))`.
    GELU,
    /// `max(x, 0)`.
    RELU,
    /// `x · sigmoid(x)`, also called swish.
    SILU,
    /// `tanh(x)`.
    TANH,
    /// `x · sigmoid(1.702 x)`.
    QUICK_GELU;

    /// Every spelling that transformers has for one of these functions; what it calls `gelu_fast`, `gelu_accurate` or
    /// `gelu_pytorch_tanh` is `gelu_new` written differently.
    static Optional<ActivationFunction> named(String spelling) {
        return switch (spelling) {
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate" ->
                    Optional.of(GELU_NEW);
            case "gelu", "gelu_python" -> Optional.of(GELU);
            case "relu" -> Optional.of(RELU);
            case "silu", "swish" -> Optional.of(SILU);
            case "tanh" -> Optional.of(TANH);
            case "quick_gelu" -> Optional.of(QUICK_GELU);
            default -> Optional.empty();
        };
    }
}
