package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// A growing `int[]`.
final class IntSink {
    private int[] ints;
    private int size;

    IntSink(int capacity) {
        ints = new int[capacity];
    }

    void add(int value) {
        if (size == ints.length) {
            ints = Arrays.copyOf(ints, Math.max(16, size + (size >> 1)));
        }
        ints[size++] = value;
    }

    void addAll(int[] values) {
        for (int value : values) {
            add(value);
        }
    }

    int size() {
        return size;
    }

    int get(int index) {
        return ints[index];
    }

    int[] toArray() {
        return toArray(0);
    }

    /// What was added after the first `from`.
    int[] toArray(int from) {
        return Arrays.copyOfRange(ints, from, size);
    }
}
