package io.github.logitlens.weights.safetensors;

import io.github.logitlens.weights.internal.bytes.FloatFormat;
import java.util.List;
import java.util.Optional;

/// The element types of a safetensors file. The constant's name is the exact spelling in the file.
///
/// ```java
/// DType.BF16.bits();              // 16
/// DType.F6_E2M3.bits();           // 6: four elements share three bytes
/// DType.F16.isFloat();            // true: SafeTensors.readFloats widens it
/// ```
public enum DType {
    /// One byte per element, 0 or 1; other values are not refused.
    BOOL(8),
    /// 4-bit float, two elements a byte.
    F4(4),
    /// 6-bit float with 2 exponent and 3 mantissa bits.
    F6_E2M3(6),
    /// 6-bit float with 3 exponent and 2 mantissa bits.
    F6_E3M2(6),
    /// Unsigned byte.
    U8(8),
    /// Signed byte.
    I8(8),
    /// 8-bit float with 5 exponent and 2 mantissa bits.
    F8_E5M2(8, FloatFormat.F8_E5M2),
    /// 8-bit float with 4 exponent and 3 mantissa bits.
    F8_E4M3(8, FloatFormat.F8_E4M3),
    /// 8-bit exponent without mantissa, used as a scale.
    F8_E8M0(8),
    /// 8-bit float as [#F8_E4M3], without infinities and negative zero.
    F8_E4M3FNUZ(8),
    /// 8-bit float as [#F8_E5M2], without infinities and negative zero.
    F8_E5M2FNUZ(8),
    /// Signed 16-bit integer.
    I16(16),
    /// Unsigned 16-bit integer.
    U16(16),
    /// IEEE 754 half precision.
    F16(16, FloatFormat.F16),
    /// The upper half of a float32.
    BF16(16, FloatFormat.BF16),
    /// Signed 32-bit integer.
    I32(32),
    /// Unsigned 32-bit integer.
    U32(32),
    /// IEEE 754 single precision.
    F32(32, FloatFormat.F32),
    /// Two float32: real and imaginary part.
    C64(64),
    /// IEEE 754 double precision.
    F64(64, FloatFormat.F64),
    /// Signed 64-bit integer.
    I64(64),
    /// Unsigned 64-bit integer.
    U64(64);

    private static final List<DType> ALL = List.of(values());

    private final int bits;
    private final Optional<FloatFormat> floatFormat;

    DType(int bits) {
        this.bits = bits;
        this.floatFormat = Optional.empty();
    }

    DType(int bits, FloatFormat floatFormat) {
        this.bits = bits;
        this.floatFormat = Optional.of(floatFormat);
    }

    /// The size of one element in bits: 4, 6, 8, 16, 32 or 64.
    ///
    /// @return bits per element
    public int bits() {
        return bits;
    }

    /// Whether [SafeTensors#readFloats] can read this type: `F16`, `BF16`, `F32`, `F64`, `F8_E4M3` and `F8_E5M2`.
    ///
    /// @return true for the six types that become float32
    public boolean isFloat() {
        return floatFormat.isPresent();
    }

    Optional<FloatFormat> floatFormat() {
        return floatFormat;
    }

    static Optional<DType> named(String spelling) {
        for (DType dtype : ALL) {
            if (dtype.name().equals(spelling)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }
}
