package io.github.logitlens.internal.kernel;

/// `a · b + c`, rounded once, on every processor: the operation that the bits of all kernels hang on.
///
/// [Math#fma] is one instruction where the processor has it. Where it has not (an old one, or a virtual machine that hides
/// it), Java computes in decimal fractions, some thousand times slower. There this class computes in double: the product of two
/// floats is exact in it, and the sum is corrected in the rare cases in which rounding it twice could matter.
public final class Fma {

    /// Whether [Math#fma] is one instruction here.
    static final boolean IS_INSTRUCTION = isInstruction();

    /// Bits of a double's mantissa that a float has no room for, and the ones that are half of a float's last place.
    private static final long BEYOND_FLOAT = (1L << 29) - 1;
    private static final long HALF = 1L << 28;
    private static final long SMALLEST_NORMAL = Double.doubleToRawLongBits(Float.MIN_NORMAL);

    private static final int ROUNDS = 10;
    private static final int CALLS = 16;
    /// Between 30 ns, what an interpreter takes for the instruction, and 2,000, what compiled decimal fractions take.
    private static final long MOST_NANOS = 500 * CALLS;

    private Fma() {
    }

    /// What [Math#fma(float, float, float)] returns.
    public static float fma(float a, float b, float c) {
        return IS_INSTRUCTION ? Math.fma(a, b, c) : emulated(a, b, c);
    }

    /// By time, since nothing else says it to a new process at no cost: one quick round proves the instruction, and a machine
    /// that pauses does not do so in every round. The numbers are far apart, which decimal fractions take longest for.
    private static boolean isInstruction() {
        float sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                sum = Math.fma(0x1.234566p-100f, 0x1.7p20f, sum + 0x1.fffffep100f);
            }
            if (System.nanoTime() - start < MOST_NANOS) {
                return sum > 0;
            }
        }
        return false;
    }

    /// The double sum of exact product and `c` leads to the right float unless it lies in the middle between two of them: the
    /// true sum may then be on either side. Below the smallest normal float, where the middles are elsewhere, every sum counts
    /// as one. Magnitudes are compared as bits, which takes a fifth less time.
    static float emulated(float a, float b, float c) {
        double product = (double) a * b;
        double sum = product + c;
        long bits = Double.doubleToRawLongBits(sum);
        if ((bits & BEYOND_FLOAT) == HALF || Long.compareUnsigned(bits << 1, SMALLEST_NORMAL << 1) < 0) {
            return roundedOnce(product, c, sum);
        }
        return (float) sum;
    }

    /// Rounds the sum to odd: an inexact one to the neighbour whose last bit is 1, so that it is no middle any more and stands
    /// on the side of the true sum.
    private static float roundedOnce(double product, double c, double sum) {
        double ofC = sum - product;
        double error = (product - (sum - ofC)) + (c - ofC);
        long bits = Double.doubleToRawLongBits(sum);
        if ((error > 0 || error < 0) && (bits & 1) == 0) {
            return (float) Double.longBitsToDouble(error > 0 == sum > 0 ? bits + 1 : bits - 1);
        }
        return (float) sum;
    }
}
