package io.github.logitlens.weights.safetensors;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/// An immutable `List<Long>` over a `long[]`: a header may claim fifty million dimensions, and boxes would be ten times
/// that.
final class Dimensions extends AbstractList<Long> implements RandomAccess {

    private final long[] dims;

    /// `dims` is *owned from here on*.
    Dimensions(long[] dims) {
        this.dims = dims;
    }

    static Dimensions copyOf(List<Long> shape) {
        return shape instanceof Dimensions same ? same
                : new Dimensions(shape.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public Long get(int index) {
        return dims[index];
    }

    @Override
    public int size() {
        return dims.length;
    }

    /// The elements as unsigned numbers, not more than a line of them.
    @Override
    public String toString() {
        int shown = Math.min(dims.length, 16);
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < shown; i++) {
            text.append(i == 0 ? "" : ", ").append(Long.toUnsignedString(dims[i]));
        }
        if (shown < dims.length) {
            text.append(", … ").append(dims.length - shown).append(" more");
        }
        return text.append(']').toString();
    }

    /// The size in bits of a tensor of this shape, an unsigned number: the product is taken from the left, so that
    /// `[2⁶³, 4, 0]` overflows before the 0 is reached. All arithmetic on claimed sizes is here.
    ///
    /// @throws ArithmeticException if a step does not fit in 64 bits
    long bits(DType dtype) {
        long elements = 1;
        for (long dim : dims) {
            elements = Math.unsignedMultiplyExact(elements, dim);
        }
        return Math.unsignedMultiplyExact(elements, (long) dtype.bits());
    }
}
