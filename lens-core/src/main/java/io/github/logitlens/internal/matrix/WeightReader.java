package io.github.logitlens.internal.matrix;

import io.github.logitlens.weights.RepeatedRow;
import io.github.logitlens.weights.Weight;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads weights for one model and notes which of them hold values that are no finite numbers. For any number of
/// threads.
public final class WeightReader {

    private final SortedMap<String, Long> nonFinite = Collections.synchronizedSortedMap(new TreeMap<>());

    /// Reads elements as [Weight#read] does, to the start of `target`, *written*.
    void read(Weight weight, long firstElement, MemorySegment target, long count) {
        note(weight, weight.read(firstElement, target, 0, count));
    }

    /// The whole weight, owned by the caller.
    public float[] readAll(Weight weight) {
        float[] values = new float[Math.toIntExact(weight.length())];
        read(weight, 0, MemorySegment.ofArray(values), values.length);
        return values;
    }

    /// Reads some of the rows that a weight is kept as, to where they belong in `values`.
    void readKept(Weight weight, RepeatedRow rows, int first, int count, float[] values) {
        int columns = weight.columns();
        long start = (long) first * columns;
        long found = rows.read(start, MemorySegment.ofArray(values), Float.BYTES * start, (long) count * columns);
        note(weight, found);
        for (int i = 0; found > 0 && first == 0 && i < columns; i++) {
            note(weight, Float.isFinite(values[i]) ? 0 : weight.rows() - rows.others() - 1L);
        }
    }

    /// How many values of which tensors are NaN or infinite, of those that were read; live.
    public SortedMap<String, Long> nonFinite() {
        return Collections.unmodifiableSortedMap(nonFinite);
    }

    /// Notes how many values of a whole weight are no finite numbers, in place of what was noted of it before.
    void noteWhole(Weight weight, long found) {
        if (found > 0) {
            nonFinite.put(weight.name(), found);
        }
    }

    private void note(Weight weight, long found) {
        if (found > 0) {
            nonFinite.merge(weight.name(), found, Long::sum);
        }
    }
}
