package io.github.logitlens.internal.layer;

import io.github.logitlens.weights.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads weights for one load of a model and notes which of them hold values that are no finite numbers. For any number of
/// threads; it looks at what was just read while that is still in a near cache.
final class WeightReader {

    private static final int LARGEST_FINITE = 0x7F7F_FFFF;
    private static final int MAGNITUDE = 0x7FFF_FFFF;
    private static final int BLOCK = 4096;

    private final SortedMap<String, Long> nonFinite = Collections.synchronizedSortedMap(new TreeMap<>());

    /// Reads elements as [Weight#read] does, to the start of `target`, *written*.
    void read(Weight weight, long firstElement, MemorySegment target, long count) {
        weight.read(firstElement, target, 0, count);
        int[] bits = new int[(int) Math.min(count, BLOCK)];
        long found = 0;
        for (long at = 0; at < count; at += bits.length) {
            int length = (int) Math.min(bits.length, count - at);
            MemorySegment.copy(target, ValueLayout.JAVA_INT_UNALIGNED, 4 * at, bits, 0, length);
            found += countNonFinite(bits, length);
        }
        note(weight, found);
    }

    /// The whole weight, owned by the caller.
    float[] readAll(Weight weight) {
        float[] values = weight.readAll();
        long found = 0;
        for (float value : values) {
            found += Float.isFinite(value) ? 0 : 1;
        }
        note(weight, found);
        return values;
    }

    /// How many values of which tensors are NaN or infinite, of those that were read; live.
    SortedMap<String, Long> nonFinite() {
        return Collections.unmodifiableSortedMap(nonFinite);
    }

    private void note(Weight weight, long found) {
        if (found > 0) {
            nonFinite.merge(weight.name(), found, Long::sum);
        }
    }

    /// First whether there is any, without a branch per value; there hardly ever is.
    private static long countNonFinite(int[] bits, int length) {
        int above = 0;
        for (int i = 0; i < length; i++) {
            above |= LARGEST_FINITE - (bits[i] & MAGNITUDE);
        }
        long found = 0;
        for (int i = 0; above < 0 && i < length; i++) {
            found += (bits[i] & MAGNITUDE) > LARGEST_FINITE ? 1 : 0;
        }
        return found;
    }
}
