package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// The tokens of pre-tokens that were seen before and took several: at most [#SLOTS] of them, of at most [#LONGEST] bytes
/// each, the later in the place of the earlier.
///
/// Any number of threads may use it without locks: an entry is immutable, and a lost update costs only time.
final class WordCache {
    static final int LONGEST = 64;

    private static final int SLOTS = 1 << 14;

    private record Entry(long key, byte[] word, int[] ids) {
    }

    private final Entry[] entries = new Entry[SLOTS];

    /// Appends the tokens of `text[from, to)`, whose key is `key`, to `out`; false if they are not here.
    boolean find(long key, Utf8Text text, int from, int to, IntSink out) {
        Entry entry = entries[slot(key)];
        if (entry == null || entry.key != key || entry.word.length != to - from
                || to - from > 8 && !Arrays.equals(entry.word, 0, to - from, text.bytes(), from, to)) {
            return false;
        }
        out.addAll(entry.ids);
        return true;
    }

    /// Keeps `ids`, *owned from here on*, as the tokens of `text[from, to)`.
    void put(long key, Utf8Text text, int from, int to, int[] ids) {
        if (to - from <= LONGEST) {
            entries[slot(key)] = new Entry(key, Arrays.copyOfRange(text.bytes(), from, to), ids);
        }
    }

    private static int slot(long key) {
        return (int) (key * 0x9E3779B97F4A7C15L >>> 50);
    }
}
