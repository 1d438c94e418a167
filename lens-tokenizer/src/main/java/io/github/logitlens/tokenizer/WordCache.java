package io.github.logitlens.tokenizer;

import java.lang.invoke.VarHandle;

/// The tokens of pre-tokens that were seen before and took several: at most [#SLOTS] of them, of at most [#LONGEST] bytes,
/// the later in the place of the earlier.
///
/// Any number of threads may use it without locks: an entry does not change once it is in its slot, and a lost update costs
/// only time.
final class WordCache {
    /// Fewer bytes are kept only if they end in ASCII. Of the scripts beyond, there are so many short pre-tokens that to miss
    /// the processor's cache takes longer than to merge them again.
    private static final int SHORT = 12;
    private static final int LONGEST = 64;
    private static final int SLOT_BITS = 14;
    private static final int SLOTS = 1 << SLOT_BITS;

    /// An entry is one array, so that it is one place in memory: length, bytes (four in an `int`, the last with zeros), ids.
    private final int[][] entries = new int[SLOTS][];

    /// Appends the tokens of `text[from, to)`, whose key is `key`, to `out`; false if they are not here.
    boolean find(long key, Utf8Text text, int from, int to, IntSink out) {
        int length = to - from;
        int[] entry = isKept(text, to, length) ? entries[slot(key)] : null;
        if (entry == null) {
            return false;
        }
        VarHandle.loadLoadFence();
        if (entry[0] != length) {
            return false;
        }
        int words = length + 3 >> 2;
        for (int i = 0; i < words; i++) {
            if (entry[1 + i] != word(text, from, to, i)) {
                return false;
            }
        }
        for (int i = 1 + words; i < entry.length; i++) {
            out.add(entry[i]);
        }
        return true;
    }

    /// Keeps `ids[0, count)`, *copied*, as the tokens of `text[from, to)`.
    void put(long key, Utf8Text text, int from, int to, int[] ids, int count) {
        int length = to - from;
        if (!isKept(text, to, length)) {
            return;
        }
        int words = length + 3 >> 2;
        int[] entry = new int[1 + words + count];
        entry[0] = length;
        for (int i = 0; i < words; i++) {
            entry[1 + i] = word(text, from, to, i);
        }
        for (int i = 1 + words; i < entry.length; i++) {
            entry[i] = ids[i - 1 - words];
        }
        VarHandle.storeStoreFence();
        entries[slot(key)] = entry;
    }

    private static boolean isKept(Utf8Text text, int to, int length) {
        return length < SHORT ? text.bytes()[to - 1] >= 0 : length <= LONGEST;
    }

    /// The four bytes of `text[from, to)` from byte `4 * index` on.
    private static int word(Utf8Text text, int from, int to, int index) {
        int at = from + 4 * index;
        int word = (int) text.eight(at);
        return to - at < 4 ? word & (int) Utf8Text.mask(to - at) : word;
    }

    private static int slot(long key) {
        return (int) (key * 0x9E3779B97F4A7C15L >>> 64 - SLOT_BITS);
    }
}
