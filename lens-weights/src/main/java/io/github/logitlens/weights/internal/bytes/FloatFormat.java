package io.github.logitlens.weights.internal.bytes;

/// How a file stores a number that becomes float32; little-endian. Of the 8-bit ones these two are what a cast in
/// PyTorch makes: the number itself, without a scale beside it.
public enum FloatFormat {
    F8_E4M3(1),
    F8_E5M2(1),
    F16(2),
    BF16(2),
    F32(4),
    F64(8);

    /// All of them, for messages.
    public static final String NAMES = "F32, F16, BF16, F64, F8_E4M3 or F8_E5M2";

    private final int bytes;

    FloatFormat(int bytes) {
        this.bytes = bytes;
    }

    /// The size of one element.
    public int bytes() {
        return bytes;
    }
}
