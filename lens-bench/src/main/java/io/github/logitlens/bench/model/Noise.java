package io.github.logitlens.bench.model;

/// Deterministic random numbers, the same on every machine and addressable by index.
///
/// A number is the sum of the four 16-bit parts of a mixed 64-bit counter: integers and one division, no library whose
/// algorithm could change. The sum of four uniform numbers is close to a normal one, cut at 3.5 standard deviations.
///
/// @param seed which sequence
public record Noise(long seed) {

    /// Of the sum of four uniform numbers below 2¹⁶.
    private static final float MEAN = 2 * 65535f;
    private static final float STANDARD_DEVIATION = 37837.2f;

    /// A sequence of its own for each name.
    public static Noise named(String name) {
        return new Noise(mix(name.hashCode()));
    }

    /// Number `index` of the sequence, mean 0, standard deviation 1.
    public float at(long index) {
        long bits = mix(seed + index * 0x9E3779B97F4A7C15L);
        long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
        return (sum - MEAN) / STANDARD_DEVIATION;
    }

    /// The first `count` numbers, times `deviation`.
    public float[] array(int count, float deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = deviation * at(i);
        }
        return values;
    }

    /// SplitMix64's finalizer.
    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
