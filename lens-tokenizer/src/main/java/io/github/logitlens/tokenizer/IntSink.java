package io.github.logitlens.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Collects `int`s in chunks, so that growing copies nothing.
final class IntSink {
    private static final int CHUNK = 1 << 14;

    private final List<int[]> full = new ArrayList<>();
    /// How many are in `full`.
    private int fullSize;
    private int[] chunk;
    private int size;

    /// A sink for about `expected` values.
    IntSink(int expected) {
        chunk = new int[Math.max(16, Math.min(expected, CHUNK))];
    }

    void add(int value) {
        if (size == chunk.length) {
            full.add(chunk);
            fullSize += size;
            chunk = new int[CHUNK];
            size = 0;
        }
        chunk[size++] = value;
    }

    int size() {
        return fullSize + size;
    }

    /// The value added last.
    int last() {
        return size > 0 ? chunk[size - 1] : full.getLast()[full.getLast().length - 1];
    }

    int[] toArray() {
        int[] all = new int[size()];
        int at = 0;
        for (int[] part : full) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        System.arraycopy(chunk, 0, all, at, size);
        return all;
    }
}
