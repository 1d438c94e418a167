package io.github.logitlens.weights.internal.bytes;

/// How a file stores a number that becomes float32; little-endian.
public enum FloatFormat {
    F16(2),
    BF16(2),
    F32(4),
    F64(8);

    private final int bytes;

    FloatFormat(int bytes) {
        this.bytes = bytes;
    }

    /// The size of one element.
    public int bytes() {
        return bytes;
    }
}
