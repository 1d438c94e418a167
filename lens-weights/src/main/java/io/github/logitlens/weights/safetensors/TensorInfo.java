package io.github.logitlens.weights.safetensors;

import java.util.List;
import java.util.Objects;

/// One entry of a safetensors header: what a tensor is called, what it holds and where its bytes lie.
///
/// ```java
/// TensorInfo t = file.tensor("wpe.weight").orElseThrow();
/// t.dtype();             // F32
/// t.shape();             // [1024, 768]
/// t.elementCount();      // 786432
/// t.end() - t.begin();   // 3145728
/// ```
///
/// @param name the tensor's name; may hold any characters
/// @param dtype the type of its elements
/// @param shape its dimensions, outermost first, empty for a scalar; *copied*. Dimensions are unsigned: one above 2⁶³−1
///        (only possible in an empty tensor, such as `[0, 18446744073709551615]`) is negative as a `Long`, and
///        [Long#toUnsignedString(long)] prints it
/// @param begin offset of its first byte, counted from the end of the header
/// @param end offset behind its last byte
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {

    /// Copies the shape.
    ///
    /// @throws IllegalArgumentException if dtype and shape do not need exactly `end - begin` bytes
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        Dimensions dimensions = Dimensions.copyOf(shape);
        shape = dimensions;
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("offsets: expected 0 <= begin <= end, got " + begin + " and " + end);
        }
        long bits;
        try {
            bits = dimensions.bits(dtype);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape: " + dtype + " " + shape + " is above 2^64-1 bits", e);
        }
        if (Long.remainderUnsigned(bits, 8) != 0 || Long.divideUnsigned(bits, 8) != end - begin) {
            throw new IllegalArgumentException("offsets: expected " + Long.toUnsignedString(bits) + " bits for "
                    + dtype + " "
                    + shape + ", got " + (end - begin) + " bytes");
        }
    }

    /// The number of elements, 1 for a scalar.
    ///
    /// @return the product of the dimensions
    public long elementCount() {
        return Long.divideUnsigned((end - begin) * 8, dtype.bits());
    }

    /// The number of bytes.
    ///
    /// @return `end - begin`
    public long byteSize() {
        return end - begin;
    }
}
