package io.github.logitlens.weights;

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
    BOOL(8, false),
    /// 4-bit float, two elements a byte.
    F4(4, false),
    /// 6-bit float with 2 exponent and 3 mantissa bits.
    F6_E2M3(6, false),
    /// 6-bit float with 3 exponent and 2 mantissa bits.
    F6_E3M2(6, false),
    /// Unsigned byte.
    U8(8, false),
    /// Signed byte.
    I8(8, false),
    /// 8-bit float with 5 exponent and 2 mantissa bits.
    F8_E5M2(8, false),
    /// 8-bit float with 4 exponent and 3 mantissa bits.
    F8_E4M3(8, false),
    /// 8-bit exponent without mantissa, used as a scale.
    F8_E8M0(8, false),
    /// 8-bit float as [#F8_E4M3], without infinities and negative zero.
    F8_E4M3FNUZ(8, false),
    /// 8-bit float as [#F8_E5M2], without infinities and negative zero.
    F8_E5M2FNUZ(8, false),
    /// Signed 16-bit integer.
    I16(16, false),
    /// Unsigned 16-bit integer.
    U16(16, false),
    /// IEEE 754 half precision.
    F16(16, true),
    /// The upper half of a float32.
    BF16(16, true),
    /// Signed 32-bit integer.
    I32(32, false),
    /// Unsigned 32-bit integer.
    U32(32, false),
    /// IEEE 754 single precision.
    F32(32, true),
    /// Two float32: real and imaginary part.
    C64(64, false),
    /// IEEE 754 double precision.
    F64(64, true),
    /// Signed 64-bit integer.
    I64(64, false),
    /// Unsigned 64-bit integer.
    U64(64, false);

    private static final List<DType> ALL = List.of(values());

    private final int bits;
    private final boolean isFloat;

    DType(int bits, boolean isFloat) {
        this.bits = bits;
        this.isFloat = isFloat;
    }

    /// The size of one element in bits: 4, 6, 8, 16, 32 or 64.
    ///
    /// @return bits per element
    public int bits() {
        return bits;
    }

    /// Whether [SafeTensors#readFloats] can read this type: `F16`, `BF16`, `F32` and `F64`.
    ///
    /// @return true for the four types that become float32
    public boolean isFloat() {
        return isFloat;
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
